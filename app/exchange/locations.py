"""Where the places of a file are: all postcodes by one statement, all transforms on arrays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlmodel import Session, col, func, select

from app.exchange.rows import DraftRow
from app.places.drafts import FieldFault
from app.tables import PostcodeUnit
from geo.crs import find_bng, find_lonlat
from geo.points import EASTING_MAXIMUM, NORTHING_MAXIMUM

FAR_FROM_POSTCODE_M = 2_000.0
"""Postcode units are small; rural ones reach a kilometre or so. Farther than this, one of the two is a mistake."""

Numbers = NDArray[np.float64]


class Located(NamedTuple):
    """A location: EPSG:27700 metres, and the same in CRS84 degrees."""

    easting: float
    northing: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Locations:
    """What was found for the rows, in their order: a location or None, with faults and warnings by position."""

    found: list[Located | None]
    faults: list[tuple[int, FieldFault]]
    warnings: list[tuple[int, FieldFault]]


def locate_rows(session: Session, rows: Sequence[DraftRow]) -> Locations:
    """Locate drafts: by easting and northing, else by longitude and latitude, else by postcode."""
    units = _postcode_positions(session, {row.draft.postcode for row in rows if row.draft.postcode})
    by_postcode = _pairs(units.get(row.draft.postcode or "") for row in rows)
    grid = _pairs((row.draft.easting, row.draft.northing) for row in rows)
    degrees = _pairs((row.draft.lon, row.draft.lat) for row in rows)
    own = np.array([row.draft.has_coordinates for row in rows], dtype=bool)

    positions = np.where(np.isnan(grid), _to_bng(degrees), grid)
    positions[~own] = by_postcode[~own]
    lonlat = np.full_like(positions, np.nan)
    on_grid = ~np.isnan(positions).any(axis=1)
    on_grid &= (positions >= 0).all(axis=1) & (positions <= (EASTING_MAXIMUM, NORTHING_MAXIMUM)).all(axis=1)
    lonlat[on_grid] = np.column_stack(find_lonlat(positions[on_grid, 0], positions[on_grid, 1]))
    sound = np.logical_and(on_grid, ~np.isnan(lonlat).any(axis=1))

    distances = np.hypot(*(positions - by_postcode).T)
    table = np.column_stack([positions, lonlat]).tolist()
    return Locations(
        found=[Located(*numbers) if ok else None for numbers, ok in zip(table, sound.tolist(), strict=True)],
        faults=list(_faults(session, rows, np.flatnonzero(~sound))),
        warnings=[
            (at, _far_away(float(distances[at])))
            for at in np.flatnonzero(own & sound & (np.nan_to_num(distances) > FAR_FROM_POSTCODE_M)).tolist()
        ],
    )


def _pairs(pairs: Iterator[tuple[float | None, float | None] | None]) -> Numbers:
    """Shape (n, 2), NaN for what is not given."""
    listed = [pair or (None, None) for pair in pairs]
    return np.array(listed, dtype=np.float64).reshape(-1, 2)


def _to_bng(degrees: Numbers) -> Numbers:
    converted = np.full_like(degrees, np.nan)
    given = ~np.isnan(degrees).any(axis=1)
    converted[given] = np.column_stack(find_bng(degrees[given, 0].copy(), degrees[given, 1].copy()))
    return converted


def _postcode_positions(session: Session, postcodes: set[str]) -> dict[str, tuple[float, float]]:
    statement = select(PostcodeUnit.postcode, PostcodeUnit.easting, PostcodeUnit.northing)
    found = session.exec(statement.where(col(PostcodeUnit.postcode) == func.any(sorted(postcodes))))
    return {postcode: (easting, northing) for postcode, easting, northing in found}


def _faults(session: Session, rows: Sequence[DraftRow], lost: NDArray[np.intp]) -> Iterator[tuple[int, FieldFault]]:
    unknown = {rows[at].draft.postcode or "" for at in lost if not rows[at].draft.has_coordinates}
    known_areas = _known_outward_codes(session, {postcode.split()[0] for postcode in unknown if postcode})
    for at in lost.tolist():
        draft = rows[at].draft
        if draft.has_coordinates:
            yield (
                at,
                FieldFault(
                    "easting" if draft.easting is not None else "lon",
                    "The position lies outside Great Britain.",
                    "Check for missing or extra digits.",
                ),
            )
        elif draft.postcode and draft.postcode.split()[0] in known_areas:
            yield (
                at,
                FieldFault(
                    "postcode",
                    "There is no such postcode, though there are others of its district.",
                    "Check it; where it is new, give easting and northing as well.",
                ),
            )
        else:
            yield (
                at,
                FieldFault(
                    "postcode",
                    "No postcode of this district has been loaded.",
                    "Load the whole of Code-Point Open with `safeplaces postcodes load`, or give easting and northing.",
                ),
            )


def _known_outward_codes(session: Session, outward: set[str]) -> set[str]:
    """Those outward codes ("DH1") of which some postcode is known: the others were not loaded at all."""
    statement = text(
        "SELECT code FROM unnest(CAST(:codes AS text[])) AS code WHERE EXISTS "
        "(SELECT FROM postcode_unit WHERE postcode >= code || ' ' AND postcode < code || '!')"
    )
    return set(session.scalars(statement, {"codes": sorted(outward)}))


def _far_away(distance_m: float) -> FieldFault:
    return FieldFault(
        "postcode",
        f"The coordinates lie {distance_m / 1000:.1f} km from this postcode.",
        "Check both; the coordinates are used.",
    )
