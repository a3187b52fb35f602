"""Opening hours from a spreadsheet with a column for each weekday: "9am-5pm", "09:00-12:30, 13:30-17:00", "closed"."""

import re
from collections.abc import Sequence
from itertools import groupby

from app.errors import InvalidInput
from app.exchange.mapping import Day

DAYS: dict[Day, str] = {
    "monday": "Mo",
    "tuesday": "Tu",
    "wednesday": "We",
    "thursday": "Th",
    "friday": "Fr",
    "saturday": "Sa",
    "sunday": "Su",
}
_CLOSED = frozenset({"closed", "off", "-", "none", "no"})
_ALL_DAY = frozenset({"24 hours", "24 hrs", "24h", "all day and night", "open 24 hours", "24/7"})
_WORDS = {"noon": "12:00", "midday": "12:00", "midnight": "24:00"}
_TIME = r"(\d{1,2})(?:[:.]?(\d{2}))?\s*([ap])?\.?\s*m?\.?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|\u2013|\u2014|to|until|till)\s*{_TIME}", re.ASCII)
_BETWEEN = re.compile(r"\s*(?:,|;|&|/|\band\b)\s*")
_NOON, _DAY = 12 * 60, 24 * 60
_REMEDY = "Write times such as 09:00-17:00, or closed."


def week_to_hours(cells: Sequence[str]) -> str:
    """Opening hours in the OpenStreetMap syntax from seven cells, Monday first; empty when all seven are.

    Raises:
        InvalidInput: a cell cannot be read; its `field` is the day.
    """
    if not any(cell.strip() for cell in cells):
        return ""
    days = [(code, _parse(day, cell)) for (day, code), cell in zip(DAYS.items(), cells, strict=True)]
    rules = []
    for hours, run in groupby(days, key=lambda day: day[1]):
        codes = [code for code, _ in run]
        if hours:
            rules.append(f"{codes[0]}-{codes[-1]} {hours}" if len(codes) > 1 else f"{codes[0]} {hours}")
    return "; ".join(rules) or "off"


def _parse(day: str, cell: str) -> str:
    text = " ".join(cell.casefold().split())
    if not text or text in _CLOSED:
        return ""
    if text in _ALL_DAY:
        return "00:00-24:00"
    for word, clock in _WORDS.items():
        text = text.replace(word, clock)
    return ",".join(_parse_span(day, span) for span in _BETWEEN.split(text))


def _parse_span(day: str, text: str) -> str:
    match = _SPAN.fullmatch(text)
    if not match:
        raise InvalidInput(f"'{text[:40]}' is not a time from and until.", _REMEDY, field=day)
    begin_half, end_half = match.group(3), match.group(6)
    end = _minutes(match.group(4), match.group(5), end_half)
    begin = _minutes(match.group(1), match.group(2), begin_half)
    if begin is None or end is None:
        raise InvalidInput(f"'{text[:40]}' has a time that no clock shows.", _REMEDY, field=day)
    if end_half and not begin_half and begin < _NOON:  # in "1-5pm" the first is pm too, in "9-5pm" it is not
        same_half = begin + (_NOON if end_half == "p" else 0)
        begin = same_half if same_half < end else begin
    if end <= begin and not (begin_half and end_half) and begin < _NOON and end <= _NOON:
        raise InvalidInput(f"'{text[:40]}' may be morning or afternoon.", _REMEDY, field=day)
    begin %= _DAY
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


def _minutes(hour: str, minute: str | None, half: str | None) -> int | None:
    """Minutes after midnight; None for what no clock shows."""
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:  # noqa: PLR2004 - the twelve-hour clock
            return None
        hours = hours % 12 + (12 if half == "p" else 0)
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= _DAY else None  # noqa: PLR2004 - minutes of an hour
