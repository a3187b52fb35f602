"""What a page of places in a box costs as the register grows from 1,000 to 1,000,000 places.

The box is sized so that it always holds about 150 places: a screenful. The median of 300 requests (in process, no
network), with another box each time.
"""

import random
from contextlib import redirect_stderr
from io import StringIO
from statistics import median
from time import perf_counter

from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from app.db.version import current_version
from app.main import create_app
from app.places.fragments import kept_for
from app.settings import Settings
from benchmarks.measure import print_table, private_postgis
from benchmarks.synthetic_register import fill_register, migrate

SIZES = (1_000, 10_000, 100_000, 1_000_000)
IN_BOX = 150
REQUESTS = 300
GOAL = 1.5


def measure(url: str, places: int) -> tuple[float, float]:
    """Median milliseconds of a request with nothing kept in memory, and of the same with its places' JSON kept."""
    engine = create_engine(url)
    with engine.connect() as connection:
        west, south, east, north = connection.execute(
            text("SELECT min(lon), min(lat), max(lon), max(lat) FROM place")
        ).one()
    engine.dispose()
    side = (IN_BOX / places) ** 0.5
    width, height = (east - west) * side, (north - south) * side
    chance = random.Random(1)  # noqa: S311  # a fixed series of boxes, not a secret
    fresh, again = [], []
    app = create_app(Settings(DATABASE_URL=url))
    with TestClient(app) as client, redirect_stderr(StringIO()):
        for request in range(REQUESTS + 20):
            lon, lat = chance.uniform(west, east - width), chance.uniform(south, north - height)
            box = f"{lon:.6f},{lat:.6f},{lon + width:.6f},{lat + height:.6f}"
            kept = kept_for(app.state.engine, current_version(app.state.engine))
            kept.fragments.clear()
            first = timed(client, box)
            kept.answers.clear()
            second = timed(client, box)
            if request >= 20:  # noqa: PLR2004  # the first twenty warm up
                fresh.append(first)
                again.append(second)
    return median(fresh), median(again)


def timed(client: TestClient, box: str) -> float:
    """Milliseconds of one request.

    Raises:
        RuntimeError: the answer is an error.
    """
    started = perf_counter()
    answer = client.get("/api/v1/places", params={"bbox": box, "limit": "100", "f": "geojson"})
    if not answer.is_success:
        raise RuntimeError(answer.text)
    return (perf_counter() - started) * 1000


def main() -> None:
    """Grow the register, measure at each size, print."""
    rows: list[list[object]] = []
    costs: list[tuple[float, float]] = []
    with private_postgis() as cluster:
        for size in SIZES:
            cluster.create_database(f"bench_{size}")
            url = cluster.url(f"bench_{size}")
            migrate(url)
            fill_register(url, size)
            costs.append(measure(url, size))
            fresh, again = costs[-1]
            rows.append([f"{size:,}", fresh, fresh / costs[0][0], again, again / costs[0][1]])
    worst = [max(column) / column[0] for column in zip(*costs, strict=True)]
    print_table(
        "A page of 100 in a box that holds about 150 (milliseconds, median)",
        ["places in the register", "nothing kept", "times the smallest", "JSON of places kept", "times the smallest"],
        rows,
        f"Goal: flat within {GOAL} x. "
        f"Nothing kept: {'reached' if worst[0] <= GOAL else 'NOT reached'} ({worst[0]:.2f}); "
        f"kept: {'reached' if worst[1] <= GOAL else 'NOT reached'} ({worst[1]:.2f}).",
    )


if __name__ == "__main__":
    main()
