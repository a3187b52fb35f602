"""Whether a place is open at a moment, until when, and what its next seven days look like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.db.version import LONDON
from app.places.bank_holidays import bank_holiday_title
from app.places.opening_hours import (
    Closure,
    Hours,
    Segment,
    day_segments,
    find_closure,
    find_hours,
    parse_closures,
)

LOOK_AHEAD_DAYS = 120
"""How far the next opening is looked for: past it, a place is simply closed."""
ALWAYS_AFTER = timedelta(days=8)
_MORNING_ENDS = 12
_WEEK = 7
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class OpenState:
    """A place's state at a moment.

    Attributes:
        open: True, False, or None where it is not known.
        until: when an open place closes (London time); None where it does not within eight days, or is not open.
        next_open: when a closed place opens next (London time); None where it is open or no opening is known.
        comment: what the hours say beside the times ("by appointment"), or why it is closed ("Christmas Day").
    """

    open: bool | None
    until: datetime | None = None
    next_open: datetime | None = None
    comment: str = ""

    @property
    def is_always_open(self) -> bool:
        """Open day and night, as far as the hours tell."""
        return self.open is True and self.until is None

    def to_words(self, at: datetime) -> str:
        """The state in one line: "Open until 17:30", "Closed, opens tomorrow 09:00", "Hours not known"."""
        if self.open is None:
            return f"Hours not known: {self.comment}" if self.comment else "Hours not known"
        if self.open:
            words = f"Open until {self.until:%H:%M}" if self.until else "Open 24 hours"
            return f"{words} ({self.comment})" if self.comment else words
        why = f"Closed today: {self.comment}" if self.comment else "Closed"
        if self.next_open is None:
            return why
        return f"{why}, opens {_day_words(self.next_open.date(), at.astimezone(LONDON).date())}{self.next_open:%H:%M}"


@dataclass(frozen=True, slots=True)
class DayHours:
    """The hours of one London day.

    Attributes:
        spans: (from, until) as London times; `until` may lie on the next day, and the whole day ends at its midnight.
        is_known: False where no hours are held.
        bank_holiday: what the bank holiday on this day is called.
        note: why it is closed, what the hours say beside the times, or that a bank holiday may change them.
    """

    day: date
    spans: tuple[tuple[datetime, datetime], ...] = ()
    is_known: bool = True
    bank_holiday: str | None = None
    note: str = ""


def state_at(text: str | None, closures: Sequence[dict[str, str]], at: datetime) -> OpenState:
    """The state of a place with these stored hours and closures at a moment (aware)."""
    read = parse_closures(closures)
    day = at.astimezone(LONDON).date()
    hours = find_hours(text)
    if hours is None:
        closure = find_closure(read, day)
        return OpenState(False, comment=closure.reason) if closure else OpenState(None)
    ahead = _stretches(hours, read, day, LOOK_AHEAD_DAYS)
    current = next(stretch for stretch in ahead if stretch.end > at)
    if current.is_open is None:
        return OpenState(None, comment=current.comment)
    if current.is_open:
        until = current.end
        for stretch in ahead:
            if not stretch.is_open or until - at > ALWAYS_AFTER:
                break
            until = stretch.end  # another comment, still open
        return OpenState(True, None if until - at > ALWAYS_AFTER else until.astimezone(LONDON), comment=current.comment)
    opening = next((stretch.start for stretch in ahead if stretch.is_open), None)
    return OpenState(
        False, next_open=opening.astimezone(LONDON) if opening else None, comment=_why_closed(hours, read, day)
    )


def week_from(
    text: str | None, closures: Sequence[dict[str, str]], day: date, days: int = _WEEK
) -> tuple[DayHours, ...]:
    """The hours of this day and those that follow."""
    read = parse_closures(closures)
    hours = find_hours(text)
    return tuple(_hours_of(hours, read, day + timedelta(days=ahead)) for ahead in range(days))


def _hours_of(hours: Hours | None, closures: Sequence[Closure], day: date) -> DayHours:
    holiday = bank_holiday_title(day)
    closure = find_closure(closures, day)
    if closure:
        return DayHours(day, bank_holiday=holiday, note=closure.reason or "Closed for the day")
    if hours is None:
        return DayHours(day, is_known=False, bank_holiday=holiday)
    tomorrow = day + timedelta(days=1)
    spans = [(part.start, part.end) for part in _own_parts(hours, closures, day)]
    if spans and (early := _early_part(hours, closures, tomorrow)):
        spans[-1] = (spans[-1][0], early.end)
    comments = dict.fromkeys(part.comment for part in day_segments(hours, closures, day) if part.comment)
    note = "; ".join(comments)
    if holiday and not spans:
        note = note or holiday
    elif holiday and not hours.names_bank_holidays and hours.normal != "24/7":
        note = note or f"{holiday}: hours may differ"
    local = tuple((start.astimezone(LONDON), end.astimezone(LONDON)) for start, end in spans)
    return DayHours(day, local, bank_holiday=holiday, note=note)


def _own_parts(hours: Hours, closures: Sequence[Closure], day: date) -> list[Segment]:
    """The open parts of a day, joined, without the early hours that belong to the evening before."""
    parts = [part for part in _joined(day_segments(hours, closures, day), by_comment=False) if part.is_open]
    return parts[1:] if _early_part(hours, closures, day) else parts


def _early_part(hours: Hours, closures: Sequence[Closure], day: date) -> Segment | None:
    """The hours after midnight that continue the evening before: open at midnight, closed again before noon."""
    first = next(_joined(day_segments(hours, closures, day), by_comment=False))
    if (
        not first.is_open
        or first.end.astimezone(LONDON).hour >= _MORNING_ENDS
        or first.end - first.start > timedelta(hours=13)
    ):
        return None
    return first if day_segments(hours, closures, day - timedelta(days=1))[-1].is_open else None


def _stretches(hours: Hours, closures: Sequence[Closure], day: date, days: int) -> Iterator[Segment]:
    segments = (part for ahead in range(days) for part in day_segments(hours, closures, day + timedelta(days=ahead)))
    return _joined(segments, by_comment=True)


def _joined(segments: Iterator[Segment] | Sequence[Segment], *, by_comment: bool) -> Iterator[Segment]:
    """Neighbours of one state as one stretch, across midnight."""
    current: Segment | None = None
    for segment in segments:
        if current and current.is_open == segment.is_open and (not by_comment or current.comment == segment.comment):
            current = replace(current, end=segment.end)
        else:
            if current:
                yield current
            current = segment
    if current:
        yield current


def _why_closed(hours: Hours, closures: Sequence[Closure], day: date) -> str:
    """Why a place is closed all of a day: its own reason, or the bank holiday. Empty when it opens at all that day."""
    parts = day_segments(hours, closures, day)
    if any(part.is_open is not False for part in parts):
        return ""
    noted = next((part.comment for part in parts if part.comment), "")
    holiday = bank_holiday_title(day) if hours.names_bank_holidays else None
    return noted or (f"bank holiday ({holiday})" if holiday else "")


def _day_words(day: date, today: date) -> str:
    ahead = (day - today).days
    if ahead <= 1:
        return "tomorrow " if ahead else ""
    if ahead < _WEEK:
        return f"{_NAMES[day.weekday()]} "
    return f"{_NAMES[day.weekday()]} {day:%-d %B} "
