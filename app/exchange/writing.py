"""Writing a checked file: one statement for new places, one for changed ones, one for their private facts."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import text

from app.db.sessions import WriteSession
from app.exchange.columns import PRIVATE_COLUMNS, PUBLIC_COLUMNS

_NUMBER_NEW = """
DROP TABLE IF EXISTS pg_temp.import_new;
CREATE TEMPORARY TABLE import_new ON COMMIT DROP AS
SELECT file.row, nextval(pg_get_serial_sequence('place', 'id')) AS place_id FROM import_row AS file
WHERE NOT EXISTS (SELECT FROM import_match WHERE import_match.row = file.row) ORDER BY file.row
"""
_RESERVE_REFERENCES = """
SELECT setval('place_reference', greatest(given, last_value))
FROM (SELECT max(substr(reference, 4)::bigint) AS given FROM import_row) AS file, place_reference
WHERE given > last_value
"""
"""References that a file brings are never given again."""
_OTHERS = tuple(name for name in PUBLIC_COLUMNS if name != "membership_status")
_WRITTEN = ", ".join((*_OTHERS, "location", "lon", "lat", "location_source", "location_quality_m"))
_INSERT = f"""
INSERT INTO place (id, authority_code, version, membership_status, {_WRITTEN}{{reference}})
SELECT place_id, :authority, 1, coalesce(membership_status, 'proposed'), {_WRITTEN}{{reference}}
FROM import_row JOIN import_new USING (row) WHERE reference IS {{given}}
"""
_INSERT_WITH_REFERENCE = _INSERT.format(reference=", reference", given="NOT NULL")
_INSERT_WITH_DEFAULT = _INSERT.format(reference="", given="NULL")
_MOVE = """
location = CASE WHEN 'location' = ANY (fields) THEN file.location ELSE place.location END,
lon = CASE WHEN 'location' = ANY (fields) THEN file.lon ELSE place.lon END,
lat = CASE WHEN 'location' = ANY (fields) THEN file.lat ELSE place.lat END,
location_source = CASE WHEN 'location' = ANY (fields) THEN file.location_source ELSE place.location_source END,
location_quality_m =
    CASE WHEN 'location' = ANY (fields) THEN file.location_quality_m ELSE place.location_quality_m END
"""


class Written(NamedTuple):
    """Ids of the places that were added, and of those that have moved or got another postcode."""

    added: list[int]
    moved: list[int]


def write_rows(session: WriteSession, authority: str, given: Collection[str]) -> Written:
    """Carry out what `matching` found: add rows that match nothing, change what differs, leave the rest alone.

    Args:
        session: the transaction of the import.
        authority: GSS code of the authority that owns the places.
        given: our columns that the file has; others are left as they are.
    """
    for statement in _NUMBER_NEW.split(";"):
        session.execute(text(statement))
    session.execute(text(_RESERVE_REFERENCES))
    for statement in (_INSERT_WITH_REFERENCE, _INSERT_WITH_DEFAULT):
        session.execute(text(statement), {"authority": authority})
    _update_places(session, given)
    _write_private(session, given)
    added = session.scalars(text("SELECT place_id FROM import_new ORDER BY row"))
    moved = session.scalars(
        text("SELECT place_id FROM import_change WHERE fields && '{location,postcode}' ORDER BY row")
    )
    return Written(list(added), list(moved))


def _update_places(session: WriteSession, given: Collection[str]) -> None:
    sets = [f"{name} = file.{name}" for name in _OTHERS if name in given]
    if "membership_status" in given:
        sets.append("membership_status = coalesce(file.membership_status, place.membership_status)")
    session.execute(
        text(
            f"UPDATE place SET {', '.join(sets)}, {_MOVE} FROM import_row AS file JOIN import_change AS changed "
            "USING (row) WHERE place.id = changed.place_id AND changed.fields <> '{}'"
        )
    )


def _write_private(session: WriteSession, given: Collection[str]) -> None:
    """Private facts, for new places that have any and for places whose private facts differ."""
    columns = {ours: theirs for ours, theirs in PRIVATE_COLUMNS.items() if ours in given}
    if not columns:
        return
    kept = ", ".join(f"{theirs} = excluded.{theirs}" for theirs in columns.values())
    session.execute(
        text(
            f"INSERT INTO place_private (place_id, {', '.join(columns.values())}) "
            f"SELECT place_id, {', '.join(columns)} FROM import_row JOIN ("
            "SELECT row, place_id FROM import_new UNION ALL "
            "SELECT row, place_id FROM import_change WHERE private_fields <> '{}') AS target USING (row) "
            f"WHERE coalesce({', '.join(columns)}) IS NOT NULL "
            "OR EXISTS (SELECT FROM place_private AS held WHERE held.place_id = target.place_id) "
            f"ON CONFLICT (place_id) DO UPDATE SET {kept}"
        )
    )
