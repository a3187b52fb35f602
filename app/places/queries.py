"""Statements about single places. What the public sees is selected from `published_place` or its past only.

Lists run in two steps that together cost one indexed statement: `list_queries` finds which places stand on the page, in
what order; `facts_of` makes their JSON. The JSON of a place follows from the register's version, so it is made once for
a version and kept (see `fragments`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from app.vocabulary import ACCESSIBILITY_FACTS


class PlaceFacts(NamedTuple):
    """A place's public facts: JSON text of its flat properties, and its position (CRS84, six decimals)."""

    id: int
    reference: str
    properties: str
    lon: float
    lat: float


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
                        SELECT link.division_id FROM place_links_as_at(place.id, :at) AS link
                        WHERE link.is_assigned AND link.division_set_id = ANY(CAST(:sets AS integer[])) LIMIT 1
                    ) AS link ON true
                    LEFT JOIN division ON division.id = link.division_id""",
    )
)


class Known(NamedTuple):
    """A place that the register holds, published or not: what the rules need to answer for it."""

    id: int
    easting: float
    northing: float


def find_known(session: Session, reference: str, at: datetime | None = None) -> Known | None:
    """The place with this reference, whether or not it is published. Never shown: it only tells gone from unknown.

    At a moment it is where it was then; None where it was not in the register yet.
    """
    values = {"reference": reference, "at": at}
    row = session.connection().execute(_KNOWN_THEN if at else _KNOWN, values).one_or_none()
    return Known(*row) if row else None


_KNOWN = text("SELECT id, easting, northing FROM known_place(:reference)")
_KNOWN_THEN = text("SELECT id, easting, northing FROM known_place_as_at(:reference, :at)")


def has_been_published(session: Session, place_id: int, until: datetime | None) -> bool:
    """Whether there was a moment up to `until` (None: now) at which the place was published.

    A revision and an audit were in force together from the later of their beginnings (and of the day of consent) on;
    if the place was not published at that first moment it was not later either, because then only time passes.
    """
    return bool(session.connection().execute(_PUBLISHED_ONCE, {"place_id": place_id, "until": until}).scalar_one())


_PUBLISHED_ONCE = text("""
    SELECT EXISTS (
        SELECT FROM listed_revision AS revision
        CROSS JOIN jsonb_populate_record(CAST(NULL AS place), revision.snapshot) AS place
        CROSS JOIN LATERAL (
            SELECT greatest(revision.recorded_at, revision.audited_at,
                            CAST(place.consent_on AS timestamp) AT TIME ZONE 'Europe/London') AS at) AS first
        WHERE revision.place_id = :place_id
          AND first.at <= coalesce(CAST(:until AS timestamptz), statement_timestamp())
          AND (revision.superseded_at IS NULL OR first.at < revision.superseded_at)
          AND (revision.audit_superseded_at IS NULL OR first.at < revision.audit_superseded_at)
          AND is_published(place.membership_status, place.consent_on, revision.verdict, revision.valid_until,
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
