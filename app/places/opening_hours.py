"""Opening hours in the OpenStreetMap `opening_hours` syntax: reading them, and what they say of one day or moment.

opening-hours-py reads the syntax. Around it stands what it does not do, or does dangerously:

- Bank holidays are England's (`bank_holidays`). Each day is evaluated with `PH` replaced by the weekdays of the bank
  holidays of that day and the day before, which has the same place in the grammar.
- A day that is closed (a dated closure, a bank holiday) has no opening that runs past midnight into the next day; the
  library would still show those hours as open.
- Times are London wall-clock times. An hour that the clocks skip does not exist; in the hour that they repeat, a
  closing time counts the first time, so that nobody is sent to a place that has just closed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from opening_hours import (  # type: ignore[attr-defined]  # its stub leaves ParserError out
    OpeningHours,
    ParserError,
    State,
)

from app.db.version import LONDON
from app.errors import InvalidInput
from app.places.bank_holidays import bank_holiday_title

MAXIMUM_LENGTH = 500
EXAMPLES = "Mo-Fr 09:00-17:00; Sa 10:00-12:00; PH off", "Mo-Su 22:00-02:00", "24/7"
HOW_TO = "Write them like one of these: " + " | ".join(EXAMPLES) + "."

_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_ONE_DAY = timedelta(days=1)
_QUOTED_OR_HOLIDAY = re.compile(r'"[^"]*"|\bPH\b')
_QUOTED = re.compile(r'"[^"]*"')
_SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_REFUSED = (
    (re.compile(r"\bSH\b"), "school holidays (SH)", "Write the dates, such as Jul 22-Sep 01."),
    (re.compile(r"sunrise|sunset|dawn|dusk"), "sunrise and sunset", "Write clock times, such as 09:00-17:00."),
    (re.compile(r"\bPH [+-]"), "days beside a bank holiday", "Write the dates, such as 2026 Dec 24 off."),
)
_FULL_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours that have been read: the text as given, and its normal form."""

    text: str
    normal: str

    @property
    def names_bank_holidays(self) -> bool:
        """Whether the hours say what happens on bank holidays."""
        return "PH" in _QUOTED.sub("", self.normal)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time in one state: [start, end), aware moments in UTC; `is_open` is None where not known."""

    start: datetime
    end: datetime
    is_open: bool | None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a place is closed, both included."""

    first_day: date
    last_day: date
    reason: str = ""


def parse_opening_hours(text: str) -> Hours:
    """Read opening hours.

    Args:
        text: OpenStreetMap `opening_hours` syntax, London time: "Mo-Fr 09:00-17:00; PH off".

    Raises:
        InvalidInput: it cannot be read, or it depends on what the register does not know (school holidays, sunset).
    """
    text = " ".join(text.split())
    if not text:
        raise InvalidInput("The opening hours are empty.", HOW_TO, field="opening_hours")
    if len(text) > MAXIMUM_LENGTH:
        raise InvalidInput(
            f"The opening hours are longer than {MAXIMUM_LENGTH} characters.",
            "Keep the regular week, and give exceptions as dated closures.",
            field="opening_hours",
        )
    try:
        normal = _read(text)
    except InvalidInput as error:
        shown = text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a line of an import report
        raise InvalidInput(
            f'The opening hours "{shown}" cannot be read{error.what}.', HOW_TO, field="opening_hours"
        ) from None
    unquoted = _QUOTED.sub("", normal)
    for pattern, what, remedy in _REFUSED:
        if pattern.search(unquoted):
            raise InvalidInput(
                f"The opening hours depend on {what}, which the register does not hold.", remedy, field="opening_hours"
            )
    return Hours(text, normal)


@lru_cache(maxsize=20_000)
def find_hours(text: str | None) -> Hours | None:
    """Opening hours as stored; None where there are none or, in old data, they cannot be read: "not known"."""
    if not text:
        return None
    try:
        return parse_opening_hours(text)
    except InvalidInput:
        return None


def parse_closures(closures: Sequence[dict[str, str]]) -> tuple[Closure, ...]:
    """Dated closures as the register stores them: first_day and last_day (ISO dates, both included), reason.

    Raises:
        InvalidInput: a date is missing or is none, or a closure ends before it begins.
    """
    return tuple(_parse_closure(closure) for closure in closures)


def _parse_closure(closure: dict[str, str]) -> Closure:
    try:
        first_day = date.fromisoformat(closure["first_day"])
        last_day = date.fromisoformat(closure.get("last_day") or closure["first_day"])
    except (KeyError, TypeError, ValueError):
        raise InvalidInput(
            "A closure has no first day that is a date.",
            "Give first_day and last_day as dates such as 2026-12-24, and a reason.",
            field="closures",
        ) from None
    if last_day < first_day:
        raise InvalidInput(
            f"A closure ends on {last_day} before it begins on {first_day}.", "Swap the two days.", field="closures"
        )
    return Closure(first_day, last_day, closure.get("reason") or "")


def find_closure(closures: Sequence[Closure], day: date) -> Closure | None:
    """The closure that covers a day."""
    return next((closure for closure in closures if closure.first_day <= day <= closure.last_day), None)


