"""The register as one request sees it: its session, the boundaries of today, the moment, and what pages share."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import shapely
from fastapi import Request
from sqlalchemy import Engine

from app.db.sessions import ReadSession
from app.db.version import LONDON
from app.divisions.boundaries import Answering, answering
from app.divisions.memory import IndexedSet, KnownDivision, current_memory
from app.public_map import queries
from app.public_map.cards import Boundaries
from app.public_map.maps import RegisterMap, register_map
from app.settings import Settings
from web.views import BoundaryNotice, DivisionLink


class Spot(NamedTuple):
    """A position that was asked about: EPSG:27700 metres, CRS84 degrees, and metres that it may be off."""

    easting: float
    northing: float
    lon: float
    lat: float
    uncertainty_m: float


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a position lies: its division, and another that it may belong to; None outside all that are held."""

    answering: Answering
    division: KnownDivision
    boundary_with: KnownDivision | None


@dataclass(frozen=True)
class Register:
    """What the rules of the pages read from. `now` is London time."""

    session: ReadSession
    engine: Engine
    settings: Settings
    now: datetime

    @cached_property
    def sets(self) -> tuple[tuple[Answering, IndexedSet], ...]:
        """The sets of boundaries that answer today, the configured authority's first."""
        memory = current_memory(self.engine)
        found = answering(memory.boundary_sets, self.now.date())
        found.sort(key=lambda one: one.boundaries.authority_code != self.settings.authority)
        return tuple((one, memory.of(one.boundaries)) for one in found)

    @property
    def set_ids(self) -> list[int]:
        """Ids of the sets that answer today."""
        return [one.boundaries.id for one, _ in self.sets]

    @property
    def divisions(self) -> Iterator[tuple[Answering, KnownDivision]]:
        """Every division of today."""
        return ((one, division) for one, indexed in self.sets for division in indexed.divisions)

    @cached_property
    def map(self) -> RegisterMap:
        """The map of the register, which shows the first authority's divisions unless a page narrows it."""
        return register_map(self.settings, self.sets[0][1].divisions if self.sets else ())

    def find_situation(self, spot: Spot, official_code: str | None = None) -> Situation | None:
        """The division that covers a spot; a neighbour counts as well when its line is nearer than the spot is certain.

        `official_code` is the GSS code of the division that is official for a postcode, which may disagree.
        """
        for one, indexed in self.sets:
            division = indexed.find(spot.easting, spot.northing)
            if division is not None:
                others = [other for other in indexed.divisions if other is not division]
                official = next((other for other in others if other.gss_code == official_code), None)
                return Situation(one, division, official or _nearest(others, spot))
        return None

    def other_divisions(self, references: Collection[str]) -> Boundaries:
        """For those of these published places that may belong to a second division: which."""
        rows = queries.list_other_divisions(self.session, references, self.set_ids)
        return {reference: DivisionLink(code, name) for reference, code, name in rows}


def open_register(request: Request, session: ReadSession) -> Register:
    """The register for a request, at this moment."""
    state = request.app.state
    return Register(session, state.engine, state.settings, datetime.now(LONDON))


def to_link(division: KnownDivision | None) -> DivisionLink | None:
    """A division as pages name it."""
    return DivisionLink(division.gss_code, division.name) if division else None


def to_notice(answering: Answering | None) -> BoundaryNotice | None:
    """What readers must know of boundaries."""
    if answering is None:
        return None
    held = answering.boundaries
    valid_to = None if answering.in_force else held.valid_to
    return BoundaryNotice(held.valid_from, valid_to, held.approximate, held.attribution)


def _nearest(divisions: Iterable[KnownDivision], spot: Spot) -> KnownDivision | None:
    """The division whose line is nearest to a spot, when it is nearer than the spot is certain."""
    point = shapely.Point(spot.easting, spot.northing)
    distances = [(float(shapely.distance(one.boundary, point)), one) for one in divisions]
    near = [pair for pair in distances if pair[0] < spot.uncertainty_m]
    return min(near, key=lambda pair: pair[0])[1] if near else None
