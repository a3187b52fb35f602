"""Which rows of a file are places that the register holds already, and what they would change."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from app.exchange.columns import DEFAULT_KEY, PRIVATE_COLUMNS, PUBLIC_COLUMNS

_NOT_MATCHED = "NOT EXISTS (SELECT FROM import_match WHERE import_match.row = file.row)"
_MATCH_REFERENCE = """
CREATE TEMPORARY TABLE import_match ON COMMIT DROP AS
SELECT file.row, place.id AS place_id FROM import_row AS file JOIN place ON place.reference = file.reference
WHERE place.authority_code = :authority
"""
_INDEX_MATCHES = "CREATE UNIQUE INDEX ON import_match (row)"
_MOVED = """
    (file.has_coordinates AND (NOT ST_DWithin(place.location, file.location, 0.005)
        OR place.location_source <> file.location_source OR place.location_quality_m <> file.location_quality_m))
    OR (NOT file.has_coordinates AND place.postcode IS DISTINCT FROM file.postcode)
    OR (:quality_given AND NOT file.has_coordinates AND place.location_source = 'postcode'
        AND place.location_quality_m <> file.location_quality_m)
"""


class RowProblem(NamedTuple):
    """Something that stands in the way of a row: which column of ours, what, and what to do."""

    row: int
    column: str
    what: str
    remedy: str


class Change(NamedTuple):
    """What a row changes of a place."""

    row: int
    reference: str
    fields: list[str]


def wait_for_other_imports(session: Session) -> None:
    """Let one import compare and write at a time: two of the same file would both find its places new."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('safeplaces import places'))"))


def match_rows(session: Session, authority: str, key: Sequence[str]) -> None:
    """Fill `import_match`: rows and the places that they are, by reference, else by the key, else by name and postcode.

    Of several places of the same key the one that is not withdrawn counts. A row with a reference is matched by
    nothing else.
    """
    session.execute(text(_MATCH_REFERENCE), {"authority": authority})
    session.execute(text(_INDEX_MATCHES))
    for columns in dict.fromkeys((tuple(key or DEFAULT_KEY), DEFAULT_KEY)):
        alike = " AND ".join(f"{_folded('place', column)} = {_folded('file', column)}" for column in columns)
        given = " AND ".join(f"file.{column} IS NOT NULL" for column in columns if column != "postcode")
        session.execute(
            text(
                "INSERT INTO import_match SELECT DISTINCT ON (file.row) file.row, place.id "
                f"FROM import_row AS file JOIN place ON {alike} WHERE place.authority_code = :authority "
                f"AND file.reference IS NULL AND {given or 'true'} AND {_NOT_MATCHED} "
                "ORDER BY file.row, place.membership_status = 'withdrawn', place.id"
            ),
            {"authority": authority},
        )
    session.execute(text("ANALYZE import_match"))


def leave_out_rows(session: Session, rows: Sequence[int]) -> None:
    """Forget rows that have turned out to be faulty."""
    for table in ("import_row", "import_match"):
        session.execute(text(f"DELETE FROM {table} WHERE row = ANY(:rows)"), {"rows": list(rows)})


def count_matches(session: Session) -> int:
    """How many rows are places that the register holds."""
    return int(session.execute(text("SELECT count(*) FROM import_match")).scalar_one())


def _folded(table: str, column: str) -> str:
    return f"lower(coalesce({table}.{column}, ''))"


def find_conflicts(
    session: Session, authority: str, key: Sequence[str], *, keep_references: bool
) -> Iterator[RowProblem]:
    """Rows that cannot be told apart, references that the register did not give, moves of status that it forbids."""
    yield from _same_in_file(session, key)
    yield from _unknown_references(session, authority, keep_references=keep_references)
    moves = session.execute(
        text(
            "SELECT file.row, place.reference, place.membership_status, file.membership_status "
            "FROM import_row AS file JOIN import_match USING (row) JOIN place ON place.id = place_id "
            "WHERE file.membership_status <> place.membership_status AND NOT EXISTS (SELECT FROM membership_transition "
            "WHERE before = place.membership_status AND after = file.membership_status) ORDER BY file.row"
        )
    )
    for row, reference, before, after in moves:
        yield RowProblem(
            row,
            "membership_status",
            f"{reference} is {before} and cannot become {after}.",
            "A withdrawn place that comes back needs a row without a reference and under its new facts."
            if before == "withdrawn"
            else "Leave it empty to keep the status as it is.",
        )


