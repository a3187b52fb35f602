"""Which set of boundaries answers for a date, and what a reader must be told of it."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from app.db.version import LONDON
from app.errors import InvalidInput, NotFound
from app.tables.division import DivisionSet
from app.vocabulary import DivisionSetStatus

EARLIEST = date(1974, 4, 1)
"""Councils as they are now begin here; earlier dates are slips of the hand."""
LATEST = date(2100, 1, 1)
_DATE_LENGTH = len("2024-06-01")
_LONGEST = len("2024-06-01T09:00:00.000000+00:00")


def in_words(day: date) -> str:
    """A date as people read it: 1 May 2025."""
    return f"{day.day} {day:%B %Y}"


class Moment(NamedTuple):
    """What boundaries are asked for: those of a day, as was known at a moment (None: as is known now).

    A day to come has no moment of its own.
    """

    on: date
    at: datetime | None = None


def parse_moment(text: str, now: datetime, field: str = "as_at") -> Moment:
    """A day or a moment, as `as_at` gives it: 2024-06-01 (its end, in London) or 2026-11-01T09:00.

    Raises:
        InvalidInput: it is neither, or out of range.
    """
    moment: date | datetime | None = None
    if len(text) <= _LONGEST:
        with suppress(ValueError):
            moment = date.fromisoformat(text) if len(text) == _DATE_LENGTH else datetime.fromisoformat(text)
    if moment is None:
        raise InvalidInput(
            f"{field} is not a date.",
            "Give year-month-day, such as 2024-06-01, a moment such as 2026-11-01T09:00, or leave it out for now.",
            field=field,
        )
    if isinstance(moment, datetime):
        moment = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        on = check_date(moment.astimezone(LONDON).date(), field)
    else:
        on = check_date(moment, field)
        moment = datetime.combine(on + timedelta(days=1), time(), LONDON) - timedelta(microseconds=1)
    return Moment(on, moment.astimezone(UTC) if moment < now else None)


@dataclass(frozen=True, slots=True)
class BoundarySet:
    """An active division set, detached from any session.

    Attributes:
        valid_to: first day on which it is no longer in force; None while that is not known.
        approximate: not the official lines.
    """

    id: int
    authority_code: str
    authority_name: str
    title: str
    valid_from: date
    valid_to: date | None
    source: str
    licence: str
    attribution: str
    approximate: bool
    content_sha256: str

    def is_in_force(self, on: date) -> bool:
        """Whether these boundaries were in force on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @property
    def period(self) -> str:
        """Its period in words."""
        until = f" to {in_words(self.valid_to)}" if self.valid_to else " on"
        return f"from {in_words(self.valid_from)}{until}"


@dataclass(frozen=True, slots=True)
class Answering:
    """The boundaries that answer for a date. `notice` is what a reader must know, or None where all is well."""

    boundaries: BoundarySet
    on: date

    @property
    def in_force(self) -> bool:
        """Whether the boundaries were really in force on that date."""
        return self.boundaries.is_in_force(self.on)

    @property
    def notice(self) -> str | None:
        """One or two sentences: that other boundaries were in force, that the lines are approximate."""
        words = []
        if not self.in_force:
            if self.boundaries.valid_to is not None and self.boundaries.valid_to <= self.on:
                words.append(f"These boundaries were in force until {in_words(self.boundaries.valid_to)}.")
            else:
                words.append(f"These boundaries have been in force only since {in_words(self.boundaries.valid_from)}.")
        if self.boundaries.approximate:
            words.append("They are approximate, not the official lines.")
        return " ".join(words) or None


def answering(sets: Iterable[BoundarySet], on: date) -> list[Answering]:
    """For each authority the set in force on a day, else the newest before it, else the first after it.

    Active sets of one authority never overlap in time: the database sees to that.
    """
    best: dict[str, BoundarySet] = {}
    for candidate in sorted(sets, key=lambda found: found.valid_from):
        if candidate.valid_from <= on or candidate.authority_code not in best:
            best[candidate.authority_code] = candidate
    return [Answering(best[code], on) for code in sorted(best)]


def answering_for(sets: Iterable[BoundarySet], authority_code: str, on: date) -> Answering:
    """The set that answers for one authority on a day.

    Raises:
        NotFound: no set of that authority is active.
    """
    found = answering((one for one in sets if one.authority_code == authority_code), on)
    if not found:
        raise NotFound(
            f"No electoral divisions of the authority {authority_code[:9]} are held.",
            "Check its GSS code; County Durham is E06000047.",
            field="authority",
        )
    return found[0]


def to_boundary_set(row: DivisionSet, authority_name: str) -> BoundarySet:
    """An active set's row as a value."""
    if row.id is None or row.status != DivisionSetStatus.ACTIVE:
        raise ValueError("only stored, active sets answer")
    return BoundarySet(
        id=row.id,
        authority_code=row.authority_code,
        authority_name=authority_name,
        title=row.title,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        licence=row.licence,
        attribution=row.attribution,
        approximate=row.approximate,
        content_sha256=row.content_sha256,
    )


def check_date(on: date, field: str = "as_at") -> date:
    """The date, if boundaries can be asked for it.

    Raises:
        InvalidInput: it lies before 1974, when councils as they are now began, or beyond 2100.
    """
    if not EARLIEST <= on <= LATEST:
        raise InvalidInput(
            "The date is out of range.",
            f"Give a date from {EARLIEST} to {LATEST}, as year-month-day, or leave it out for today.",
            field=field,
        )
    return on
