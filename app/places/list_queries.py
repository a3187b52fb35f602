"""Statements that find which places stand on a page of a list, and in what order.

What the public sees is selected from `published_place` or `published_place_as_at(at)` only. Where a list follows an
index (a box, nearest first), the index of `place` is asked which ids to try, in order, and `published_place` decides
about each and gives it: so no more audits are looked up than the page needs, however much the box holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import psycopg
from sqlmodel import Session

from app.places.filters import PlaceFilters


class Candidate(NamedTuple):
    """A place on a page: its id, what orders it, and what the answer says of it beside its facts."""

    id: int
    distance_m: float | None = None
    score: float | None = None
    linked_by: str | None = None
    opening_hours: str | None = None
    closures: list[dict[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Which clauses a list statement has; the values are bound. One statement is compiled for each shape."""

    order: str
    then: bool = False
    after: bool = False
    bbox: bool = False
    division: bool = False
    radius: bool = False
    schemes: bool = False
    kinds: bool = False
    accessibility: tuple[str, ...] = ()
    language: bool = False
    text: bool = False
    names: bool = False
    hours: bool = False

    @property
    def follows_index(self) -> bool:
        """Whether the order, or the box, is that of the spatial index."""
        return (self.order == "distance" or self.bbox) and not (self.then or self.division or self.text)


def find_candidates(
    session: Session,
    filters: PlaceFilters,
    *,
    sets: Sequence[int],
    limit: int,
    after: tuple[float, ...] | None = None,
) -> list[Candidate]:
    """The places that fit the filters (opening hours aside), in order, at most `limit` of them.

    Args:
        session: reads in one transaction.
        filters: what to narrow to. With an origin the nearest come first, with words the best, else the oldest ids.
        sets: the division sets that answer for the moment.
        limit: how many.
        after: the order key of the last place before: (id,), (distance_m, id) or (score, id).
    """
    if filters.bbox and filters.bbox.envelope is None:
        return []
    statement, values = list_statement(filters, sets=sets, limit=limit, after=after)
    return [Candidate._make(row) for row in session.connection().exec_driver_sql(statement, values).all()]


def list_positions(session: Session, *, limit: int) -> list[tuple[int, float, float]]:
    """Id, longitude and latitude (CRS84, degrees) of every published place, in the order of ids, at most `limit`."""
    statement = text("SELECT id, lon, lat FROM published_place ORDER BY id LIMIT :limit")
    return [(row.id, row.lon, row.lat) for row in session.connection().execute(statement, {"limit": limit})]


def order_of(filters: PlaceFilters) -> str:
    """What a list is ordered by: distance, score, or id."""
    return "distance" if filters.origin else "score" if filters.text else "id"


def list_statement(
    filters: PlaceFilters, *, sets: Sequence[int], limit: int, after: tuple[float, ...] | None = None
) -> tuple[str, dict[str, Any]]:
    """The statement of `find_candidates`, as the driver takes it, and its values."""
    shape = Shape(
        order=order_of(filters),
        then=filters.as_at is not None,
        after=after is not None,
        bbox=filters.bbox is not None,
        division=filters.division is not None,
        radius=filters.radius_m is not None,
        schemes=bool(filters.schemes),
        kinds=bool(filters.kinds),
        accessibility=filters.accessibility,
        language=filters.language is not None,
        text=filters.text is not None,
        names=filters.text is not None and not _EXACT.search(filters.text),
        hours=filters.open_at is not None,
    )
    values: dict[str, Any] = {
        "limit": limit,
        "at": filters.as_at,
        "sets": list(sets),
        "division": filters.division,
        "schemes": list(filters.schemes),
        "kinds": list(filters.kinds),
        "language": filters.language,
        "radius": filters.radius_m,
    }
    if filters.bbox and filters.bbox.envelope:
        values |= filters.bbox.lonlat._asdict() | filters.bbox.envelope._asdict()
    if filters.origin:
        values |= {"easting": filters.origin.easting, "northing": filters.origin.northing}
    if filters.text:
        values |= {"text": filters.text, "pattern": f"%{_escaped(filters.text)}%"}
    if after:
        values |= {"after_id": int(after[-1]), "after_key": after[0]}
    return _compiled(shape), values


