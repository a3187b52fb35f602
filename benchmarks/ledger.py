"""What the ledger adds to a change, to a bulk load and to an import's COPY, and how fast `safeplaces ledger verify` is.

"Without" is the same database with the ledger's triggers switched off by their owner, nothing else changed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from sqlalchemy import Connection, create_engine, text

from benchmarks.measure import ROOT, print_table, private_postgis
from benchmarks.synthetic_register import fill, migrate, switch_ledger_off
from scripts.local.postgis import Cluster

PLACES = 20_000
CHANGES = 300
ENTRIES = 1_000_000
GOAL_S = 60.0

_CHANGE = "UPDATE place SET description = :words WHERE id = :id"
_SEVERAL = "UPDATE place SET description = 'Changed ' || id"
_CONTACTS = """
    INSERT INTO place_private (place_id, contact_name, contact_email)
    SELECT id, 'Person ' || id, 'person' || id || '@example.org' FROM place
"""
_AUDITS = """
    INSERT INTO audit (place_id, audited_on, auditor, verdict, valid_until, signed_off_by, effective_at)
    SELECT id, current_date - 20, 'A. Auditor', 'fit', current_date + 345, 'S. Second', now() FROM place
"""
_ENTRIES = """
    INSERT INTO ledger_entry (chain, sequence, recorded_at, concept, subject, actor, content, hash)
    SELECT 'synthetic', number, now(), 'place', subject, ledger_actor(), content,
           chain_hash(decode(repeat('00', 32), 'hex'), content) OVER (ORDER BY number)
    FROM generate_series(1, :count) AS number
    CROSS JOIN LATERAL (SELECT 'SP-' || lpad(number::text, 7, '0')) AS named (subject)
    CROSS JOIN LATERAL (SELECT jsonb_build_object(
        'description', jsonb_build_array('Ask at desk ' || number, 'Ask at the desk by the door ' || number),
        'opening_hours', jsonb_build_array(NULL, 'Mo-Fr 09:00-17:00; PH off'))) AS changed (changes)
    CROSS JOIN LATERAL (SELECT ledger_content('place', subject, 'changed', changes, now())) AS told (content)
"""


def main() -> None:
    """Measure all of it and print two tables."""
    with private_postgis() as cluster:
        cluster.create_database("prepared")
        migrate(cluster.url("prepared"))
        rows: list[list[object]] = []
        for what, work in _works():
            with_it, without = _compare(cluster, work)
            rows.append([what, without, with_it, with_it / without])
        print_table(
            f"What the ledger adds ({PLACES:,} rows at once; one change: the median of {CHANGES})",
            ["", "ms without", "ms with", "times"],
            rows,
        )
        seconds = _verify(cluster)
    reached = "reached" if seconds < GOAL_S else "NOT reached"
    print_table(
        "safeplaces ledger verify",
        ["entries", "seconds", "entries a second", "goal"],
        [[f"{ENTRIES:,}", seconds, f"{ENTRIES / seconds:,.0f}", f"under {GOAL_S:g} s: {reached}"]],
    )


def _works() -> Iterator[tuple[str, Callable[[Connection], float]]]:
    yield "one place is changed", _one_by_one
    yield f"{PLACES:,} places are changed by one statement", lambda connection: _at_once(connection, _SEVERAL)
    yield f"{PLACES:,} contacts are added", lambda connection: _at_once(connection, _CONTACTS)
    yield f"{PLACES:,} audits are added", lambda connection: _at_once(connection, _AUDITS)
    yield f"{PLACES:,} places are added, with divisions and audits", _fill


def _compare(cluster: Cluster, work: Callable[[Connection], float]) -> tuple[float, float]:
    """Milliseconds with and without the ledger, each in a copy of the prepared database."""
    taken = []
    for name, off in (("with_it", False), ("without", True)):
        cluster.query(f"DROP DATABASE IF EXISTS {name}")
        cluster.query(f"CREATE DATABASE {name} TEMPLATE prepared")
        with _connected(cluster.url(name)) as connection:
            if off:
                switch_ledger_off(connection)
                connection.commit()
            taken.append(work(connection))
    return taken[0], taken[1]


def _fill(connection: Connection) -> float:
    """Milliseconds of filling the register."""
    started = time.perf_counter()
    fill(connection, PLACES)
    connection.commit()
    return (time.perf_counter() - started) * 1000


def _at_once(connection: Connection, statement: str) -> float:
    """Milliseconds of one statement over all places, with its commit."""
    _fill(connection)
    connection.execute(text("ANALYZE"))
    connection.commit()
    return _change(connection, statement, {})


def _one_by_one(connection: Connection) -> float:
    """The median of single changes, each with its commit."""
    fill(connection, 1_000)
    connection.commit()
    ids = list(connection.execute(text("SELECT id FROM place ORDER BY id LIMIT :count"), {"count": CHANGES}).scalars())
    return median(_change(connection, _CHANGE, {"words": f"Changed {id_}", "id": id_}) for id_ in ids)


def _change(connection: Connection, statement: str, values: dict[str, object]) -> float:
    started = time.perf_counter()
    connection.execute(text(statement), values)
    connection.commit()
    return (time.perf_counter() - started) * 1000


def _verify(cluster: Cluster) -> float:
    """Seconds that the command takes over a chain of a million entries, its start included."""
    cluster.query("DROP DATABASE IF EXISTS with_it")
    cluster.query("CREATE DATABASE with_it TEMPLATE prepared")
    url = cluster.url("with_it")
    with _connected(url) as connection:
        connection.execute(text(_ENTRIES), {"count": ENTRIES})
        connection.commit()
    command = [sys.executable, "-m", "app.cli", "ledger", "verify"]
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode or f"{ENTRIES:,} entries hold" not in done.stdout:
        raise RuntimeError(f"It does not hold: {done.stdout}{done.stderr}")
    return seconds


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


if __name__ == "__main__":
    main()
