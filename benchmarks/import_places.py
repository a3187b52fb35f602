"""An import of 100,000 places, every check included, against a bare COPY of the same rows into the same table.

Both write to the same table with the same indexes, constraints and triggers (each place gets its first revision). Ours
reads the CSV, checks each row, finds postcodes, transforms by OSTN15, looks for duplicates, writes, and assigns every
place to its electoral division. The COPY does none of that: its rows are those that the import made. Nor does it write
to the ledger: its triggers are off in the COPY's database, so that what the ledger costs counts against the import.
"""

import csv
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, create_engine, text

from app.db.sessions import WriteSession
from app.exchange import ImportOptions, import_places
from benchmarks.measure import print_table, private_postgis
from benchmarks.synthetic_register import AUTHORITY, load_bundled_data, migrate, switch_ledger_off

COUNT = 100_000
GOAL = 4.0
ROUNDS = 2
SEED = 2026
HEADINGS = (
    *("name", "kind", "schemes", "offers", "address_1", "town", "postcode", "easting", "northing", "opening_hours"),
    *("phone", "email", "website", "description", "step_free_entrance", "accessible_toilet", "hearing_loop"),
    *("languages", "consent_on", "membership_status", "contact_name", "contact_phone"),
)
_FIRST = (
    *("Amber", "Beck", "Birch", "Bishop", "Castle", "Cedar", "Chapel", "Cobble", "Copper", "Dene", "Elder", "Elm"),
    *("Fern", "Garth", "Grange", "Hazel", "Heron", "Holly", "Juniper", "Kestrel", "Larch", "Maple", "Otter", "Quarry"),
)
_MIDDLE = (
    *("Bank", "Bridge", "Corner", "Court", "Cross", "Field", "Gate", "Green", "Hill", "House", "Lane", "Mill", "Moor"),
    *("Park", "Row", "Side", "Street", "Wood", "Yard", "View", "Villa", "Walk", "Well", "Wharf"),
)
_KINDS = {"Library": "library", "Café": "cafe", "Pharmacy": "pharmacy", "Community Centre": "community_centre"}
_HOURS = ("Mo-Fr 09:00-17:00; PH off", "Mo-Sa 08:00-18:00; PH off", "24/7", "Tu-Su 10:00-16:00", "")


class Run(NamedTuple):
    """One import: seconds in all, and of each step."""

    seconds: float
    steps: list[tuple[str, float]]


def main() -> None:
    """Run both, each into its own copy of one prepared database, and print the ratio."""
    with private_postgis() as cluster, tempfile.TemporaryDirectory() as folder:
        cluster.create_database("prepared")
        migrate(cluster.url("prepared"))
        load_bundled_data(cluster.url("prepared"))
        officers, dumped = Path(folder, "places.csv"), Path(folder, "rows.copy")
        with officers.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            writer.writerows(_rows(_postcodes(cluster.url("prepared"))))
        ours: list[Run] = []
        bare: list[float] = []
        for number in range(ROUNDS):  # by turns, so that what else the machine does falls on both
            for name in (f"ours_{number}", f"bare_{number}"):
                cluster.query(f"CREATE DATABASE {name} TEMPLATE prepared")
            ours.append(_import(cluster.url(f"ours_{number}"), officers))
            columns = _dump(cluster.url(f"ours_{number}"), dumped)
            with _connected(cluster.url(f"bare_{number}")) as connection:
                switch_ledger_off(connection)
            bare.append(_copy(cluster.url(f"bare_{number}"), columns, dumped))
    best, copied = min(ours), min(bare)
    reached = "reached" if best.seconds <= GOAL * copied else "NOT reached"
    rows: list[list[object]] = [
        ["bare COPY", copied, 1.0, ""],
        ["safeplaces places import", best.seconds, best.seconds / copied, f"at most {GOAL:g}: {reached}"],
        *([f"  {step}", seconds, seconds / copied, ""] for step, seconds in best.steps),
    ]
    print_table(
        f"Import of {COUNT:,} places, the faster of {ROUNDS} runs of each",
        ["", "seconds", "times the COPY", "goal"],
        rows,
    )


