"""A usual week as a form has it, one opening and one closing time a day, to and from the OpenStreetMap syntax.

What such a form cannot say (a break at noon, seasons, hours that run past midnight) stays text: `read_week` gives None.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from app.errors import InvalidInput

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])", re.ASCII)
_RULE = re.compile(r"([A-Z][a-z](?:[-,][A-Z][a-z])*) (\d\d:\d\d)-(\d\d:\d\d)", re.ASCII)


class UsualWeek(NamedTuple):
    """`days` has (opens, closes) as "09:00" for Monday to Sunday, None for a day that is closed."""

    days: tuple[tuple[str, str] | None, ...]
    closed_on_bank_holidays: bool


def parse_week(times: Sequence[tuple[str, str]], *, closed_on_bank_holidays: bool) -> UsualWeek:
    """A week from what was typed: (opens, closes) for each day, both empty where it is closed.

    Raises:
        InvalidInput: one of a pair is missing, is no time, or the closing time is not after the opening time.
    """
    return UsualWeek(
        tuple(_parse_day(name, pair) for name, pair in zip(DAY_NAMES, times, strict=True)), closed_on_bank_holidays
    )


def write_week(week: UsualWeek) -> str:
    """The week in the OpenStreetMap syntax, such as "Mo-Fr 09:00-17:00; PH off"; empty where it is never open."""
    rules = []
    number = 0
    for hours, days in groupby(week.days):
        count = len(list(days))
        if hours:
            names = DAYS[number] if count == 1 else f"{DAYS[number]}-{DAYS[number + count - 1]}"
            rules.append(f"{names} {hours[0]}-{hours[1]}")
        number += count
    if rules and week.closed_on_bank_holidays:
        rules.append("PH off")
    return "; ".join(rules)


def read_week(text: str) -> UsualWeek | None:
    """The week that a text says and nothing else; None where a form of one week cannot say it."""
    days: list[tuple[str, str] | None] = [None] * len(DAYS)
    closed_on_bank_holidays = False
    for rule in filter(None, map(str.strip, text.split(";"))):
        if rule == "PH off":
            closed_on_bank_holidays = True
            continue
        match = _RULE.fullmatch(rule)
        named = _read_days(match.group(1)) if match else None
        if match is None or named is None or match.group(2) >= match.group(3) or any(days[day] for day in named):
            return None
        for day in named:
            days[day] = (match.group(2), match.group(3))
    return UsualWeek(tuple(days), closed_on_bank_holidays) if any(days) else None


def _parse_day(name: str, pair: tuple[str, str]) -> tuple[str, str] | None:
    opens, closes = (part.strip() for part in pair)
    if not opens and not closes:
        return None
    times = [_parse_time(part) for part in (opens, closes)]
    if times[0] is None or times[1] is None:
        raise InvalidInput(
            f"On {name} one of the two times is missing or is none.",
            "Write both as 09:00, or leave both empty where it is closed.",
            field="hours_by",
        )
    if times[0] >= times[1]:
        raise InvalidInput(
            f"On {name} it closes before it opens.",
            "For hours past midnight, use the OpenStreetMap way of writing.",
            field="hours_by",
        )
    return times[0], times[1]


def _parse_time(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    return f"{int(match.group(1)):02d}:{match.group(2)}" if match else None


def _read_days(text: str) -> list[int] | None:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            return None
        from_, until = DAYS.index(first), DAYS.index(last or first)
        if until < from_:
            return None
        found.extend(range(from_, until + 1))
    return found
