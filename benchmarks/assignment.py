"""Every postcode unit of Great Britain to the 63 bundled divisions: PostGIS, our in-memory index, and geopandas.sjoin.

The points are ready in each place before the clock starts: in a table, in arrays, in a GeoDataFrame. All three must
find the same division for every point.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from shapely import MultiPolygon, from_wkt
from sqlalchemy import Engine, create_engine, text

from benchmarks.measure import PEERS, print_table, private_postgis, verdict
from benchmarks.synthetic_register import load_bundled_data, migrate
from geo.point_index import NOWHERE, PointIndex
from scripts.data.code_point import read_units

RUNS = 3

PEER = """
import json, sys, time
import geopandas, numpy as np, shapely
folder = sys.argv[1]
xy = np.load(folder + "/points.npy")
shapes = json.load(open(folder + "/divisions.json"))
outlines = [shapely.from_wkt(wkt) for wkt in shapes.values()]
divisions = geopandas.GeoDataFrame({"code": list(shapes)}, geometry=outlines, crs=27700)
points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)
times = []
for _ in range(3):
    started = time.perf_counter()
    joined = geopandas.sjoin(points, divisions, predicate="intersects")
    times.append(time.perf_counter() - started)
first = joined.sort_values("code").groupby(level=0)["code"].first()
found = np.full(len(points), "", dtype="<U9")
found[first.index] = first.to_numpy()
np.save(folder + "/found.npy", found)
print(min(times))
"""

IN_POSTGIS = """
    SELECT count(*) FROM (
        SELECT DISTINCT ON (unit.id) unit.id, piece.division_id
        FROM division_piece AS piece JOIN unit ON ST_Covers(piece.geometry, unit.location)
    ) AS found
"""


def in_postgis(engine: Engine, xy: np.ndarray) -> tuple[float, int]:
    """Best seconds of the statement, and how many points it placed."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE unit (id bigint, location geometry(Point, 27700))"))
        driver = connection.connection.driver_connection
        if driver is None:
            raise RuntimeError("The connection has no driver.")
        with driver.cursor() as cursor, cursor.copy("COPY unit FROM STDIN") as copy:
            for number, (easting, northing) in enumerate(xy):
                copy.write_row((number, f"SRID=27700;POINT({easting} {northing})"))
        connection.execute(text("CREATE INDEX ON unit USING gist (location)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE unit"))
        times = []
        for _ in range(RUNS):
            started = perf_counter()
            placed = connection.execute(text(IN_POSTGIS)).scalar_one()
            times.append(perf_counter() - started)
    return min(times), placed


def in_memory(index: PointIndex, xy: np.ndarray) -> tuple[float, np.ndarray]:
    """Best seconds of the look-up, and the code of each point ("" for none)."""
    times = []
    for _ in range(RUNS):
        started = perf_counter()
        found = index.locate(xy[:, 0], xy[:, 1])
        times.append(perf_counter() - started)
    labels = np.array([*index.labels, ""])
    return min(times), labels[np.where(found == NOWHERE, len(index.labels), found)]


def by_geopandas(shapes: dict[str, str], xy: np.ndarray) -> tuple[float, np.ndarray]:
    """Best seconds of sjoin in its own process, and the code of each point."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "points.npy", xy)
        (Path(folder) / "divisions.json").write_text(json.dumps(shapes), encoding="utf-8")
        done = subprocess.run([PEERS / "python", "-c", PEER, folder], capture_output=True, text=True, check=True)
        return float(done.stdout), np.load(Path(folder) / "found.npy")


def main() -> None:
    """Load, run, compare, print."""
    source = next(PEERS.parent.glob("lib/python3*/site-packages/geocode/code_point_open/codepo_gb.zip"))
    units = read_units(source)
    xy = units.xy[units.positioned]
    with private_postgis() as cluster:
        cluster.create_database("bench")
        url = cluster.url("bench")
        migrate(url)
        load_bundled_data(url)
        engine = create_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT gss_code, ST_AsText(geometry) FROM division")).all()
        shapes = {code: MultiPolygon(from_wkt(outline)) for code, outline in rows}
        database_s, placed = in_postgis(engine, xy)
        engine.dispose()
    memory_s, ours = in_memory(PointIndex(shapes), xy)
    peer_s, theirs = by_geopandas({code: shape.wkt for code, shape in shapes.items()}, xy)
    if not (ours == theirs).all() or placed != (ours != "").sum():
        raise RuntimeError("The three do not agree on which division each point is in.")
    print_table(
        f"{len(xy):,} postcode units to {len(shapes)} divisions ({placed:,} of them inside)",
        ["by", "seconds", "times as fast as sjoin"],
        [
            ["geopandas.sjoin", peer_s, 1.0],
            ["PostGIS, one statement on division pieces", database_s, peer_s / database_s],
            ["our in-memory index (bulk look-up)", memory_s, peer_s / memory_s],
        ],
        f"Goal: faster than sjoin. In PostGIS {verdict(peer_s / database_s, 1)}; "
        f"in memory {verdict(peer_s / memory_s, 1)}.",
    )


if __name__ == "__main__":
    main()
