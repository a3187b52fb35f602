"""Every active division set in memory, so that "which division is this point in?" costs no query.

Kept for each engine and keyed by the register's version. The register changes with every edited place, boundaries a few
times in ten years: a new version costs one small query, and outlines are read again only for sets that are new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine

from app.db.failures import translated
from app.db.sessions import open_read_session
from app.db.version import RegisterVersion, current_version, known_version
from app.divisions import queries
from app.divisions.boundaries import BoundarySet
from geo.point_index import NOWHERE, PointIndex


@dataclass(frozen=True, slots=True)
class KnownDivision:
    """A division's facts, as look-ups give them."""

    gss_code: str
    name: str
    members: int | None
    boundary: BaseGeometry

    def distance_to_boundary_m(self, easting: float, northing: float) -> float:
        """Metres from a grid position (EPSG:27700) to the division's outline."""
        return float(shapely.distance(self.boundary, shapely.points((easting, northing))))


@dataclass(frozen=True, slots=True)
class IndexedSet:
    """One active set with the index of its divisions; `divisions` is in the order of the index's labels."""

    boundaries: BoundarySet
    index: PointIndex
    divisions: tuple[KnownDivision, ...]

    def find(self, easting: float, northing: float) -> KnownDivision | None:
        """The division that covers a grid position (EPSG:27700, metres)."""
        position = self.index.find_position(easting, northing)
        return None if position == NOWHERE else self.divisions[position]


@dataclass(frozen=True, slots=True)
class Memory:
    """All active sets at one version of the register."""

    version: RegisterVersion
    sets: tuple[IndexedSet, ...]

    @property
    def boundary_sets(self) -> list[BoundarySet]:
        """The sets without their indexes."""
        return [one.boundaries for one in self.sets]

    def of(self, boundaries: BoundarySet) -> IndexedSet:
        """The indexed set of a set's facts."""
        return next(one for one in self.sets if one.boundaries.id == boundaries.id)


_memories: "WeakKeyDictionary[Engine, Memory]" = WeakKeyDictionary()
_lock = Lock()


def known_memory(engine: Engine) -> Memory | None:
    """The memory, if it is known to be up to date without asking the database: for routes that must not wait."""
    memory = _memories.get(engine)
    return memory if memory and memory.version == known_version(engine) else None


def current_memory(engine: Engine) -> Memory:
    """The memory at the register's present version, at most a second old.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    version = current_version(engine)
    memory = _memories.get(engine)
    if memory and memory.version == version:
        return memory
    with _lock:
        memory = _memories.get(engine)
        if memory and memory.version == version:
            return memory
        memory = Memory(version, _read(engine, memory.sets if memory else ()))
        _memories[engine] = memory
        return memory


def memory_at(engine: Engine, at: datetime | None) -> Memory:
    """The sets that were active at a moment, as was known then (None: now). Few ask; what changed since is read again.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    memory = current_memory(engine)
    return Memory(memory.version, _read(engine, memory.sets, at)) if at else memory


def _read(engine: Engine, before: Sequence[IndexedSet], at: datetime | None = None) -> tuple[IndexedSet, ...]:
    known = {(one.boundaries.id, one.boundaries.content_sha256): one for one in before}
    with translated(), open_read_session(engine) as session:
        read = []
        for boundaries in queries.list_active_sets(session, at):
            same = known.get((boundaries.id, boundaries.content_sha256))
            if same:
                read.append(IndexedSet(boundaries, same.index, same.divisions))
            else:
                read.append(index_set(boundaries, queries.list_outlines(session, boundaries.id)))
        return tuple(read)


def index_set(boundaries: BoundarySet, outlines: Sequence[queries.Outline]) -> IndexedSet:
    """A set ready for look-ups. Outlines are prepared here, once: preparing is not safe between threads."""
    areas = {one.gss_code: one.area for one in outlines}
    index = PointIndex(areas)
    by_code = {one.gss_code: one for one in outlines}
    lines = shapely.boundary(np.array([areas[code] for code in index.labels], dtype=object))
    shapely.prepare(lines)
    divisions = tuple(
        KnownDivision(code, by_code[code].name, by_code[code].members, line)
        for code, line in zip(index.labels, lines, strict=True)
    )
    return IndexedSet(boundaries, index, divisions)
