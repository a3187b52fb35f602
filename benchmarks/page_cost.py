"""What a page of places in a box costs as the register grows from 1,000 to 1,000,000 places.

The box is sized so that it always holds about 150 places: a screenful. The median of 300 requests (in process, no
network), with another box each time.
"""

import random
from statistics import median
from time import perf_counter

from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from app.main import create_app
from app.settings import Settings
from benchmarks.measure import print_table, private_postgis
from benchmarks.synthetic_register import fill_register, migrate

SIZES = (1_000, 10_000, 100_000, 1_000_000)
IN_BOX = 150
REQUESTS = 300
GOAL = 1.5


def measure(url: str, places: int) -> float:
    """Median milliseconds of a request at this size of the register."""
    engine = create_engine(url)
    with engine.connect() as connection:
        west, south, east, north = connection.execute(
            text("SELECT min(lon), min(lat), max(lon), max(lat) FROM place")
        ).one()
    engine.dispose()
    side = (IN_BOX / places) ** 0.5
    width, height = (east - west) * side, (north - south) * side
    chance = random.Random(1)  # noqa: S311  # a fixed series of boxes, not a secret
    times = []
    with TestClient(create_app(Settings(DATABASE_URL=url))) as client:
        for request in range(REQUESTS + 20):
            lon, lat = chance.uniform(west, east - width), chance.uniform(south, north - height)
            box = f"{lon:.6f},{lat:.6f},{lon + width:.6f},{lat + height:.6f}"
            started = perf_counter()
            answer = client.get("/api/v1/places", params={"bbox": box, "limit": "100", "f": "geojson"})
            if answer.status_code != 200:  # noqa: PLR2004  # 200 is OK
                raise RuntimeError(answer.text)
            if request >= 20:  # noqa: PLR2004  # the first twenty warm up
                times.append((perf_counter() - started) * 1000)
    return median(times)


def main() -> None:
    """Grow the register, measure at each size, print."""
    rows: list[list[object]] = []
    first = 0.0
    with private_postgis() as cluster:
        for size in SIZES:
            cluster.create_database(f"bench_{size}")
            url = cluster.url(f"bench_{size}")
            migrate(url)
            fill_register(url, size)
            cost = measure(url, size)
            first = first or cost
            rows.append([f"{size:,}", cost, cost / first])
    worst = max(float(str(row[2])) for row in rows)
    print_table(
        "A page of 100 in a box that holds about 150",
        ["places in the register", "ms (median)", "times the smallest"],
        rows,
        f"Goal: flat within {GOAL} x: {'reached' if worst <= GOAL else 'NOT reached'} (worst {worst:.2f}).",
    )


if __name__ == "__main__":
    main()