def _same_in_file(session: Session, key: Sequence[str]) -> Iterator[RowProblem]:
    columns = tuple(key or DEFAULT_KEY)
    folded = ", ".join(_folded("file", column) for column in columns)
    statement = f"""
        SELECT file.row, first_row, via FROM (
            SELECT row, min(row) OVER (PARTITION BY place_id) AS first_row, 'place' AS via FROM import_match
            UNION ALL
            SELECT row, min(row) OVER (PARTITION BY reference), 'reference' FROM import_row AS file
            WHERE reference IS NOT NULL AND {_NOT_MATCHED}
            UNION ALL
            SELECT row, min(row) OVER (PARTITION BY {folded}), 'key' FROM import_row AS file
            WHERE reference IS NULL AND {_NOT_MATCHED}
        ) AS file WHERE first_row <> row ORDER BY file.row
    """
    said = {
        "place": "is the same place of the register",
        "reference": "has the same reference",
        "key": f"has the same {' and '.join(columns)}",
    }
    for row, first_row, via in session.execute(text(statement)):
        yield RowProblem(
            row,
            "reference" if via == "reference" else columns[0],
            f"Row {first_row} {said[via]}.",
            "Remove one of them; if they are two places, give them different names, or name other columns as the "
            "key of the mapping.",
        )


def _unknown_references(session: Session, authority: str, *, keep_references: bool) -> Iterator[RowProblem]:
    statement = f"""
        SELECT file.row, file.reference, place.authority_code FROM import_row AS file
        LEFT JOIN place ON place.reference = file.reference
        WHERE file.reference IS NOT NULL AND {_NOT_MATCHED} ORDER BY file.row
    """
    for row, reference, other_authority in session.execute(text(statement)):
        if other_authority and other_authority != authority:
            yield RowProblem(row, "reference", f"{reference} belongs to another authority.", "Remove the row.")
        elif not keep_references:
            yield RowProblem(
                row,
                "reference",
                f"The register has no place {reference}.",
                "Leave the reference of a new place empty: the register gives it one.",
            )


def find_changes(session: Session, given: Collection[str]) -> list[Change]:
    """Compare the matched rows with the register, column by column that the file has (`given`), in `import_change`.

    A location that came from a postcode follows the postcode; a better one stays until the file has coordinates.
    """
    public = [name for name in PUBLIC_COLUMNS if name in given]
    private = [name for name in PRIVATE_COLUMNS if name in given]
    tests = [_differs(f"place.{name}", name) for name in public if name != "membership_status"]
    if "membership_status" in public:
        tests.append("CASE WHEN file.membership_status <> place.membership_status THEN 'membership_status' END")
    tests.append(f"CASE WHEN {_MOVED} THEN 'location' END")
    private_tests = [_differs(f"private.{PRIVATE_COLUMNS[name]}", name) for name in private]
    session.execute(
        text(
            "CREATE TEMPORARY TABLE import_change ON COMMIT DROP AS SELECT * FROM ("
            "SELECT file.row, place.id AS place_id, place.reference, "
            f"array_remove(ARRAY[{', '.join(tests)}]::text[], NULL) AS fields, "
            f"array_remove(ARRAY[{', '.join(private_tests)}]::text[], NULL) AS private_fields "
            "FROM import_row AS file JOIN import_match USING (row) JOIN place ON place.id = place_id "
            "LEFT JOIN place_private AS private ON private.place_id = place.id"
            ") AS compared WHERE fields <> '{}' OR private_fields <> '{}'"
        ),
        {"quality_given": "location_quality_m" in given},
    )
    found = session.execute(text("SELECT row, reference, fields || private_fields FROM import_change ORDER BY row"))
    return [Change(*row) for row in found]


def _differs(held: str, name: str) -> str:
    return f"CASE WHEN file.{name} IS DISTINCT FROM {held} THEN '{name}' END"