def _rows(postcodes: Sequence[tuple[str, int, int]]) -> Iterator[list[object]]:
    """The officer's file: every other place has coordinates near its postcode, the others only the postcode."""
    chance = random.Random(SEED)  # noqa: S311 - the same file at every run
    used: set[tuple[str, str]] = set()
    for number in range(COUNT):
        kind = chance.choice(list(_KINDS))
        while True:
            postcode, easting, northing = chance.choice(postcodes)
            words = (chance.choice(_FIRST) + chance.choice(_MIDDLE).lower() for _ in range(2))
            name = f"{' '.join(words)} {kind}"
            if (name, postcode) not in used:
                break
        used.add((name, postcode))
        position = (f"{easting + chance.uniform(-200, 200):.1f}", f"{northing + chance.uniform(-200, 200):.1f}")
        yield [
            name,
            _KINDS[kind],
            "safe_place; reporting_centre" if number % 5 == 0 else "safe_place",
            "wait_inside; call_someone; toilet",
            f"{number % 300 + 1} {chance.choice(_MIDDLE)} Street",
            chance.choice(("Durham", "Consett", "Peterlee", "Crook", "Stanley")),
            postcode,
            *(position if number % 2 else ("", "")),
            chance.choice(_HOURS),
            f"0191 496 {number % 10_000:04}",
            f"desk{number}@example.org",
            f"https://place{number}.example.org/",
            "Somewhere to wait, with trained staff. Ask at the desk.",
            *(chance.choice(("yes", "no", "")) for _ in range(3)),
            "English; Polish" if number % 7 == 0 else "",
            "2026-01-05",
            "listed",
            f"A. Person {number}",
            f"07700 900{number % 1000:03}",
        ]


def _postcodes(url: str) -> list[tuple[str, int, int]]:
    with _connected(url) as connection:
        found = connection.execute(text("SELECT postcode, easting, northing FROM postcode_unit ORDER BY postcode"))
        return [(postcode, easting, northing) for postcode, easting, northing in found]


def _import(url: str, path: Path) -> Run:
    engine = create_engine(url)
    marks: list[tuple[str, float]] = []
    with WriteSession(engine) as session, session.begin():
        session.record_as("benchmark", via="import")
        report = import_places(
            session,
            path,
            ImportOptions(AUTHORITY, allow_duplicates=True),
            progress=lambda step: marks.append((step, time.perf_counter())),
        )
    ended = time.perf_counter()
    engine.dispose()
    if report.added != COUNT or not report.written:
        raise RuntimeError(f"Only {report.added} places were imported; the first fault: {report.faults[:1]}")
    ends = [at for _, at in marks[1:]] + [ended]
    steps = [(step, end - start) for (step, start), end in zip(marks, ends, strict=True)]
    return Run(ended - marks[0][1], steps)


def _dump(url: str, path: Path) -> str:
    """Write the imported rows in the format of COPY. Which columns."""
    with _connected(url) as connection:
        listed = connection.scalars(
            text(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = 'place' AND is_generated = 'NEVER' ORDER BY ordinal_position"
            )
        )
        columns = ", ".join(listed)
        driver = connection.connection.driver_connection
        with path.open("wb") as file, driver.cursor() as cursor:  # type: ignore[union-attr]  # it is psycopg's
            rows = f"SELECT {columns} FROM place WHERE id > (SELECT max(id) - {COUNT} FROM place) ORDER BY id"
            with cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
                file.writelines(copy)
        return columns


def _copy(url: str, columns: str, path: Path) -> float:
    """Seconds that it takes, the commit included."""
    started = time.perf_counter()
    with _connected(url) as connection:
        driver = connection.connection.driver_connection
        with (
            path.open("rb") as file,
            driver.cursor() as cursor,  # type: ignore[union-attr]  # it is psycopg's
            cursor.copy(f"COPY place ({columns}) FROM STDIN") as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)
    return time.perf_counter() - started


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


if __name__ == "__main__":
    main()
