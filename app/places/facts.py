"""One fact of a place from what a person or a file gives: text in, value out, or words about what is wrong with it.

Every parser takes text that is not blank. Empty text means "not known" and never reaches a parser (`drafts`).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import urlsplit

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from app.errors import InvalidInput
from app.places.opening_hours import parse_opening_hours

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd\ufffe\uffff\ud800-\udfff]")
"""Control characters, those that reverse the direction of text, and marks of text that was read wrongly."""
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_REFERENCE = re.compile(r"SP-[0-9]{4,}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_GROUPED_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_NAMED_EMAIL = re.compile(r"[^<>@]*<([^<>]+)>\s*")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_BRITISH_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
_DAY = r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{4}"
_CLOSURE = re.compile(rf"({_DAY})(?:\s*(?:/|to|until|\u2013|-)\s*({_DAY}))?(?:[\s:,]+(.*))?", re.ASCII | re.DOTALL)

_YES = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "✔"})
_NO = frozenset({"no", "n", "false", "f", "0"})
_UNKNOWN = frozenset({"unknown", "not known", "don't know", "?", "-"})

_BRITAIN = 44
_INVENTED = ("1632960", "7700900")
"""Numbers that Ofcom keeps for invented people (drama numbers): the sample data has them, and nobody can be rung."""

LONGEST_EMAIL = 254
LONGEST_WEBSITE = 500
LONGEST_REASON = 200
MOST_ITEMS = 50
LONGEST_ITEM = 100
EARLIEST_DAY = date(1990, 1, 1)


def parse_line(text: str, longest: int) -> str:
    """One line of text: spaces tidied, nothing invisible in it.

    Raises:
        InvalidInput: control characters, or more than `longest` characters.
    """
    tidied = " ".join(_sound(text).split())
    if len(tidied) > longest:
        raise InvalidInput(f"It has {len(tidied)} characters; {longest} is the most.", "Shorten it.")
    return tidied


def parse_paragraphs(text: str, longest: int) -> str:
    """Text of several lines: spaces tidied within lines, at most one blank line between them.

    Raises:
        InvalidInput: control characters, or more than `longest` characters.
    """
    lines = [" ".join(line.split()) for line in _sound(text).splitlines()]
    tidied = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(tidied) > longest:
        raise InvalidInput(f"It has {len(tidied)} characters; {longest} is the most.", "Shorten it.")
    return tidied


def parse_reference(text: str) -> str:
    """A reference of the register, such as SP-0001.

    Raises:
        InvalidInput: it is none.
    """
    reference = text.strip().upper()
    if not _REFERENCE.fullmatch(reference):
        raise InvalidInput(
            "This is not a reference of the register.",
            "Copy it from the register (SP- and digits), or leave it empty for a new place.",
        )
    return reference


def parse_uprn(text: str) -> str:
    """A Unique Property Reference Number: 1 to 12 digits, without leading zeros.

    Raises:
        InvalidInput: it is none.
    """
    digits = text.strip().removesuffix(".0")
    if _SCIENTIFIC.fullmatch(digits):
        raise InvalidInput(
            "The spreadsheet has shortened this number.", "Format the column as text or as a number without decimals."
        )
    number = digits.lstrip("0") if digits.isascii() and digits.isdigit() else ""
    if not 1 <= len(number) <= 12:  # noqa: PLR2004 - GeoPlace defines it as up to twelve digits
        raise InvalidInput("A UPRN is a number of up to 12 digits.", "Correct it or leave it empty.")
    return number


@lru_cache(maxsize=50_000)
def parse_phone(text: str) -> str:
    """A telephone number in the form that reads well from anywhere: "+44 191 496 0000".

    Raises:
        InvalidInput: it is not a number that can be dialled.
    """
    remedy = "Give one number with its area code, such as 0191 496 0000."
    try:
        number = phonenumbers.parse(text, "GB")
    except NumberParseException:
        raise InvalidInput("This is not a telephone number.", remedy) from None
    if not phonenumbers.is_possible_number(number):
        raise InvalidInput("This telephone number has too few or too many digits.", remedy)
    is_invented = number.country_code == _BRITAIN and str(number.national_number).startswith(_INVENTED)
    if not phonenumbers.is_valid_number(number) and not is_invented:
        raise InvalidInput("There is no such telephone number.", remedy)
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def parse_email(text: str) -> str:
    """An e-mail address by its syntax; whether it exists is not asked. The part after @ in lower case.

    Raises:
        InvalidInput: it is not one address.
    """
    named = _NAMED_EMAIL.fullmatch(text)  # what mail programs copy: A. Person <a.person@example.org>
    address = (named.group(1) if named else text).strip().removeprefix("mailto:")
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise InvalidInput("This is not an e-mail address.", "Give one address, such as desk@example.org.")
    name, _, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def parse_website(text: str) -> str:
    """The address of a website; https:// is added where nothing is said.

    Raises:
        InvalidInput: it is not an http or https address of a public host.
    """
    remedy = "Give an address that begins with https://, such as https://www.example.org."
    address = text.strip()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", address):
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidInput("This is not the address of a website.", remedy) from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise InvalidInput("A website's address begins with http:// or https://.", remedy)
    if parts.username is not None or not _HOST.fullmatch(host) or re.search(r'[\s"<>\\^`{|}]', address):
        raise InvalidInput("This is not the address of a website.", remedy)
    if len(address) > LONGEST_WEBSITE:
        raise InvalidInput(f"The address has more than {LONGEST_WEBSITE} characters.", "Give a shorter one.")
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


@lru_cache(maxsize=200)
def parse_yes_no(text: str) -> bool | None:
    """Yes, no, or None for "not known", which the register never takes for no.

    Raises:
        InvalidInput: it is none of them.
    """
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word in _UNKNOWN:
        return None
    raise InvalidInput("This is neither yes nor no.", "Write yes or no, or leave it empty where nobody knows.")


@lru_cache(maxsize=20_000)
def parse_hours(text: str) -> str:
    """Opening hours in the OpenStreetMap syntax, as they are stored: the text given, spaces tidied.

    Raises:
        InvalidInput: they cannot be read.
    """
    return parse_opening_hours(text).text


@lru_cache(maxsize=5_000)
def parse_day(text: str) -> date:
    """A date: 2026-11-22, 22/11/2026 or 22 November 2026.

    Raises:
        InvalidInput: it is none, or lies before 1990.
    """
    remedy = "Write it as 2026-11-22 or 22/11/2026."
    try:
        day = _find_day(" ".join(text.split()))
    except ValueError:
        raise InvalidInput("There is no such day.", remedy) from None
    if day is None:
        raise InvalidInput("This is not a date.", remedy)
    if day < EARLIEST_DAY:
        raise InvalidInput("This date lies too far in the past.", "Check the year.")
    return day


def _find_day(text: str) -> date | None:
    if match := _ISO_DAY.fullmatch(text):
        year, month, day = map(int, match.groups())
        return date(year, month, day)
    if match := _BRITISH_DAY.fullmatch(text):
        day, month, year = map(int, match.groups())
        return date(year, month, day)
    for pattern in ("%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None


def parse_closures(text: str) -> list[dict[str, str]]:
    """Days on which a place is closed, from "2026-12-24/2027-01-02 Christmas; 2027-03-01 Training".

    Returns:
        What the register stores: first_day and last_day (ISO, both included) and reason.

    Raises:
        InvalidInput: a date is missing, is none, or ends before it begins.
    """
    closures = []
    for item in parse_list(text, separators=";\n", longest=LONGEST_REASON + 40):
        match = _CLOSURE.fullmatch(item)
        if not match:
            raise InvalidInput(
                f"'{item}' is not a closure.", "Write first day/last day and a reason: 2026-12-24/2027-01-02 Christmas."
            )
        first_day = parse_day(match.group(1))
        last_day = parse_day(match.group(2) or match.group(1))
        if last_day < first_day:
            raise InvalidInput(f"The closure '{item}' ends before it begins.", "Swap the two days.")
        reason = parse_line(match.group(3) or "", LONGEST_REASON)
        closures.append({"first_day": first_day.isoformat(), "last_day": last_day.isoformat(), "reason": reason})
    return closures


def check_closure(closure: Mapping[str, str]) -> dict[str, str]:
    """A closure as programs send it, {first_day, last_day, reason}, in the form that the register stores.

    Raises:
        InvalidInput: a member is unknown or missing, a day is none, or it ends before it begins.
    """
    first_day = closure.get("first_day", "")
    if not first_day or not closure.keys() <= {"first_day", "last_day", "reason"}:
        raise InvalidInput("This is not a closure.", "Give first_day, last_day and reason, and nothing else.")
    last_day = closure.get("last_day") or first_day
    if not (_ISO_DAY.fullmatch(first_day) and _ISO_DAY.fullmatch(last_day)):
        raise InvalidInput("The days of a closure are not dates.", "Write them as 2026-12-24.")
    reason = " ".join(re.split(r"[;\s]+", closure.get("reason") or ""))
    return parse_closures(f"{first_day}/{last_day} {reason}")[0]


def check_item(item: str) -> str:
    """One item of a list of words.

    Raises:
        InvalidInput: it is empty, too long, or has control characters.
    """
    if not (tidied := parse_line(item, LONGEST_ITEM)):
        raise InvalidInput("An item of the list is empty.", "Leave it out.")
    return tidied


@lru_cache(maxsize=20_000)
def parse_list(text: str, *, separators: str = ";,|\n", longest: int = LONGEST_ITEM) -> tuple[str, ...]:
    """The items of a list in one cell, in order, each once whatever its case.

    Raises:
        InvalidInput: control characters, an item that is too long, or more than fifty items.
    """
    items = (parse_line(item, longest) for item in re.split(f"[{re.escape(separators)}]", text))
    found: dict[str, str] = {}
    for item in filter(None, items):
        found.setdefault(item.casefold(), item)
    if len(found) > MOST_ITEMS:
        raise InvalidInput(f"The list has {len(found)} items; {MOST_ITEMS} is the most.", "Shorten it.")
    return tuple(found.values())


def parse_number(text: str) -> float:
    """A decimal number: 427350, 427350.25 or 427,350.

    Raises:
        InvalidInput: it is none.
    """
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped) and len(stripped) <= 30:  # noqa: PLR2004 - no coordinate needs more
        return float(stripped)
    if _GROUPED_NUMBER.fullmatch(stripped):
        return float(stripped.replace(",", ""))
    raise InvalidInput("This is not a number.", "Write digits, with a point before decimals: 427350 or -1.5757.")


def parse_code(text: str, codes: Mapping[str, str], noun: str) -> str:
    """A code of the register, by itself or by its label, in any case.

    Args:
        text: what was given.
        codes: from `fold(code)` and `fold(label)` to the code.
        noun: what the codes name, for the message.

    Raises:
        InvalidInput: there is none like it; says which ones are close, or which there are.
    """
    code = codes.get(fold(text))
    if code is not None:
        return code
    known = sorted(set(codes.values()))
    close = [codes[near] for near in get_close_matches(fold(text), codes, n=1, cutoff=0.75)]
    shown = text.strip()[:60]
    if close:
        raise InvalidInput(f"There is no {noun} '{shown}'.", f"Did you mean {close[0]}?")
    raise InvalidInput(f"There is no {noun} '{shown}'.", f"Use one of these: {', '.join(known)}.")


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Text by which names are compared: letters and digits in lower case, nothing else ("Post code" is "postcode")."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _sound(text: str) -> str:
    """The text without invisible characters, in composed form; control characters are refused."""
    if text.isascii() and text.isprintable():
        return text
    if found := _REFUSED.search(text):
        if found.group() == "\ufffd":
            raise InvalidInput(
                "Letters have been lost here (�) when the file was saved.", "Type them again, and save as CSV UTF-8."
            )
        raise InvalidInput(
            f"It holds a control character (U+{ord(found.group()):04X}) that cannot be shown.", "Type the text again."
        )
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE))
