"""How the register stands at a date: which divisions answer, which codes there are, and what readers must be told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.divisions.boundaries import Answering, Moment
from app.divisions.rules import known_sets_at
from app.places import queries
from app.places.schemas import Notice

SAMPLE = Notice(
    code="sample-data",
    text="These are invented sample places, for trying the software out. Nobody will be found there to help.",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers about places depend on beside the places. `kinds` and `schemes` are code to label."""

    on: date
    sets: tuple[Answering, ...]
    kinds: dict[str, str]
    schemes: dict[str, str]
    notices: list[dict[str, Any]]

    @property
    def set_ids(self) -> list[int]:
        """Ids of the division sets that answer."""
        return [answering.boundaries.id for answering in self.sets]


def read_standing(session: Session, on: date, at: datetime | None = None) -> Standing:
    """How the register stands for a date: as its newest data tell, or as was known at a moment of that date."""
    sets = tuple(known_sets_at(session, Moment(on, at)))
    codes = queries.read_codes(session)
    told = ([SAMPLE] if codes.has_samples else []) + [notice for one in sets if (notice := _notice_of(one))]
    return Standing(on, sets, codes.kinds, codes.schemes, [notice.model_dump() for notice in told])


def _notice_of(answering: Answering) -> Notice | None:
    if answering.notice is None:
        return None
    return Notice(
        code="approximate-boundaries" if answering.in_force else "boundaries-out-of-force",
        text=f"Electoral divisions of {answering.boundaries.authority_name}: {answering.notice}",
        attribution=answering.boundaries.attribution or None,
    )
