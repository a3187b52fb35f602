"""What the register shows of its places: one statement for all facts of some, private ones where they may be seen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.permissions.identity import Identity
from app.places import register_past
from app.places.register_schemas import RegisterPlace
from app.places.visibility import readable_private

NEAR_BOUNDARY = "link.is_assigned AND link.near_boundary AND link.basis <> 'decided'"
"""Whether a link (to which a place is assigned) still waits for somebody to decide, as it lies near the boundary."""
POSTCODE_DISAGREES = (
    "((link.is_assigned AND link.postcode_disagrees AND link.basis <> 'decided') OR link.basis = 'postcode')"
)
"""The same where the postcode's official division is another. Such a place has a link to that one, too."""
CHANGE_WAITS = "SELECT FROM place_change AS change WHERE change.place_id = place.id AND change.decision IS NULL"

PRIVATE_COLUMNS = {
    "contact_name": "contact_name",
    "contact_role": "contact_role",
    "contact_phone": "contact_phone",
    "contact_email": "contact_email",
    "private_notes": "notes",
    "consent_by": "consent_by",
}
"""Name of the fact to column of `place_private`."""

_FACTS = """
SELECT place.id, place.reference, place.authority_code, place.version, place.name, place.kind,
       kind.label AS kind_label, place.schemes, place.offers, place.description, place.address_1, place.address_2,
       place.town, place.postcode, place.uprn, place.opening_hours, place.closures, place.phone, place.email,
       place.website, place.step_free_entrance, place.accessible_toilet, place.hearing_loop, place.quiet_space,
       place.bsl, place.languages, place.lon, place.lat, ST_X(place.location) AS easting,
       ST_Y(place.location) AS northing, place.location_source, place.location_quality_m, place.membership_status,
       place.consent_on, place.created_at, place.updated_at,
       assurance_of(audit.verdict, audit.valid_until, today.day) AS assurance, audit.valid_until,
       CASE WHEN audit.id IS NOT NULL THEN to_jsonb(audit) END AS last_audit,
       coalesce(is_published(place.membership_status, place.consent_on, audit.verdict, audit.valid_until, today.day),
                false) AS is_published,
       links.divisions, links.near_boundary, links.postcode_disagrees,
       EXISTS ({change_waits}) AS change_waiting,
       (SELECT stayed.reference FROM place AS stayed WHERE stayed.id = {survivor}
           AND stayed.id <> place.id) AS merged_into{private}
FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS wanted (id, at)
JOIN {places} AS place ON place.id = wanted.id
CROSS JOIN (SELECT london_date({moment}) AS day) AS today
LEFT JOIN premises_kind AS kind ON kind.code = place.kind
LEFT JOIN LATERAL effective_audit(place.id, {moment}) AS audit ON true
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'gss_code', division.gss_code, 'name', division.name, 'basis', link.basis,
               'is_assigned', link.is_assigned, 'distance_m', round(CAST(link.distance_m AS numeric), 1),
               'near_boundary', link.near_boundary, 'postcode_disagrees', link.postcode_disagrees,
               'decided_at', link.decided_at, 'decided_by', link.decided_by)
               ORDER BY link.is_assigned DESC, link.distance_m, division.gss_code), '[]') AS divisions,
           coalesce(bool_or({near_boundary}), false) AS near_boundary,
           coalesce(bool_or({postcode_disagrees}), false) AS postcode_disagrees
    FROM {links} AS link JOIN division ON division.id = link.division_id
    WHERE link.place_id = place.id AND link.division_set_id = ANY(CAST(:sets AS integer[]))
) AS links
{join_private}
ORDER BY wanted.at
"""
_NOW = {
    "places": "place",
    "links": "place_division",
    "moment": "statement_timestamp()",
    "survivor": "surviving_place(place.id)",
    "change_waits": CHANGE_WAITS,
}
_THEN = {
    "places": register_past.PLACES,
    "links": register_past.LINKS,
    "moment": register_past.MOMENT,
    "survivor": register_past.SURVIVOR,
    "change_waits": register_past.CHANGE_WAITED,
}
_JOIN_PRIVATE = "LEFT JOIN place_private AS private ON private.place_id = place.id"


def read_facts(
    session: Session, identity: Identity, ids: Sequence[int], *, sets: Sequence[int], at: datetime | None = None
) -> dict[int, RegisterPlace]:
    """The facts of places that the asker may see (the caller has found them so), by id, in the order given.

    Those that were not in the register at the moment are left out, and so are private facts of the past.

    Args:
        session: where to read.
        identity: who asks: private facts that they may not read are left out.
        ids: of places.
        sets: the division sets that answer today, or at the moment.
        at: aware moment; None: now.
    """
    if not ids:
        return {}
    readable = readable_private(identity) if at is None else frozenset()
    private = {name: PRIVATE_COLUMNS[name] for name in PRIVATE_COLUMNS if name in readable}
    statement = _FACTS.format(
        **(_THEN if at else _NOW),
        near_boundary=NEAR_BOUNDARY,
        postcode_disagrees=POSTCODE_DISAGREES,
        private="".join(f", private.{column} AS {name}" for name, column in private.items()),
        join_private=_JOIN_PRIVATE if private else "",
    )
    rows = session.connection().execute(text(statement), {"ids": list(ids), "sets": list(sets), "at": at})
    return {row.id: _to_place(dict(row._mapping)) for row in rows}  # noqa: SLF001 - the documented name of a row's dict


def _to_place(facts: dict[str, Any]) -> RegisterPlace:
    facts.pop("id")
    return RegisterPlace.model_validate(facts)
