"""Statements on division sets, divisions and the links of places to them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, cast

from geoalchemy2 import WKBElement
from shapely import MultiPolygon, from_wkb
from sqlalchemy import func, insert, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.divisions.boundaries import BoundarySet, to_boundary_set
from app.tables.authority import Authority
from app.tables.division import Division, DivisionSet
from app.vocabulary import DivisionSetStatus
from geo.assignment import ASSIGN_PLACES, ASSIGN_REGISTER
from geo.crs import BNG_SRID

PIECE_VERTICES = 64
"""Vertices that a piece has at most: `ST_Covers` of a point then reads a kilobyte."""

_CUT = """
INSERT INTO division_piece (division_id, division_set_id, geometry)
SELECT id, division_set_id, piece.geom
FROM division, ST_Subdivide(geometry, :vertices) AS part, ST_Dump(part) AS piece
WHERE division_set_id = :division_set_id AND ST_Dimension(piece.geom) = 2
"""
_LINKS = """
SELECT count(*) FILTER (WHERE is_assigned) AS assigned,
       count(*) FILTER (WHERE NOT is_assigned) AS other,
       count(*) FILTER (WHERE is_assigned AND near_boundary) AS near_boundary,
       count(*) FILTER (WHERE is_assigned AND postcode_disagrees) AS postcode_disagrees,
       count(*) FILTER (WHERE is_assigned AND basis = 'decided') AS decided,
       (SELECT count(*) FROM place) - count(*) FILTER (WHERE is_assigned) AS without
FROM place_division WHERE division_set_id = :division_set_id
"""
_AT = """
SELECT division.gss_code FROM division_piece AS piece JOIN division ON division.id = piece.division_id
WHERE piece.division_set_id = :division_set_id
  AND ST_Covers(piece.geometry, ST_SetSRID(ST_MakePoint(:easting, :northing), 27700))
ORDER BY division.gss_code LIMIT 1
"""
_OUTLINES = """
SELECT gss_code, name, members, ST_AsBinary(geometry) FROM division
WHERE division_set_id = :division_set_id ORDER BY gss_code
"""
_DIVISIONS = """
SELECT division_set_id, gss_code, name, members, area_m2, {outline} FROM division
WHERE division_set_id = ANY (:division_set_ids)
  AND (CAST(:gss_code AS text) IS NULL OR gss_code = CAST(:gss_code AS text))
ORDER BY array_position(:division_set_ids, division_set_id), name, gss_code
"""
_COUNTS = """
SELECT division.division_set_id, division.gss_code, count(place.id) AS places
FROM division
LEFT JOIN {links} AS link ON link.division_id = division.id AND link.is_assigned
LEFT JOIN {places} AS place ON place.id = link.place_id
WHERE division.division_set_id = ANY (:division_set_ids)
GROUP BY division.id
"""
_COUNTS_NOW = _COUNTS.format(links="place_division", places="published_place")
_COUNTS_THEN = _COUNTS.format(links="place_division_as_at(:at)", places="published_place_as_at(:at)")
_COLUMNS = tuple(DivisionSet.__table__.columns)  # type: ignore[attr-defined]  # SQLModel does not annotate it


class Outline(NamedTuple):
    """A division with its area (EPSG:27700, metres)."""

    gss_code: str
    name: str
    members: int | None
    area: MultiPolygon


class StoredDivision(NamedTuple):
    """A division's facts; `outline` is its stored GeoJSON geometry (CRS84) where it was asked for."""

    division_set_id: int
    gss_code: str
    name: str
    members: int | None
    area_m2: float
    outline: str | None


class Links(NamedTuple):
    """How many places of the register a set links: with one division each, beside it, flagged, decided, with none."""

    assigned: int
    other: int
    near_boundary: int
    postcode_disagrees: int
    decided: int
    without: int


# Sets


def list_active_sets(session: Session, at: datetime | None = None, *, or_of_now: bool = True) -> list[BoundarySet]:
    """All active sets, by authority and date: now, or those that were active at a moment, as was known then.

    Before an authority had any set here, its sets of now answer, unless `or_of_now` is false.
    """
    known = func.active_set_as_at(at) if or_of_now else func.division_set_as_at(at)
    chosen = aliased(DivisionSet, known.table_valued(*_COLUMNS).alias("known")) if at else DivisionSet
    rows = session.exec(
        select(chosen, Authority.name)
        .join(Authority, col(Authority.code) == col(chosen.authority_code))
        .where(col(chosen.status) == DivisionSetStatus.ACTIVE)
        .order_by(chosen.authority_code, col(chosen.valid_from))
    )
    return [to_boundary_set(row, name) for row, name in rows]


