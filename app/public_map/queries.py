"""What the pages ask the database for beside what the features below them answer."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import col, select

from app.db.sessions import ReadSession
from app.tables.division import Division
from app.tables.place import PlaceDivision, Scheme
from app.tables.postcode import PostcodeUnit
from app.tables.published import published_place


def list_other_divisions(
    session: ReadSession, references: Collection[str], division_set_ids: Collection[int]
) -> list[tuple[str, str, str]]:
    """(reference, gss_code, name) of the divisions that published places may belong to beside the one they count in.

    The nearest such division comes last for each place. Links that an officer decided are none: they are settled.
    """
    statement = (
        select(published_place.c.reference, Division.gss_code, Division.name)
        .join(PlaceDivision, col(PlaceDivision.place_id) == published_place.c.id)
        .join(Division, col(Division.id) == col(PlaceDivision.division_id))
        .where(
            published_place.c.reference.in_(references),
            col(PlaceDivision.division_set_id).in_(division_set_ids),
            ~col(PlaceDivision.is_assigned),
            col(PlaceDivision.decided_at).is_(None),
        )
        .order_by(published_place.c.reference, col(PlaceDivision.distance_m).desc(), Division.gss_code)
    )
    return [tuple(row) for row in session.exec(statement)]


def list_schemes(session: ReadSession) -> list[Scheme]:
    """Every scheme that places belong to."""
    return list(session.exec(select(Scheme)))


class MapPlace(NamedTuple):
    """A published place as the map shows it; lon and lat in degrees (CRS84)."""

    reference: str
    name: str
    kind: str
    kind_label: str
    assurance: str
    town: str | None
    opening_hours: str | None
    closures: list[dict[str, str]]
    lon: float
    lat: float


_MAP_PLACES = """
SELECT place.reference, place.name, place.kind, premises_kind.label, place.assurance, place.town, place.opening_hours,
       place.closures, place.lon, place.lat
FROM published_place AS place JOIN premises_kind ON premises_kind.code = place.kind
"""
_IN_DIVISION = """
WHERE place.id IN (SELECT link.place_id FROM place_division AS link JOIN division ON division.id = link.division_id
                   WHERE division.gss_code = :division AND division.division_set_id = ANY (:division_set_ids))
"""


def list_map_places(session: ReadSession, division: str | None, division_set_ids: Sequence[int]) -> list[MapPlace]:
    """Published places in the order of their ids: all, or those linked to a division (GSS code) of some sets."""
    statement = f"{_MAP_PLACES}{_IN_DIVISION if division else ''} ORDER BY place.id"
    values = {"division": division, "division_set_ids": list(division_set_ids)} if division else {}
    return [MapPlace(*row) for row in session.connection().execute(text(statement), values)]


def find_middle(session: ReadSession, division_set_id: int, gss_code: str) -> tuple[float, float] | None:
    """A point that is surely inside a division: easting, northing (EPSG:27700, metres)."""
    statement = text(
        "SELECT ST_X(middle), ST_Y(middle) FROM division, ST_PointOnSurface(geometry) AS middle"
        " WHERE division_set_id = :division_set_id AND gss_code = :gss_code"
    )
    row = session.connection().execute(statement, {"division_set_id": division_set_id, "gss_code": gss_code}).first()
    return (row[0], row[1]) if row else None


def list_postcode_sources(session: ReadSession) -> list[str]:
    """Where the postcodes come from, each source once. Reads every row: 0.2 s for the whole of Great Britain."""
    return list(session.exec(select(PostcodeUnit.source).distinct().order_by(PostcodeUnit.source)))
