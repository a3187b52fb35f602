"""Where all published places are, in memory: a list of a box then needs no query at all.

Made in the background for a version of the register that has stood still for a moment, so that a register that is being
written to costs no more than its writes; until then, and for registers too large, PostgreSQL finds the places.
"""

import asyncio
from time import monotonic

import numpy as np
import structlog
from sqlalchemy import Engine

from app.db.failures import translated
from app.db.sessions import open_read_session
from app.errors import DatabaseUnavailable
from app.places import list_queries
from app.places.filters import PlaceFilters
from app.places.fragments import Kept
from geo.positions import Positions

SETTLED_AFTER_S = 2.0
KEPT_AT_MOST = 250_000
"""Places: 6 MB and a second of one thread to read; the largest partnership has a hundredth of that."""

log = structlog.get_logger(__name__)


def find_in_box(
    engine: Engine, filters: PlaceFilters, kept: Kept, *, limit: int, after: int | None
) -> list[int] | None:
    """The ids of the published places in a box, ascending; None where they are not in memory, or more is asked for."""
    if filters.bbox is None or filters != PlaceFilters(bbox=filters.bbox):
        return None
    if kept.positions is None:
        _read_in_background(engine, kept)
        return None
    return kept.positions.find(filters.bbox.lonlat, limit=limit, after=after)


def read_positions(engine: Engine) -> Positions | None:
    """The positions of all published places; None where there are too many to keep.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    with translated(), open_read_session(engine) as session:
        rows = list_queries.list_positions(session, limit=KEPT_AT_MOST + 1)
    if len(rows) > KEPT_AT_MOST:
        return None
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3)  # an id below 2**53 is exact as a float
    return Positions(columns[:, 0].astype(np.int64), columns[:, 1].copy(), columns[:, 2].copy())


def _read_in_background(engine: Engine, kept: Kept) -> None:
    """Have a thread read the positions, once for what is kept."""
    if kept.positions_asked or monotonic() - kept.since < SETTLED_AFTER_S:
        return
    kept.positions_asked = True

    def read() -> None:
        try:
            kept.positions = read_positions(engine)
        except DatabaseUnavailable:
            kept.positions_asked = False
            log.warning("positions_not_read")

    asyncio.get_running_loop().run_in_executor(None, read)
