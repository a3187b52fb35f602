"""Statements about places. What the public sees is selected from `published_place` or `published_place_as_at(at)` only.

Lists run in two steps that together cost one indexed statement: `candidates` finds which places stand on the page, in
what order; `facts_of` makes their JSON. The JSON of a place follows from the register's version, so it is made once for
a version and kept (see `fragments`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text
from sqlmodel import Session

from app.places.filters import PlaceFilters
from app.vocabulary import ACCESSIBILITY_FACTS

POINT = "ST_SetSRID(ST_MakePoint(:easting, :northing), 27700)"


class Candidate(NamedTuple):
    """A place on a page: its id, what orders it, and what the answer says of it beside its facts."""

    id: int
    distance_m: float | None = None
    score: float | None = None
    linked_by: str | None = None
    opening_hours: str | None = None
    closures: list[dict[str, str]] | None = None


class PlaceFacts(NamedTuple):
    """A place's public facts: JSON text of its flat properties, and its position (CRS84, six decimals)."""

    id: int
    reference: str
    properties: str
    lon: float
    lat: float


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
    hours: bool = False


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
    order = order_of(filters)
    shape = Shape(
        order=order,
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
        hours=filters.open_at is not None,
    )
    values: dict[str, Any] = {"limit": limit, "at": filters.as_at, "sets": list(sets)}
    if filters.bbox and filters.bbox.envelope:
        values |= filters.bbox.lonlat._asdict() | filters.bbox.envelope._asdict()
    elif filters.bbox:
        return []
    if filters.origin:
        values |= {"easting": filters.origin.easting, "northing": filters.origin.northing, "radius": filters.radius_m}
    if filters.text:
        values |= {"text": filters.text, "pattern": f"%{_escaped(filters.text)}%"}
    if after:
        values |= {"after_id": int(after[-1]), "after_key": after[0]}
    values |= {
        "division": filters.division,
        "schemes": list(filters.schemes),
        "kinds": list(filters.kinds),
        "language": filters.language,
    }
    return [Candidate(*row) for row in session.connection().execute(_list_statement(shape), values)]


def order_of(filters: PlaceFilters) -> str:
    """What a list is ordered by: distance, score, or id."""
    return "distance" if filters.origin else "score" if filters.text else "id"


@lru_cache(maxsize=512)
def _list_statement(shape: Shape) -> TextClause:
    # The candidates come sorted, so ordering by their id costs nothing and the page's last place ends the search.
    by_id = "candidate.id" if _has_candidates(shape) else "place.id"
    key = {"distance": f"place.location <-> {POINT}", "score": _SCORE, "id": by_id}[shape.order]
    conditions = _conditions(shape, key)
    return text(
        f"SELECT place.id, {key if shape.order == 'distance' else 'NULL'}, {key if shape.order == 'score' else 'NULL'},"
        f" {_linked_by(shape)}, {'place.opening_hours, place.closures' if shape.hours else 'NULL, NULL'}"
        f" FROM {_source(shape)} {'WHERE ' + ' AND '.join(conditions) if conditions else ''}"
        f" ORDER BY {key}{' DESC' if shape.order == 'score' else ''}{'' if shape.order == 'id' else ', place.id'}"
        " LIMIT :limit"
    )


_SCORE = (
    "CAST(ts_rank(place.search, websearch_to_tsquery('english', :text)) + word_similarity(:text, place.name)"
    " AS double precision)"
)
_IN_BOX = (
    "location && ST_MakeEnvelope(:min_easting, :min_northing, :max_easting, :max_northing, 27700)"
    " AND lon BETWEEN :min_lon AND :max_lon AND lat BETWEEN :min_lat AND :max_lat"
)
_MATCHES = "place.search @@ websearch_to_tsquery('english', :text) OR place.name ILIKE :pattern OR :text <% place.name"
_PIECES = (
    "(SELECT FROM division JOIN division_piece AS piece ON piece.division_id = division.id"
    " WHERE division.gss_code = :division AND division.division_set_id = ANY(CAST(:sets AS integer[])) AND {})"
)


def _has_candidates(shape: Shape) -> bool:
    return shape.bbox and shape.order == "id" and not shape.division and not shape.then


