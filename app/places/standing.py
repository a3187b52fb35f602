"""How the register stands at a date: which divisions answer, which codes there are, and what readers must be told."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from app.places.schemas import Notice

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

SAMPLE = Notice(
    code="sample-data",
    text="These are invented sample places, for trying the software out. Nobody will be found there to help.",
)


class AnsweringSet(NamedTuple):
    """A division set that answers for a date: the one in force, or the newest one where none is."""

    id: int
    authority: str
    valid_from: date
    valid_to: date | None
    approximate: bool
    attribution: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers about places depend on beside the places. `kinds` and `schemes` are code to label."""

    on: date
    sets: tuple[AnsweringSet, ...]
    kinds: dict[str, str]
    schemes: dict[str, str]
    has_samples: bool

    @property
    def set_ids(self) -> list[int]:
        """Ids of the division sets that answer."""
        return [answering.id for answering in self.sets]

    @property
    def notices(self) -> list[Notice]:
        """What readers of any answer about places must know."""
        return ([SAMPLE] if self.has_samples else []) + [
            notice for answering in self.sets for notice in _notices_of(answering, self.on)
        ]


def read_standing(session: Session, on: date) -> Standing:
    """How the register stands for a date, as its newest data tell."""
    row: Any = session.connection().execute(_STANDING, {"on": on}).one()
    sets = tuple(
        AnsweringSet(
            id=each["id"],
            authority=each["authority_code"],
            valid_from=date.fromisoformat(each["valid_from"]),
            valid_to=date.fromisoformat(each["valid_to"]) if each["valid_to"] else None,
            approximate=each["approximate"],
            attribution=each["attribution"],
            in_force=each["in_force"],
        )
        for each in row.sets
    )
    return Standing(on, sets, dict(row.kinds), dict(row.schemes), row.has_samples)


def _notices_of(answering: AnsweringSet, on: date) -> list[Notice]:
    notices = []
    if not answering.in_force:
        ended = answering.valid_to is not None and answering.valid_to <= on
        words = (
            f"Electoral divisions are those in force until {_date_words(answering.valid_to or on)}, the newest held."
            if ended
            else f"Electoral divisions are those in force from {_date_words(answering.valid_from)}, the oldest held."
        )
        notices.append(Notice(code="boundaries-out-of-force", text=words))
    if answering.approximate:
        notices.append(
            Notice(
                code="approximate-boundaries",
                text="Boundaries of electoral divisions are approximate: drawn from postcodes, not the official line.",
                attribution=answering.attribution or None,
            )
        )
    return notices


def _date_words(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


_STANDING = text("""
    SELECT (SELECT coalesce(json_agg(answering ORDER BY authority_code), '[]')
            FROM (SELECT DISTINCT ON (authority_code)
                         id, authority_code, valid_from, valid_to, approximate, attribution,
                         daterange(valid_from, valid_to) @> CAST(:on AS date) AS in_force
                  FROM division_set WHERE status = 'active'
                  ORDER BY authority_code, daterange(valid_from, valid_to) @> CAST(:on AS date) DESC, valid_from DESC
                 ) AS answering) AS sets,
           (SELECT json_object_agg(code, label) FROM premises_kind) AS kinds,
           (SELECT json_object_agg(code, label) FROM scheme) AS schemes,
           EXISTS (SELECT FROM authority WHERE is_sample) AS has_samples
""")
"""One round trip. Active sets of one authority never overlap, so at most one is in force on a date."""
