"""Invented people and the ways to reach them, for the sample data.

Names are drawn from common given names and surnames and mean nobody. Telephone numbers are of the ranges that Ofcom
keeps for drama (01632 960xxx, 0808 157 0xxx, 07700 900xxx); e-mail addresses are under example.org, which RFC 2606
reserves.
"""

import random
import unicodedata
from collections.abc import Iterator

GIVEN_NAMES = (
    "Aisha", "Alan", "Amelia", "Andrew", "Anya", "Barry", "Beth", "Brenda", "Callum", "Carol", "Chidi", "Claire",
    "Colin", "Daljit", "Dawn", "Deborah", "Derek", "Dylan", "Eileen", "Ellen", "Emeka", "Farah", "Fiona", "Gareth",
    "Geoff", "Grace", "Hannah", "Harjit", "Helen", "Ian", "Imran", "Irene", "Jade", "Janet", "Jolanta", "Joyce",
    "Karen", "Keith", "Kieran", "Kulwant", "Leanne", "Leszek", "Lorna", "Malcolm", "Marek", "Margaret", "Maureen",
    "Michael", "Mina", "Moira", "Nadia", "Neil", "Norma", "Olive", "Omar", "Pauline", "Philip", "Priya", "Rachel",
    "Ravi", "Rhys", "Robert", "Rosemary", "Ruth", "Samira", "Sandra", "Shaun", "Sheila", "Simon", "Stella", "Stuart",
    "Susan", "Tariq", "Thandi", "Tomasz", "Tracey", "Vera", "Victor", "Wendy", "Yusuf",
)  # fmt: skip

SURNAMES = (
    "Abbotsley", "Adeyemi", "Allonby", "Applegarth", "Ashburner", "Balasingham", "Barrowclough", "Bellwood", "Birkby",
    "Blenkarn", "Bousfield", "Brackenbury", "Bramhall", "Calvert", "Carrick", "Chaudhry", "Coatsworth", "Crosthwaite",
    "Dacre", "Danby", "Dhillon", "Dunstall", "Eddleston", "Elwick", "Fairhurst", "Fawcett", "Fenwright", "Gaskarth",
    "Gilling", "Goodair", "Greenhalgh", "Hallworth", "Harperley", "Hebblewhite", "Hesketh", "Hollis", "Hoyland",
    "Iqbal", "Jagger", "Kearton", "Kellet", "Kowalczyk", "Lambert", "Langstaff", "Lazenby", "Lowthian", "Makepeace",
    "Marwood", "Metcalf", "Mirza", "Moorhead", "Mudd", "Nattrass", "Newbould", "Nkemelu", "Oldroyd", "Okafor", "Oxley",
    "Padgett", "Pallister", "Peverell", "Pinkney", "Quarmby", "Raine", "Rawnsley", "Ridsdale", "Rowntree", "Rutter",
    "Sandhu", "Scaife", "Shafto", "Siddle", "Stainthorpe", "Sunter", "Tallentire", "Teasdale", "Thirlaway", "Tunstall",
    "Umpleby", "Varley", "Waistell", "Walburn", "Weatherill", "Wensley", "Whitelock", "Wojcik", "Yarrow", "Younger",
)  # fmt: skip


def names(chance: random.Random) -> Iterator[str]:
    """Names without end, none twice until all pairs are used."""
    pairs = [f"{given} {surname}" for given in GIVEN_NAMES for surname in SURNAMES]
    chance.shuffle(pairs)
    yield from pairs


def slug(text: str) -> str:
    """Lower-case letters and digits with single dashes, for addresses."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").replace("'", "")
    return "-".join("".join(letter if letter.isalnum() else " " for letter in plain.lower()).split())


def landline(number: int) -> str:
    """The nth landline of Ofcom's drama range, 0 to 999."""
    return f"01632 960{number:03d}"


def freephone(number: int) -> str:
    """The nth freephone number of Ofcom's drama range, 0 to 999."""
    return f"0808 157 0{number:03d}"


def mobile(number: int) -> str:
    """The nth mobile number of Ofcom's drama range, 0 to 999."""
    return f"07700 900{number:03d}"