def day_segments(hours: Hours, closures: Sequence[Closure], day: date) -> tuple[Segment, ...]:
    """The states of one London day, in order and without a gap, from its midnight to the next."""
    closure = find_closure(closures, day)
    if closure:
        return (Segment(_moment(day, 0), _moment(day + _ONE_DAY, 0), False, closure.reason or "closed for the day"),)
    segments = _regular_segments(hours, day)
    if (
        find_closure(closures, day - _ONE_DAY)
        and segments[0].is_open is not False
        and _runs_past_midnight(hours, day - _ONE_DAY)
    ):
        segments = (Segment(segments[0].start, segments[0].end, False), *segments[1:])
    return segments


def is_open_at(text: str | None, closures: Sequence[dict[str, str]], at: datetime) -> bool | None:
    """Whether a place with these stored hours is open at a moment; None where that is not known."""
    day = at.astimezone(LONDON).date()
    read_closures = parse_closures(closures) if closures else ()
    if find_closure(read_closures, day):
        return False
    hours = find_hours(text)
    if hours is None:
        return None
    return segment_at(day_segments(hours, read_closures, day), at).is_open


def segment_at(segments: Sequence[Segment], at: datetime) -> Segment:
    """The segment that holds a moment of that day."""
    return next(segment for segment in reversed(segments) if segment.start <= at)


@lru_cache(maxsize=100_000)
def _regular_segments(hours: Hours, day: date) -> tuple[Segment, ...]:
    """The states of a day without dated closures."""
    naive = _evaluated(hours, day)
    before = day - _ONE_DAY
    if naive[0][2] is not False and _is_closed_holiday(hours, before) and _runs_past_midnight(hours, before):
        naive = ((naive[0][0], naive[0][1], False, ""), *naive[1:])
    found = [Segment(_moment(day, start), _moment(day, end), state, note) for start, end, state, note in naive]
    return tuple(segment for segment in found if segment.start < segment.end)


def _is_closed_holiday(hours: Hours, day: date) -> bool:
    if not hours.names_bank_holidays or bank_holiday_title(day) is None:
        return False
    own = _evaluated(hours, day)
    if _crosses_midnight(hours):
        own = tuple(stretch for stretch in own if stretch[0] > 0)  # the early hours belong to the day before
    return all(state is False for _, _, state, _ in own)


@lru_cache(maxsize=20_000)
def _crosses_midnight(hours: Hours) -> bool:
    """Whether some hours run past midnight, as 22:00-02:00 or 10:00-26:00 do."""
    for begin_hour, begin_minute, end_hour, end_minute in _SPAN.findall(_QUOTED.sub("", hours.normal)):
        begin, end = int(begin_hour) * 60 + int(begin_minute), int(end_hour) * 60 + int(end_minute)
        if end <= begin or end > _FULL_DAY_MINUTES:
            return True
    return False


def _runs_past_midnight(hours: Hours, day: date) -> bool:
    """Whether the regular hours of a day, holiday or not, would run into the next."""
    if not _crosses_midnight(hours):
        return False
    as_on_other_days = _evaluated_text(hours.normal, day)  # without a country PH never matches
    return as_on_other_days[-1][2] is not False


_Naive = tuple[tuple[int, int, bool | None, str], ...]
"""States of one day: from and until minutes after its midnight, open or not or unknown, comment."""


def _evaluated(hours: Hours, day: date) -> _Naive:
    holidays = [near for near in (day - _ONE_DAY, day) if hours.names_bank_holidays and bank_holiday_title(near)]
    if not holidays:
        return _evaluated_text(hours.normal, day)
    weekdays = ",".join(_WEEKDAYS[near.weekday()] for near in holidays)
    replaced = _QUOTED_OR_HOLIDAY.sub(lambda match: weekdays if match.group() == "PH" else match.group(), hours.normal)
    return _evaluated_text(replaced, day)


def _evaluated_text(normal: str, day: date) -> _Naive:
    midnight = datetime.combine(day, time())
    found = _parsed(normal).intervals(midnight, midnight + _ONE_DAY)
    minutes = [
        (_minutes(start, midnight), _minutes(end, midnight), {State.OPEN: True, State.CLOSED: False}.get(state), note)
        for start, end, state, note in found
    ]
    return tuple((start, end, state, note) for start, end, state, note in minutes if end > start)


def _minutes(moment: datetime | None, midnight: datetime) -> int:
    if moment is None:
        return _FULL_DAY_MINUTES
    return min(max(0, int((moment - midnight).total_seconds()) // 60), _FULL_DAY_MINUTES)


@lru_cache(maxsize=20_000)
def _parsed(text: str) -> OpeningHours:
    # The limit keeps hours such as "2050 Feb 29 Mo 09:00-17:00" from searching the calendar for seconds.
    return OpeningHours(text, max_interval_days=400)


def _read(text: str) -> str:
    """The normal form; InvalidInput's `what` continues the sentence of the caller."""
    try:
        return str(OpeningHours(text))
    except ParserError as error:
        place = re.search(r"--> 1:(\d+)", str(error))
        rest = text[int(place.group(1)) - 1 :][:20] if place else ""
        raise InvalidInput(f' from "{rest}" on' if rest else "") from None


def _moment(day: date, minutes: int) -> datetime:
    """London wall-clock time as a moment in UTC: skipped times are when the clocks change, repeated ones the first."""
    if minutes == _FULL_DAY_MINUTES:
        return _moment(day + _ONE_DAY, 0)
    local = datetime.combine(day, time(minutes // 60, minutes % 60), LONDON)
    moment = local.astimezone(UTC)
    if moment.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        return moment.replace(minute=0)  # London's clocks go forward at 01:00 UTC, to the hour
    return moment
