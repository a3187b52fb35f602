"""Statements on postcode units. Loading goes through a temporary table, filled by COPY."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from app.tables.postcode import PostcodeUnit

StagedRow = tuple[str, int, int, int | None, str | None, str | None]
"""postcode, easting, northing, quality, division code, district code."""

_STAGE = """
CREATE TEMPORARY TABLE staged_postcode (
    postcode text, easting integer, northing integer, quality smallint, division_code text, district_code text
) ON COMMIT DROP
"""
_COPY = "COPY staged_postcode FROM STDIN"
_REPEATED = "SELECT postcode FROM staged_postcode GROUP BY postcode HAVING count(*) > 1 ORDER BY postcode LIMIT 20"
# Sorted by Hilbert curve: the index and later reads of a neighbourhood then touch few pages.
_UPSERT = """
INSERT INTO postcode_unit (postcode, easting, northing, location, quality, division_code, district_code, source)
SELECT postcode, easting, northing, ST_SetSRID(ST_MakePoint(easting, northing), 27700), quality, division_code,
       district_code, :source
FROM staged_postcode
ORDER BY ST_SetSRID(ST_MakePoint(easting, northing), 27700)
ON CONFLICT (postcode) DO UPDATE SET easting = excluded.easting, northing = excluded.northing,
    location = excluded.location, quality = excluded.quality, division_code = excluded.division_code,
    district_code = excluded.district_code, source = excluded.source
"""


def find_unit(session: Session, postcode: str) -> PostcodeUnit | None:
    """One postcode unit by its stored form."""
    return session.get(PostcodeUnit, postcode)


def list_units(session: Session, postcodes: Sequence[str]) -> Sequence[PostcodeUnit]:
    """The units of those postcodes that are held, in no order."""
    return session.exec(select(PostcodeUnit).where(col(PostcodeUnit.postcode).in_(set(postcodes)))).all()


def count_units(session: Session) -> int:
    """How many units the register holds."""
    return session.exec(select(func.count()).select_from(PostcodeUnit)).one()


def stage(session: Session, rows: Iterable[StagedRow], written: Callable[[int], None] = lambda _: None) -> int:
    """COPY rows into the temporary table of this transaction; how many. `written` hears of every 10,000."""
    connection = session.connection()
    connection.execute(text("DROP TABLE IF EXISTS pg_temp.staged_postcode"))
    connection.execute(text(_STAGE))
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("The connection has no driver.")
    count = 0
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for count, row in enumerate(rows, start=1):  # counted here and used below
            copy.write_row(row)
            if count % 10_000 == 0:
                written(count)
    return count


def list_repeated(session: Session) -> list[str]:
    """Staged postcodes that the file has more than once, twenty at most."""
    return list(session.connection().execute(text(_REPEATED)).scalars())


def forget_all(session: Session) -> None:
    """Empty the table, as part of this transaction."""
    session.connection().execute(text("TRUNCATE postcode_unit"))


def upsert_staged(session: Session, source: str) -> int:
    """Add the staged units or put them in place of those held; how many."""
    return session.connection().execute(text(_UPSERT), {"source": source}).rowcount