def list_sets(session: Session) -> list[tuple[DivisionSet, int]]:
    """All sets, whatever their status, with the number of their divisions."""
    statement = (
        select(DivisionSet, func.count(col(Division.id)))
        .outerjoin(Division, col(Division.division_set_id) == col(DivisionSet.id))
        .group_by(col(DivisionSet.id))
        .order_by(DivisionSet.authority_code, col(DivisionSet.valid_from), col(DivisionSet.id))
    )
    return [(found, divisions) for found, divisions in session.exec(statement)]


def find_overlapping(session: Session, division_set: DivisionSet, valid_to: date | None) -> DivisionSet | None:
    """Another active set of the same authority that overlaps this one in time, were this one to end at `valid_to`."""
    statement = select(DivisionSet).where(
        col(DivisionSet.authority_code) == division_set.authority_code,
        col(DivisionSet.status) == DivisionSetStatus.ACTIVE,
        col(DivisionSet.id) != division_set.id,
        func.daterange(col(DivisionSet.valid_from), col(DivisionSet.valid_to)).op("&&")(
            func.daterange(division_set.valid_from, valid_to)
        ),
    )
    return session.exec(statement.order_by(col(DivisionSet.valid_from)).limit(1)).first()


def find_same_content(
    session: Session, authority_code: str, valid_from: date, content_sha256: str
) -> DivisionSet | None:
    """A set with the same divisions from the same day on, not retired."""
    return session.exec(
        select(DivisionSet).where(
            col(DivisionSet.authority_code) == authority_code,
            col(DivisionSet.valid_from) == valid_from,
            col(DivisionSet.content_sha256) == content_sha256,
            col(DivisionSet.status) != DivisionSetStatus.RETIRED,
        )
    ).first()


# Divisions


def insert_divisions(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Add divisions; `geometry` is a WKBElement in EPSG:27700."""
    session.connection().execute(insert(Division), list(rows))


def to_stored(wkb: bytes) -> WKBElement:
    """A geometry for a column, from WKB in EPSG:27700."""
    return WKBElement(wkb, srid=BNG_SRID)


def cut_pieces(session: Session, division_set_id: int) -> int:
    """Make the subdivided copy that point look-ups run on; how many pieces."""
    parameters = {"division_set_id": division_set_id, "vertices": PIECE_VERTICES}
    return session.connection().execute(text(_CUT), parameters).rowcount


def list_outlines(session: Session, division_set_id: int) -> list[Outline]:
    """The divisions of a set with their areas, by code."""
    rows = session.connection().execute(text(_OUTLINES), {"division_set_id": division_set_id})
    return [Outline(code, name, members, cast("MultiPolygon", from_wkb(wkb))) for code, name, members, wkb in rows]


def list_divisions(
    session: Session, division_set_ids: Sequence[int], *, outlines: bool, gss_code: str | None = None
) -> list[StoredDivision]:
    """The divisions of some sets in the order of the sets given, then by name; or those of one code."""
    statement = text(_DIVISIONS.format(outline="outline_lonlat" if outlines else "NULL"))
    parameters = {"division_set_ids": list(division_set_ids), "gss_code": gss_code}
    return [StoredDivision(*row) for row in session.connection().execute(statement, parameters)]


def count_published(
    session: Session, division_set_ids: Sequence[int], at: datetime | None = None
) -> dict[tuple[int, str], int]:
    """How many published places count in each division of some sets, now or at a moment; 0 included."""
    statement = text(_COUNTS_THEN if at else _COUNTS_NOW)
    rows = session.connection().execute(statement, {"division_set_ids": list(division_set_ids), "at": at})
    return {(row.division_set_id, row.gss_code): row.places for row in rows}


def find_covering(session: Session, division_set_id: int, easting: float, northing: float) -> str | None:
    """The code of the division whose pieces cover a grid position (EPSG:27700, metres), as the database sees it."""
    parameters = {"division_set_id": division_set_id, "easting": easting, "northing": northing}
    return session.connection().execute(text(_AT), parameters).scalar_one_or_none()


# Links of places


def assign_register(session: Session, division_set_id: int) -> int:
    """Link every place to the divisions of a set; how many links. One statement."""
    return session.connection().execute(ASSIGN_REGISTER, {"division_set_id": division_set_id}).rowcount


def assign_places(session: Session, division_set_id: int, place_ids: Sequence[int]) -> int:
    """Link some places to the divisions of a set; how many links. One statement."""
    parameters = {"division_set_id": division_set_id, "place_ids": list(place_ids)}
    return session.connection().execute(ASSIGN_PLACES, parameters).rowcount


def count_links(session: Session, division_set_id: int) -> Links:
    """What the links of a set look like."""
    return Links(*session.connection().execute(text(_LINKS), {"division_set_id": division_set_id}).one())
