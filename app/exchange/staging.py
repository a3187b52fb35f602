"""A file's rows as a temporary table of the transaction, so that matching and writing are single statements."""

import json
from collections.abc import Sequence
from functools import lru_cache

from psycopg import Connection, sql
from sqlmodel import Session

from app.exchange.columns import PRIVATE_COLUMNS, PUBLIC_COLUMNS
from app.exchange.locations import Located
from app.exchange.rows import DraftRow

TYPES = {
    "schemes": "text[]",
    "offers": "text[]",
    "languages": "text[]",
    "closures": "jsonb",
    "consent_on": "date",
    "step_free_entrance": "boolean",
    "accessible_toilet": "boolean",
    "hearing_loop": "boolean",
    "quiet_space": "boolean",
    "bsl": "boolean",
}
"""Columns that are not text."""
FACTS = (*PUBLIC_COLUMNS, *PRIVATE_COLUMNS)
LOCATED = ("easting", "northing", "lon", "lat", "location_quality_m")
STAGED = ("row", "reference", "has_coordinates", "location_source", *LOCATED, *FACTS)
_CHUNK = 2_000

CREATE = f"""
DROP TABLE IF EXISTS pg_temp.import_row, pg_temp.import_match, pg_temp.import_change;
CREATE TEMPORARY TABLE import_row (
    row integer PRIMARY KEY, reference text, has_coordinates boolean, location_source text,
    {", ".join(f"{name} double precision" for name in LOCATED)},
    {", ".join(f"{name} {TYPES.get(name, 'text')}" for name in FACTS)},
    location geometry(Point, 27700) GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(easting, northing), 27700)) STORED
) ON COMMIT DROP
"""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def stage_rows(session: Session, located: Sequence[tuple[DraftRow, Located]]) -> None:
    """Copy drafts with their locations to the temporary table `import_row`, and count it for the planner."""
    connection = session.connection()
    connection.exec_driver_sql(CREATE)
    driver = connection.connection.driver_connection
    if not isinstance(driver, Connection):
        raise TypeError("The register needs psycopg 3.")
    statement = sql.SQL("COPY import_row ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, STAGED)))
    with driver.cursor() as cursor:
        with cursor.copy(statement) as copy:
            lines = _lines(located)
            for start in range(0, len(lines), _CHUNK):
                copy.write("".join(lines[start : start + _CHUNK]))
        cursor.execute("ANALYZE import_row")


def _lines(located: Sequence[tuple[DraftRow, Located]]) -> list[str]:
    lines = []
    for row, place in located:
        draft = row.draft
        facts = draft.__dict__
        cells = [
            str(row.number),
            _cell(draft.reference),
            "t" if draft.has_coordinates else "f",
            draft.source.value,
            *map(repr, place),
            repr(draft.quality_m),
            *[_cell(facts[name]) if name != "closures" else _json(facts[name]) for name in FACTS],
        ]
        lines.append("\t".join(cells) + "\n")
    return lines


def _cell(value: object) -> str:
    """A value in the text format of COPY."""
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if "\\" in value or not value.isprintable() else value
    if isinstance(value, bool):
        return "t" if value else "f"
    return _array(tuple(value)) if isinstance(value, list) else str(value)


def _json(value: object) -> str:
    return json.dumps(value).translate(_ESCAPES) if value else "[]"


@lru_cache(maxsize=10_000)
def _array(items: tuple[str, ...]) -> str:
    """A text array, in the text format of COPY."""
    quoted = ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return f"{{{quoted}}}".translate(_ESCAPES)