_DRIVER = psycopg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it unannotated
_POINT = "ST_SetSRID(ST_MakePoint(:easting, :northing), 27700)"
_DISTANCE = f"location <-> {_POINT}"
_WITHIN = f"ST_DWithin(location, {_POINT}, :radius)"
_SCORE = (
    "CAST(ts_rank(search, websearch_to_tsquery('english', :text)) + word_similarity(:text, place.name)"
    " AS double precision)"
)
_IN_BOX = (
    "location && ST_MakeEnvelope(:min_easting, :min_northing, :max_easting, :max_northing, 27700)"
    " AND lon BETWEEN :min_lon AND :max_lon AND lat BETWEEN :min_lat AND :max_lat"
)
_MATCHES = "search @@ websearch_to_tsquery('english', :text)"
_LIKE_NAME = "place.name ILIKE :pattern OR :text <% place.name"
_EXACT = re.compile(r'(?:^|\s)-\w|"')
"""Words to leave out or in quotation marks: then parts of names and slips of the pen are not wanted."""
_LINKED = "division.gss_code = :division AND division.division_set_id = ANY(CAST(:sets AS integer[]))"


@lru_cache(maxsize=512)
def _compiled(shape: Shape) -> str:
    """SQL for the driver: going through SQLAlchemy's own execution costs as much as the driver's."""
    key = {"distance": _DISTANCE, "score": _SCORE, "id": "place.id"}[shape.order]
    id_column = "place.id"
    if shape.follows_index:
        # Ordered by the candidate's own columns, because those come sorted.
        id_column = "candidate.id"
        key = "candidate.distance_m" if shape.order == "distance" else id_column
    conditions = _conditions(shape) + ([_after(shape, key, id_column)] if shape.after else [])
    statement = text(
        f"SELECT place.id, {key if shape.order == 'distance' else 'NULL'}, {key if shape.order == 'score' else 'NULL'},"
        f" {_linked_by(shape)}, {'place.opening_hours, place.closures' if shape.hours else 'NULL, NULL'}"
        f" FROM {_source(shape)}{' WHERE ' + ' AND '.join(conditions) if conditions else ''}"
        f" ORDER BY {key}{' DESC' if shape.order == 'score' else ''}{'' if shape.order == 'id' else ', ' + id_column}"
        " LIMIT :limit"
    )
    return str(statement.compile(dialect=_DRIVER))


def _source(shape: Shape) -> str:
    places = "published_place_as_at(:at)" if shape.then else "published_place"
    if shape.division:
        links = "place_division_as_at(:at)" if shape.then else "place_division"
        return (
            f"division JOIN {links} AS link ON link.division_id = division.id"
            f" JOIN {places} AS place ON place.id = link.place_id"
        )
    if shape.then:
        return f"{places} AS place"
    if not shape.follows_index:
        return "published_place AS place"
    inside = " AND ".join(
        ([_IN_BOX] if shape.bbox else [])
        + ([_WITHIN] if shape.radius else [])
        + (["id > :after_id"] if shape.after and shape.order == "id" else [])
    )
    # OFFSET 0 keeps PostgreSQL from merging the sorted candidates with what follows. The distance alone orders them,
    # since the index knows nothing of ids; places at one distance are put in order outside.
    distance, order = (f", {_DISTANCE} AS distance_m", _DISTANCE) if shape.order == "distance" else ("", "id")
    return (
        f"(SELECT id{distance} FROM listed_place{' WHERE ' + inside if inside else ''}"
        f" ORDER BY {order} OFFSET 0) AS candidate"
        " CROSS JOIN LATERAL (SELECT * FROM published_place WHERE id = candidate.id OFFSET 0) AS place"
    )


def _linked_by(shape: Shape) -> str:
    return "link.basis" if shape.division else "NULL"


def _after(shape: Shape, key: str, id_column: str) -> str:
    if shape.order == "id":
        return f"{id_column} > :after_id"
    beyond = "<" if shape.order == "score" else ">"
    return f"({key} {beyond} :after_key OR ({key} = :after_key AND {id_column} > :after_id))"


def _conditions(shape: Shape) -> list[str]:
    """What is asked of the published place. The index has answered for the box and the radius where it was followed."""
    given = {
        _IN_BOX: shape.bbox and not shape.follows_index,
        _WITHIN: shape.radius and not shape.follows_index,
        _LINKED: shape.division,
        "place.schemes && CAST(:schemes AS text[])": shape.schemes,
        "place.kind = ANY(CAST(:kinds AS text[]))": shape.kinds,
        "EXISTS (SELECT FROM unnest(place.languages) AS spoken WHERE lower(spoken) = lower(:language))": shape.language,
        f"({_MATCHES} OR {_LIKE_NAME})" if shape.names else _MATCHES: shape.text,
    }
    return [condition for condition, wanted in given.items() if wanted] + [
        f"place.{fact} IS TRUE" for fact in shape.accessibility
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
