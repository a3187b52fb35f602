"""The register of a moment: what stands in a statement where the tables of the present stand else.

Places come from their revisions, links and sets from row history, audits and merges by their own moments. What is kept
of contacts is no part of the past: earlier values are sealed in the ledger, so that people can be erased from them.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CTE, text

PLACES = """(SELECT was.* FROM place_revision AS revision
    CROSS JOIN LATERAL jsonb_populate_record(CAST(NULL AS place), revision.snapshot) AS was
    WHERE revision.place_id = ANY(CAST(:ids AS bigint[])) AND revision.recorded_at <= :at
      AND (revision.superseded_at IS NULL OR revision.superseded_at > :at))"""
"""These places as they stood."""
LINKS = "place_links_as_at(place.id, :at)"
CHANGE_WAITED = """SELECT FROM place_change AS change WHERE change.place_id = place.id AND change.proposed_at <= :at
    AND (change.decided_at IS NULL OR change.decided_at > :at)"""
SURVIVOR = "surviving_place_as_at(place.id, :at)"
MOMENT = "CAST(:at AS timestamptz)"

MATCHING = """(place.search @@ websearch_to_tsquery('english', :words) OR place.name ILIKE :part OR :words <% place.name
    OR place.reference = ANY(:numbers) OR place.postcode LIKE ANY(:postcodes))"""
"""What `find_places` asks of places, without contacts."""

_STAND_INS = {
    "place": f"SELECT * FROM {PLACES} AS stood",
    "place_division": "SELECT * FROM place_division_as_at(:at)",
    "audit": "SELECT * FROM audit WHERE effective_at <= :at",
    "place_change": """SELECT place_id, CASE WHEN decided_at <= :at THEN decision END AS decision
        FROM place_change WHERE proposed_at <= :at""",
}


def stand_ins(ids: Sequence[int], at: datetime) -> list[CTE]:
    """Expressions named like the tables that they stand in for: what follows them in a statement reads the past.

    In an expression the name means the table itself, as it is not recursive. So the statements that filter, order and
    count the present do so for the past, word by word.

    Args:
        ids: of the places that the asker may see.
        at: aware moment.
    """
    values = {"ids": list(ids), "at": at}
    found = []
    for name, statement in _STAND_INS.items():
        bound = {value: values[value] for value in values if f":{value}" in statement}
        found.append(text(statement).bindparams(**bound).columns().cte(name))
    return found