def _source(shape: Shape) -> str:
    if shape.then:
        return "published_place_as_at(:at) AS place"
    if shape.division:
        return (
            "division JOIN place_division AS link ON link.division_id = division.id"
            " JOIN published_place AS place ON place.id = link.place_id"
        )
    if _has_candidates(shape):
        # The index is asked which ids to try; only published_place decides and gives. Sorted before it is asked, so
        # that no more audits are looked up than the page needs.
        return (
            f"(SELECT id FROM place WHERE {_IN_BOX}{' AND id > :after_id' if shape.after else ''} ORDER BY id OFFSET 0)"
            " AS candidate CROSS JOIN LATERAL (SELECT * FROM published_place WHERE id = candidate.id OFFSET 0) AS place"
        )
    return "published_place AS place"


def _linked_by(shape: Shape) -> str:
    if not shape.division:
        return "NULL"
    covered = _PIECES.format("ST_Covers(piece.geometry, place.location)")
    return f"CASE WHEN EXISTS {covered} THEN 'covers' ELSE 'near' END" if shape.then else "link.basis"


def _conditions(shape: Shape, key: str) -> list[str]:
    after = {
        "id": "place.id > :after_id",
        "distance": f"({key}, place.id) > (:after_key, :after_id)",
        "score": f"({key} < :after_key OR ({key} = :after_key AND place.id > :after_id))",
    }[shape.order]
    near = _PIECES.format("ST_DWithin(piece.geometry, place.location, place.location_quality_m)")
    linked = "division.gss_code = :division AND division.division_set_id = ANY(CAST(:sets AS integer[]))"
    given = {
        after: shape.after,
        _IN_BOX.replace("location &&", "place.location &&"): shape.bbox and not _has_candidates(shape),
        f"EXISTS {near}" if shape.then else linked: shape.division,
        f"ST_DWithin(place.location, {POINT}, :radius)": shape.radius,
        "place.schemes && CAST(:schemes AS text[])": shape.schemes,
        "place.kind = ANY(CAST(:kinds AS text[]))": shape.kinds,
        "EXISTS (SELECT FROM unnest(place.languages) AS spoken WHERE lower(spoken) = lower(:language))": shape.language,
        f"({_MATCHES})": shape.text,
    }
    return [condition for condition, wanted in given.items() if wanted] + [
        f"place.{fact} IS TRUE" for fact in shape.accessibility
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def facts_of(session: Session, ids: Sequence[int], *, sets: Sequence[int], at: datetime | None) -> list[PlaceFacts]:
    """The public facts of those of these places that are published at `at` (None: now), in no order.

    `sets` are the division sets that answer for that moment.
    """
    values = {"ids": list(ids), "sets": list(sets), "at": at}
    return [PlaceFacts(*row) for row in session.connection().execute(_FACTS_THEN if at else _FACTS_NOW, values)]


_FACTS = """
    SELECT place.id, place.reference, CAST(row_to_json(facts) AS text),
           round(place.lon * 1e6) / 1e6, round(place.lat * 1e6) / 1e6
    FROM {source} AS place
    LEFT JOIN premises_kind AS kind ON kind.code = place.kind
    {division}
    CROSS JOIN LATERAL (
        SELECT place.reference, place.name, place.kind, kind.label AS kind_label, place.schemes, place.offers,
               place.description, array_remove(ARRAY[place.address_1, place.address_2], NULL) AS address, place.town,
               place.postcode, place.uprn, place.phone, place.email, place.website, place.opening_hours, place.closures,
               (SELECT accessibility FROM (SELECT {accessibility}, place.languages) AS accessibility) AS accessibility,
               place.assurance, place.assessed_on, place.valid_until,
               CASE WHEN division.gss_code IS NOT NULL THEN
                   (SELECT named FROM (SELECT division.gss_code, division.name) AS named) END AS division,
               place.location_source, place.location_quality_m,
               round(ST_X(place.location) * 100) / 100 AS easting, round(ST_Y(place.location) * 100) / 100 AS northing
    ) AS facts
    WHERE place.id = ANY(CAST(:ids AS bigint[]))
"""
_ACCESSIBILITY = ", ".join(f"place.{fact}" for fact in ACCESSIBILITY_FACTS)
_FACTS_NOW = text(
    _FACTS.format(
        source="published_place",
        accessibility=_ACCESSIBILITY,
        division="""LEFT JOIN place_division AS link ON link.place_id = place.id AND link.is_assigned
                        AND link.division_set_id = ANY(CAST(:sets AS integer[]))
                    LEFT JOIN division ON division.id = link.division_id""",
    )
)
_FACTS_THEN = text(
    _FACTS.format(
        source="published_place_as_at(:at)",
        accessibility=_ACCESSIBILITY,
        division="""LEFT JOIN LATERAL (
                        SELECT division.gss_code, division.name
                        FROM division_piece AS piece JOIN division ON division.id = piece.division_id
                        WHERE piece.division_set_id = ANY(CAST(:sets AS integer[]))
                          AND ST_Covers(piece.geometry, place.location)
                        ORDER BY division.gss_code LIMIT 1) AS division ON true""",
    )
)


class Known(NamedTuple):
    """A place that the register holds, published or not: what the rules need to answer for it."""

    id: int
    easting: float
    northing: float


def find_known(session: Session, reference: str) -> Known | None:
    """The place with this reference, whether or not it is published. Never shown: it only tells gone from unknown."""
    row = session.connection().execute(_KNOWN, {"reference": reference}).one_or_none()
    return Known(*row) if row else None


_KNOWN = text("SELECT id, ST_X(location), ST_Y(location) FROM place WHERE reference = :reference")


def has_been_published(session: Session, place_id: int, until: datetime | None) -> bool:
    """Whether there was a moment up to `until` (None: now) at which the place was published.

    A revision and an audit were in force together from the later of their beginnings (and of the day of consent) on;
    if the place was not published at that first moment it was not later either, because then only time passes.
    """
    return bool(session.connection().execute(_PUBLISHED_ONCE, {"place_id": place_id, "until": until}).scalar_one())


_PUBLISHED_ONCE = text("""
    SELECT EXISTS (
        SELECT FROM place_revision AS revision
        JOIN (SELECT verdict, valid_until, effective_at,
                     lead(effective_at) OVER (ORDER BY effective_at, id) AS superseded_at
              FROM audit WHERE place_id = :place_id AND effective_at IS NOT NULL) AS audit ON true
        CROSS JOIN jsonb_populate_record(CAST(NULL AS place), revision.snapshot) AS place
        CROSS JOIN LATERAL (
            SELECT greatest(revision.recorded_at, audit.effective_at,
                            CAST(place.consent_on AS timestamp) AT TIME ZONE 'Europe/London') AS at) AS first
        WHERE revision.place_id = :place_id
          AND first.at <= coalesce(CAST(:until AS timestamptz), statement_timestamp())
          AND (revision.superseded_at IS NULL OR first.at < revision.superseded_at)
          AND (audit.superseded_at IS NULL OR first.at < audit.superseded_at)
          AND is_published(place.membership_status, place.consent_on, audit.verdict, audit.valid_until,
                           london_date(first.at)))
""")


def count_published(session: Session, set_id: int) -> dict[str, int]:
    """How many published places each division of a set has been assigned, by GSS code; 0 included."""
    return {row.gss_code: row.places for row in session.connection().execute(_COUNTS, {"set_id": set_id})}


_COUNTS = text("""
    SELECT division.gss_code, count(place.id) AS places
    FROM division
    LEFT JOIN place_division AS link ON link.division_id = division.id AND link.is_assigned
    LEFT JOIN published_place AS place ON place.id = link.place_id
    WHERE division.division_set_id = :set_id
    GROUP BY division.gss_code
""")


def has_division(session: Session, gss_code: str, sets: Sequence[int]) -> bool:
    """Whether one of these division sets has a division of this code."""
    return bool(session.connection().execute(_HAS_DIVISION, {"code": gss_code, "sets": list(sets)}).scalar_one())


_HAS_DIVISION = text(
    "SELECT EXISTS (SELECT FROM division WHERE gss_code = :code AND division_set_id = ANY(CAST(:sets AS integer[])))"
)


class Codes(NamedTuple):
    """Premises kinds and schemes as code to label, and whether some of the register is invented."""

    kinds: dict[str, str]
    schemes: dict[str, str]
    has_samples: bool


def read_codes(session: Session) -> Codes:
    """The codes of the register."""
    return Codes(*session.connection().execute(_CODES).one())


_CODES = text(
    "SELECT (SELECT json_object_agg(code, label) FROM premises_kind),"
    " (SELECT json_object_agg(code, label) FROM scheme),"
    " EXISTS (SELECT FROM authority WHERE is_sample)"
)
