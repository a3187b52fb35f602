"""Which division is this point in? One worker, a thousand different points of County Durham, wrk -t1 -c8."""

import csv
import gzip
import random
from pathlib import Path

from benchmarks.measure import ROOT, print_table, private_postgis, requests_per_second, serving, verdict
from benchmarks.synthetic_register import load_bundled_data, migrate
from geo.crs import point_to_lonlat

POINTS = 1000
GOAL = 2000.0


def postcodes(path: Path) -> list[tuple[str, int, int]]:
    """Postcode, easting, northing of the bundled file, a fixed sample."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [(row["postcode"], int(row["easting"]), int(row["northing"])) for row in csv.DictReader(lines)]
    return random.Random(1).sample(rows, POINTS)  # noqa: S311  # a fixed sample, not a secret


def main() -> None:
    """Load, serve, measure, print."""
    sample = postcodes(ROOT / "data" / "postcodes_county_durham.csv.gz")
    points = [point_to_lonlat(easting, northing) for _, easting, northing in sample]
    by_point = [f"/api/v1/divisions/at?lon={lon:.6f}&lat={lat:.6f}" for lon, lat in points]
    by_postcode = [f"/api/v1/divisions/at?postcode={postcode.replace(' ', '%20')}" for postcode, _, _ in sample]
    with private_postgis() as cluster:
        cluster.create_database("bench")
        url = cluster.url("bench")
        migrate(url)
        load_bundled_data(url)
        rates: dict[str, float] = {}
        with serving("benchmarks.bare_server:app") as address:
            rates["bare FastAPI, no work"] = requests_per_second(address, ["/"])
        with serving("--factory app.main:create_app", DATABASE_URL=url) as address:
            rates["divisions/at by point"] = requests_per_second(address, by_point)
            rates["divisions/at by postcode"] = requests_per_second(address, by_postcode)
    base = rates["bare FastAPI, no work"]
    print_table(
        "Which division is this in? (one worker)",
        ["route", "requests/s", "share of the bare server"],
        [[name, rate, f"{rate / base:.0%}"] for name, rate in rates.items()],
        f"Goal by point: 2,000 requests/s: {verdict(rates['divisions/at by point'], GOAL)}.",
    )


if __name__ == "__main__":
    main()
