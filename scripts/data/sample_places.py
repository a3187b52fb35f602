"""About 120 invented safe places that show every rule of the register.

All dates are given as days before the day of loading, so that the sample never grows old. The same seed gives the
same file. What each state is there to show stands in `STATES`.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo.coverage import Area
from scripts.data import sample_words as words
from scripts.data.code_point import PostcodeUnits
from scripts.data.people import freephone, landline, mobile, names, slug
from scripts.data.sample_positions import Position, Positions, Spot

COLUMNS = (
    "reference", "name", "kind", "schemes", "offers", "address_1", "address_2", "town", "postcode", "uprn", "easting",
    "northing", "location_source", "location_quality_m", "opening_hours", "closures", "phone", "email", "website",
    "description", "step_free_entrance", "accessible_toilet", "hearing_loop", "quiet_space", "bsl", "languages",
    "contact_name", "contact_role", "contact_phone", "contact_email", "private_notes", "consent_by",
    "consent_days_ago", "membership_status", "audits",
)  # fmt: skip

DIVISIONS_WITHOUT_PLACES = 10
_SMALL_DIVISIONS = 24
_SEED = 20_261_123
_AUDITORS = ("Norma Gaskarth", "Imran Stainthorpe", "Beth Oldroyd", "Tomasz Thirlaway", "Ruth Umpleby")
_SIGNERS = ("Colin Brackenbury", "Samira Lowthian", "Eileen Walburn")
_YEAR, _HALF_YEAR = 365, 182

Audit = tuple[str, int, int]
"""Verdict, days ago, days of validity."""


@dataclass(frozen=True)
class State:
    """What a place of the sample shows: how many, its membership, how long ago its newest audit may have been."""

    shows: str
    count: int
    membership: str
    verdict: str = ""
    days_ago: tuple[int, int] = (0, 0)
    consents: bool = True
    earlier: tuple[Audit, ...] = field(default=())


STATES = (
    State("listed and fit", 44, "listed", "fit", (6, 290)),
    State("listed and fit, checked before", 15, "listed", "fit", (12, 250), earlier=(("fit_with_actions", 430, 182),)),
    State("listed, fit with improvements agreed", 16, "listed", "fit_with_actions", (4, 110)),
    State("due: a yearly check ends within 60 days", 7, "listed", "fit", (310, 360)),
    State("due: a half-yearly check ends within 60 days", 4, "listed", "fit_with_actions", (128, 176)),
    State("lapsed: hidden until checked again", 9, "listed", "fit", (372, 790)),
    State("failed its check: suspended", 5, "suspended", "not_fit", (3, 60), earlier=(("fit", 400, 365),)),
    State("suspended, fit again, not yet back", 2, "suspended", "fit", (2, 15), earlier=(("not_fit", 90, 182),)),
    State("proposed, never checked", 7, "proposed"),
    State("proposed, checked, waiting to be listed", 2, "proposed", "fit", (3, 20)),
    State("withdrawn", 5, "withdrawn", "fit", (200, 900)),
    State("listed without consent: stays hidden", 2, "listed", "fit", (30, 120), consents=False),
    State("listed from an old register, never checked: stays hidden", 2, "listed"),
)  # fmt: skip

_ALWAYS = ("wait_inside", "call_someone")
_OFTEN = {
    "phone_charging": 0.6, "drinking_water": 0.7, "toilet": 0.55, "private_room": 0.35, "first_aid": 0.4,
    "interpreter": 0.15, "support_information": 0.6,
}  # fmt: skip
_REPORTING_KINDS = {"library", "community_centre", "council_office", "place_of_worship", "police_station", "education"}
_HAVEN_KINDS = {"police_station", "fire_station", "transport_hub", "other", "pharmacy", "cafe"}
_FACTS = ("step_free_entrance", "accessible_toilet", "hearing_loop", "quiet_space", "bsl")
_LIKELIHOOD = {
    "step_free_entrance": 0.75,
    "accessible_toilet": 0.55,
    "hearing_loop": 0.3,
    "quiet_space": 0.5,
    "bsl": 0.08,
}
_UNKNOWN = 0.2
_SPOTS = (Spot.NEAR_LINE,) * 6 + (Spot.BEYOND_LINE,) * 4 + (Spot.SURVEYED,) * 30


class SamplePlaces:
    """Writes the rows of one sample.

    Args:
        positions: where places may lie.
        division_names: name by code, for the divisions that get places.
    """

    def __init__(self, positions: Positions, division_names: Mapping[str, str], chance: random.Random) -> None:
        self._positions = positions
        self._names = division_names
        self._chance = chance
        self._people = names(chance)
        self._descriptions: set[str] = set()

    def rows(self, divisions: Sequence[str]) -> list[tuple[object, ...]]:
        """One row for each division code given, in the order of the references."""
        states = [state for state in STATES for _ in range(state.count)]
        kinds = [(kind, name) for kind, all_names in words.NAMES.items() for name in all_names]
        spots = [*_SPOTS, *([Spot.POSTCODE] * (len(divisions) - len(_SPOTS)))]
        for deck in (states, kinds, spots):
            self._chance.shuffle(deck)
        dealt = _spread(divisions, kinds)
        return [
            self._row(number, kind, name, states[number], self._positions.take(code, spots[number]), code)
            for number, (code, (kind, name)) in enumerate(dealt)
        ]

    def _row(  # noqa: PLR0913, PLR0917 - one argument for each deck that was dealt
        self, number: int, kind: str, name: str, state: State, position: Position, code: str
    ) -> tuple[object, ...]:
        chance = self._chance
        schemes = self._schemes(kind)
        offers = self._offers(kind, schemes)
        contact = next(self._people)
        domain = f"{slug(name)}.example.org"
        locality = _locality(self._names[code])
        town = words.POST_TOWNS[position.postcode.split(" ")[0]]
        has_hours = state.membership != "proposed" or self._happens(0.5)
        return (
            f"SP-{number + 1:04d}",
            name,
            kind,
            ";".join(schemes),
            ";".join(offers),
            f"{chance.randint(1, 148)} {chance.choice(words.STREETS)}",
            locality if locality != town else "",
            town,
            position.postcode,
            f"{chance.randint(0, 99_999_999):08d}".rjust(12, "9") if position.source == "uprn" else "",
            "" if position.easting is None else f"{position.easting:.1f}",
            "" if position.northing is None else f"{position.northing:.1f}",
            position.source,
            position.quality_m,
            chance.choice(words.HOURS[kind]) if has_hours else "",
            ";".join(chance.sample(words.CLOSURES, chance.choice((1, 1, 2)))) if self._happens(0.2) else "",
            self._phone(number),
            f"hello@{domain}" if self._happens(0.8) else "",
            f"https://{domain}/" if self._happens(0.6) else "",
            self._description(kind, offers),
            *(self._fact(fact) for fact in _FACTS),
            self._languages(),
            contact,
            chance.choice(words.ROLES.get(kind, words.ROLES_ANYWHERE)),
            mobile(number),
            f"{slug(contact).replace('-', '.')}@{domain}",
            chance.choice(words.NOTES) if self._happens(0.35) else "",
            contact if state.consents and state.membership != "proposed" else "",
            chance.randint(20, 900) if state.consents and state.membership != "proposed" else "",
            state.membership,
            self._audits(state),
        )

    def _happens(self, likelihood: float) -> bool:
        return self._chance.random() < likelihood

    def _schemes(self, kind: str) -> list[str]:
        schemes = ["safe_place"]
        if kind in _REPORTING_KINDS and self._happens(0.45):
            schemes.append("reporting_centre")
        if kind in _HAVEN_KINDS and self._happens(0.45):
            schemes.append("safe_haven")
        return schemes

    def _offers(self, kind: str, schemes: Sequence[str]) -> list[str]:
        offers = list(_ALWAYS)
        if "reporting_centre" in schemes or kind == "police_station":
            offers.append("report_hate_crime")
        return offers + [offer for offer, share in _OFTEN.items() if self._happens(share)]

    def _phone(self, number: int) -> str:
        if self._happens(0.8):
            return landline(number)
        return freephone(number) if self._happens(0.5) else ""

    def _description(self, kind: str, offers: Sequence[str]) -> str:
        """Two sentences that no other place of the sample has together."""
        fresh = [
            f"{opening} {promise}"
            for opening in words.OPENINGS[kind]
            for offer in offers
            for promise in words.PROMISES[offer]
            if f"{opening} {promise}" not in self._descriptions
        ]
        chosen = self._chance.choice(fresh)
        self._descriptions.add(chosen)
        return chosen

    def _fact(self, fact: str) -> str:
        if self._happens(_UNKNOWN):
            return ""
        return "yes" if self._happens(_LIKELIHOOD[fact]) else "no"

    def _languages(self) -> str:
        if self._happens(0.6):
            return ""
        return ";".join(["English", *self._chance.sample(words.LANGUAGES, self._chance.randint(1, 2))])

    def _audits(self, state: State) -> str:
        audits = list(state.earlier)
        if state.verdict:
            days = _YEAR if state.verdict == "fit" else _HALF_YEAR
            audits.append((state.verdict, self._chance.randint(*state.days_ago), days))
        return "|".join(
            f"{verdict}:{days_ago}:{valid}:{self._chance.choice(_AUDITORS)}:{self._chance.choice(_SIGNERS)}"
            for verdict, days_ago, valid in audits
        )


def _locality(division: str) -> str:
    """The settlement that a division is named after: the first of two, without points of the compass."""
    first = division.split(" and ", maxsplit=1)[0]
    for suffix in (" West Central", " North", " South", " East", " West", " Town"):
        first = first.removesuffix(suffix)
    return first


def _spread(divisions: Sequence[str], kinds: list[tuple[str, str]]) -> list[tuple[str, tuple[str, str]]]:
    """A kind for each place, so that a division has different kinds where possible."""
    left, dealt, seen = list(kinds), [], set()
    for code in divisions:
        index = next((index for index, (kind, _) in enumerate(left) if (code, kind) not in seen), 0)
        chosen = left.pop(index)
        seen.add((code, chosen[0]))
        dealt.append((code, chosen))
    return dealt


def share_out(units_by_division: Mapping[str, int], total: int, chance: random.Random) -> list[str]:
    """A division code for each place: none in some small divisions, at least one elsewhere, most in the towns."""
    smallest = sorted(units_by_division, key=lambda code: (units_by_division[code], code))[:_SMALL_DIVISIONS]
    without = set(chance.sample(smallest, DIVISIONS_WITHOUT_PLACES))
    shares = {code: 1 for code in sorted(units_by_division) if code not in without}
    while sum(shares.values()) < total:
        fullest = max(shares, key=lambda code: (units_by_division[code] / (shares[code] + 0.5), code))
        shares[fullest] += 1
    codes = [code for code, share in shares.items() for _ in range(share)]
    chance.shuffle(codes)
    return codes


def sample_place_rows(
    units: PostcodeUnits, areas: Mapping[str, Area], division_names: Mapping[str, str]
) -> list[tuple[object, ...]]:
    """The rows of data/sample_places.csv.

    Args:
        units: the county's postcode units.
        areas: divisions by code, EPSG:27700.
        division_names: name by code.
    """
    chance = random.Random(_SEED)  # noqa: S311 - sample data, to be the same every time
    units_by_division = Counter(units.division.tolist())
    divisions = share_out(units_by_division, sum(state.count for state in STATES), chance)
    return SamplePlaces(Positions(units, areas, chance), division_names, chance).rows(divisions)
