"""Turns values into the words that people read: dates, times, distances, opening hours, phone numbers."""

from datetime import date, datetime, time, timedelta
from itertools import groupby
from unicodedata import normalize
from urllib.parse import urlsplit

import phonenumbers

from web.views import BoundaryNotice, DayHours, DivisionRow, OpenNow

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - twelve words read better in one line
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905 - seven words, the same
METRES_IN_A_MILE = 1609.344
NEAR_M = 400
MIDNIGHT = time(0, 0)
WEEK = 7


def date_words(value: date) -> str:
    """A date as 22 November 2026. Written by hand because strftime follows the machine's language."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def day_words(value: date, today: date) -> str:
    """A near day as people say it: today, tomorrow, Wednesday; further away, Wednesday 2 December."""
    days = (value - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    name = DAYS[value.weekday()]
    return name if 1 < days < WEEK else f"{name} {value.day} {MONTHS[value.month - 1]}"


def weekday_words(value: date) -> str:
    """A date within a table of days: Monday 23 November."""
    return f"{DAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]}"


def time_words(value: time | datetime) -> str:
    """A time as 9am, 5:30pm, midday or midnight."""
    if (value.hour, value.minute) == (12, 0):
        return "midday"
    if (value.hour, value.minute) == (0, 0):
        return "midnight"
    minutes = f":{value.minute:02d}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def distance_words(metres: float) -> str:
    """A straight-line distance: metres up to 400, rounded to 10; miles beyond, as road signs have them."""
    if metres < NEAR_M:
        return f"{max(10, round(metres / 10) * 10)} metres"
    miles = round(metres / METRES_IN_A_MILE, 1)
    if miles >= 10:  # noqa: PLR2004 - beyond ten miles tenths are noise
        return f"{miles:.0f} miles"
    return "1 mile" if miles == 1 else f"{miles:g} miles"


def open_words(status: OpenNow, now: datetime) -> str:
    """Whether a place is open, in one line: Open now until 5pm; Closed, opens tomorrow at 9am."""
    match status.state:
        case "always":
            return "Open day and night"
        case "unknown":
            return "Opening hours not known"
        case "open":
            return "Open now" + _until_words(status.changes_at, now)
        case "closed":
            return "Closed" + _opens_words(status.changes_at, now)


def _until_words(closes_at: datetime | None, now: datetime) -> str:
    if closes_at is None:
        return ""
    # Past midnight of the same night, the time alone is what people expect.
    same_night = closes_at.date() == now.date() or closes_at - now < timedelta(hours=12)
    return f" until {time_words(closes_at)}" + ("" if same_night else f" {day_words(closes_at.date(), now.date())}")


def _opens_words(opens_at: datetime | None, now: datetime) -> str:
    if opens_at is None:
        return " now"
    day = day_words(opens_at.date(), now.date())
    return f", opens {'' if day == 'today' else day + ' '}at {time_words(opens_at)}"


def hours_words(hours: DayHours) -> str:
    """The hours of one day: 9am to midday and 1pm to 5pm; Closed; Open 24 hours."""
    if not hours.spans:
        return "Closed"
    if any(start == end == MIDNIGHT for start, end in hours.spans):
        return "Open 24 hours"
    return " and ".join(f"{time_words(start)} to {time_words(end)}" for start, end in hours.spans)


def phone_words(value: str) -> str:
    """A phone number spaced as its country writes it; text that is no number comes back as it is."""
    number = _parse_phone(value)
    if number is None:
        return value
    style = phonenumbers.PhoneNumberFormat
    british = number.country_code == 44  # noqa: PLR2004 - the United Kingdom's calling code
    return phonenumbers.format_number(number, style.NATIONAL if british else style.INTERNATIONAL)


def phone_link(value: str) -> str:
    """A phone number as the target of a link, `tel:+441913876543`; short numbers such as 999 stay as they are."""
    number = _parse_phone(value)
    if number is None:
        return "tel:" + "".join(character for character in value if character.isdigit() or character == "+")
    return "tel:" + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parse_phone(value: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(value, "GB")
    except phonenumbers.NumberParseException:
        return None
    # Short national numbers such as 116 123 are "possible" only within an area; with +44 before them they ring nowhere.
    reason = phonenumbers.is_possible_number_with_reason(number)
    return number if reason == phonenumbers.ValidationResult.IS_POSSIBLE else None


def boundary_words(notice: BoundaryNotice) -> str:
    """What to know of the boundaries that a page used, in one or two sentences; empty where there is nothing to say."""
    sentences = []
    if notice.valid_to is not None:
        sentences.append(
            f"These are the electoral divisions in force until {date_words(notice.valid_to)}. "
            "Newer ones have replaced them, so your councillors may be different."
        )
    if notice.is_approximate:
        sentences.append("The boundaries are approximate: they were worked out from postcodes.")
    return " ".join(sentences)


def count_words(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: no places, 1 place, 1,204 places."""
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number:,} {noun}" if number else f"no {noun}"


def is_web_address(value: str) -> bool:
    """Whether text from the register may become the target of a link: http or https, with a host, and nothing else."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def web_address_words(value: str) -> str:
    """A web address as people write it: without https://, www. and a lone slash at the end."""
    parts = urlsplit(value)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"


def by_letter(rows: tuple[DivisionRow, ...]) -> list[tuple[str, list[DivisionRow]]]:
    """Divisions in the order of their names, under the letters that they begin with (an accent does not count)."""

    def key(row: DivisionRow) -> str:
        return normalize("NFKD", row.name).casefold()

    ordered = sorted(rows, key=key)
    return [(letter, list(group)) for letter, group in groupby(ordered, key=lambda row: key(row)[:1].upper())]
