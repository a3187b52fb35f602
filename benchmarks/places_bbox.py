"""A page of places in a box: ours, TiPG, and the least that FastAPI can do, on one PostGIS with 100,000 points.

Every request asks for another box (200 of them, each with some hundreds of points), limit 100. One worker each,
wrk -t1 -c8. TiPG reads a plain table of the same points with the same columns that our answer carries.
"""

import random

from sqlalchemy import create_engine, text

from benchmarks.measure import PEERS, fetch, print_table, private_postgis, requests_per_second, serving, verdict
from benchmarks.synthetic_register import fill_register, migrate

PLACES = 100_000
BOXES = 200
SIZE_DEGREES = 0.04
GOAL = 10.0

PLAIN_TABLE = """
    CREATE SCHEMA plain;
    CREATE TABLE plain.place AS
    SELECT id, reference, name, kind, schemes, offers, description, address_1, address_2, town, postcode, phone, email,
           website, opening_hours, step_free_entrance, accessible_toilet, hearing_loop, quiet_space, bsl, verdict,
           assessed_on, valid_until,
           ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS geom
    FROM published_place;
    ALTER TABLE plain.place ADD PRIMARY KEY (id);
    CREATE INDEX ON plain.place USING gist (geom);
    ANALYZE plain.place;
"""


def boxes(minimum: tuple[float, float], maximum: tuple[float, float]) -> list[str]:
    """Boxes inside the points' extent, as bbox texts; the same ones at every run."""
    chance = random.Random(1)  # noqa: S311  # a fixed series of boxes, not a secret
    corners = [
        (chance.uniform(minimum[0], maximum[0] - SIZE_DEGREES), chance.uniform(minimum[1], maximum[1] - SIZE_DEGREES))
        for _ in range(BOXES)
    ]
    return [f"{lon:.4f},{lat:.4f},{lon + SIZE_DEGREES:.4f},{lat + SIZE_DEGREES:.4f}" for lon, lat in corners]


def main() -> None:
    """Fill, serve, measure, print."""
    with private_postgis() as cluster:
        cluster.create_database("bench")
        url = cluster.url("bench")
        migrate(url)
        fill_register(url, PLACES)
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(PLAIN_TABLE))
            extent = connection.execute(text("SELECT min(lon), min(lat), max(lon), max(lat) FROM place")).one()
        engine.dispose()
        asked = boxes((extent[0], extent[1]), (extent[2], extent[3]))
        rates: dict[str, float] = {}
        with serving("benchmarks.bare_server:app") as address:
            rates["bare FastAPI, no database"] = requests_per_second(address, ["/"])
        with serving("benchmarks.bare_server:app", DATABASE_URL=url) as address:
            rates["twenty lines of FastAPI, GeoJSON made by SQL"] = requests_per_second(
                address, [f"/items?bbox={box}" for box in asked]
            )
        ours = [f"/api/v1/places?bbox={box}&limit=100&f=geojson" for box in asked]
        with serving("--factory app.main:create_app", DATABASE_URL=url) as address:
            size = len(fetch(address + ours[0]))
            rates["ours, another box each time"] = requests_per_second(address, ours)
            rates["ours, the same box each time"] = requests_per_second(address, ours[:1])
        user, _, folder = url.partition("@/bench?host=")
        host = folder.partition("&")[0].replace("/", "%2F")
        peer_url = f"{user.replace('+psycopg', '')}@{host}:5432/bench"
        with serving(
            "tipg.main:app", python=PEERS / "python", DATABASE_URL=peer_url, TIPG_DB_SCHEMAS='["plain"]'
        ) as address:
            items = "/collections/plain.place/items"
            rates["TiPG"] = requests_per_second(
                address, [f"{items}?bbox={box}&limit=100&f=geojson" for box in asked], seconds=10
            )
    base = rates["TiPG"]
    print_table(
        f"A page of 100 in a box, {PLACES:,} places (answer of ours: {size / 1024:.0f} KiB)",
        ["server", "requests/s", "times TiPG"],
        [[name, rate, rate / base] for name, rate in rates.items()],
        f"Goal, another box each time: 10 x TiPG: {verdict(rates['ours, another box each time'] / base, GOAL)}.",
    )


if __name__ == "__main__":
    main()
