"""A synthetic register: N published places over County Durham, made by SQL, for benchmarks and tests of large numbers.

100,000 places are as dense as benchmarks want them; for more the area grows with N, so that a bbox of one size holds
about the same number of places whatever N is. lon/lat come from PostGIS's own transform (within 10 m, as the database
checks): good enough to measure with, never to publish.
"""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

AUTHORITY = "E06000047"
WEST, SOUTH, EAST, NORTH = 390_000, 515_000, 450_000, 560_000
"""Metres in EPSG:27700: a rectangle about the county."""

_PLACES = """
INSERT INTO place (authority_code, name, kind, schemes, offers, description, address_1, town, postcode, uprn, location,
                   lon, lat, location_source, location_quality_m, opening_hours, phone, website, step_free_entrance,
                   accessible_toilet, hearing_loop, quiet_space, bsl, languages, consent_on, membership_status,
                   closures, version)
SELECT :authority, 'Synthetic place ' || i, kinds[1 + i % 15], ARRAY['safe_place'] || CASE WHEN i % 5 = 0 THEN
       ARRAY['reporting_centre'] ELSE '{}' END, ARRAY['wait_inside', 'call_someone', 'toilet'],
       'Somewhere to wait, with trained staff. Ask at the desk.', i || ' Front Street', towns[1 + i % 5],
       'DH1 ' || i % 10 || chr(65 + i % 20) || chr(65 + i % 19), i::text, point, st_x(degrees), st_y(degrees),
       'survey', 5, hours[1 + i % 4], '0191 496 ' || lpad((i % 1000)::text, 4, '0'), 'https://place.example/' || i,
       tells[1 + i % 3], tells[1 + i / 3 % 3], tells[1 + i / 9 % 3], tells[1 + i / 27 % 3], tells[1 + i / 81 % 3],
       ARRAY['English'], DATE '2026-01-05', 'listed', '[]', 1
FROM generate_series(1, :count) AS i,
     LATERAL (SELECT st_setsrid(st_makepoint(:west + random() * :width, :south + random() * :height), 27700) AS point
              WHERE i > 0) AS a,
     LATERAL (SELECT st_transform(point, 4326) AS degrees) AS b,
     (SELECT array_agg(code ORDER BY code) AS kinds FROM premises_kind) AS k,
     (SELECT ARRAY['Durham', 'Consett', 'Peterlee', 'Crook', 'Stanley'] AS towns,
             ARRAY[true, false, NULL] AS tells,
             ARRAY['Mo-Fr 09:00-17:00; PH off', '24/7', 'Mo-Sa 08:00-22:00', NULL] AS hours) AS c
"""
_AUDITS = """
INSERT INTO audit (place_id, audited_on, auditor, verdict, valid_until, signed_off_by, effective_at)
SELECT id, current_date - 30, 'A. Auditor', 'fit', current_date + 335, 'S. Second',
       clock_timestamp() - interval '1 hour'
FROM place
"""
_SET = """
INSERT INTO division_set (authority_code, title, valid_from, source, licence, attribution, approximate, status,
                          content_sha256)
VALUES (:authority, 'Synthetic divisions', DATE '2020-01-01', 'synthetic', 'none', '', true, 'active', 'none')
RETURNING id
"""
_DIVISIONS = """
WITH made AS (
    INSERT INTO division (division_set_id, gss_code, name, geometry, outline_lonlat, area_m2)
    SELECT :set_id, 'E0500' || 9030 + n, 'Synthetic division ' || n, st_multi(square), '{}', st_area(square)
    FROM generate_series(0, 62) AS n,
         LATERAL (SELECT st_makeenvelope(:west + n % 9 * :width / 9, :south + n / 9 * :height / 7,
                                         :west + (n % 9 + 1) * :width / 9, :south + (n / 9 + 1) * :height / 7,
                                         27700) AS square) AS made
    RETURNING id, division_set_id, geometry)
INSERT INTO division_piece (division_id, division_set_id, geometry)
SELECT id, division_set_id, st_geometryn(geometry, 1) FROM made
"""
_LINKS = """
INSERT INTO place_division (place_id, division_id, division_set_id, basis, is_assigned, distance_m, near_boundary,
                            postcode_disagrees)
SELECT DISTINCT ON (place.id) place.id, piece.division_id, piece.division_set_id, 'covers', true, 100, false, false
FROM division_piece AS piece JOIN place ON st_covers(piece.geometry, place.location)
WHERE piece.division_set_id = :set_id
"""
_LEDGER_TRIGGERS = """
SELECT tgname, tgrelid::regclass::text AS relation FROM pg_trigger
WHERE tgname IN ('line_up', 'record_insert', 'record_update', 'record_delete')
"""


@dataclass(frozen=True)
class Extent:
    """The rectangle that the places lie in: EPSG:27700, metres."""

    west: float
    south: float
    width: float
    height: float


def extent_for(count: int) -> Extent:
    """The county's rectangle for up to 100,000 places; larger in proportion beyond, towards the north and west."""
    scale = max(1.0, count / 100_000) ** 0.5
    width, height = (EAST - WEST) * scale, (NORTH - SOUTH) * scale
    west = max(20_000.0, EAST - width)
    return Extent(west, SOUTH, min(width, 450_000), min(height, 500_000))


def fill(connection: Connection, count: int) -> Extent:
    """Fill an empty, migrated database with `count` published places in 63 square divisions.

    Returns the rectangle that they lie in. The caller commits, and runs VACUUM ANALYZE.
    """
    extent = extent_for(count)
    area = {"west": extent.west, "south": extent.south, "width": extent.width, "height": extent.height}
    connection.execute(text("SELECT setseed(0.2026)"))
    connection.execute(
        text(
            "INSERT INTO authority (code, name, is_sample) VALUES (:authority, 'Synthetic council', true) "
            "ON CONFLICT DO NOTHING"
        ),
        {"authority": AUTHORITY},
    )
    set_id = connection.execute(text(_SET), {"authority": AUTHORITY}).scalar_one()
    connection.execute(text(_DIVISIONS), area | {"set_id": set_id})
    connection.execute(text(_PLACES), area | {"authority": AUTHORITY, "count": count})
    connection.execute(text(_AUDITS))
    connection.execute(text(_LINKS), {"set_id": set_id})
    return extent


def switch_ledger_off(connection: Connection) -> None:
    """Switch off the ledger's triggers, as the owner of the tables can: for measuring what they cost."""
    for trigger in connection.execute(text(_LEDGER_TRIGGERS)).all():
        connection.execute(text(f"ALTER TABLE {trigger.relation} DISABLE TRIGGER {trigger.tgname}"))


def migrate(url: str) -> None:
    """Bring the database at `url` (postgresql+psycopg://) to the newest migration."""
    config = Config(str(Path(__file__).parent.parent / "alembic.ini"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def fill_register(url: str, count: int) -> Extent:
    """`fill` the migrated, empty database at `url`, commit, and gather statistics."""
    engine = create_engine(url)
    with engine.begin() as connection:
        extent = fill(connection, count)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    return extent


def load_bundled_data(url: str) -> None:
    """Load the project's bundled data into the migrated, empty database at `url`."""
    from app.bundled import load_bundled  # noqa: PLC0415 - it imports every feature; filling needs none
    from app.db.sessions import WriteSession  # noqa: PLC0415 - the same

    engine = create_engine(url)
    with WriteSession(engine) as session, session.begin():
        load_bundled(session)
    engine.dispose()
