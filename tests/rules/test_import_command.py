"""`safeplaces places import` as an officer runs it, killed in the middle too."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).parents[2]
HEADINGS = ["name", "kind", "schemes", "easting", "northing"]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "app.cli", "places", "import", *map(str, arguments)]


def run(url: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": url, "COLUMNS": "200"}
    return subprocess.run(command(*arguments), cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def register(empty_database_url: str) -> str:
    """A committed register with one authority and nothing else."""
    with create_engine(empty_database_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("INSERT INTO authority (code, name, is_sample) VALUES ('E06000047', 'Durham', false)"))
    return empty_database_url


def places_file(folder: Path, count: int, *extra: list[str]) -> Path:
    path = folder / "places.csv"
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS)
        for number in range(count):
            writer.writerow(
                [f"Café {number} {chr(97 + number % 26) * 9}", "cafe", "safe_place", 420_000 + number * 20, 540_000]
            )
        writer.writerows(extra)
    return path


def count_places(url: str) -> int:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM place")).scalar_one())


def test_an_officer_s_session(register: str, tmp_path: Path) -> None:
    path = places_file(tmp_path, 30, ["Nowhere [b]", "castle", "safe_place", "", ""])
    faults = tmp_path / "faults.csv"
    refused = run(register, path, "--faults", faults, "--as", "A. Officer")
    assert refused.returncode == 1
    assert "Nothing was imported" in refused.stdout
    assert "castle" in refused.stdout
    assert "Windows-1252" in refused.stdout
    with faults.open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [(fault["row"], fault["column"], fault["value"]) for fault in listed] == [
        ("32", "kind", "castle"),
        ("32", "postcode", ""),
    ]
    assert count_places(register) == 0

    places_file(tmp_path, 30)
    tried = run(register, path, "--dry-run")
    assert (tried.returncode, count_places(register)) == (0, 0)
    done = run(register, path, "--as", "A. Officer")
    assert done.returncode == 0, done.stderr
    assert "added 30, changed 0, unchanged 0" in done.stdout
    again = run(register, path)
    assert "added 0, changed 0, unchanged 30" in again.stdout
    assert "nothing was changed" in again.stdout
    with create_engine(register, poolclass=NullPool).connect() as connection:
        who = connection.execute(text("SELECT DISTINCT actor, via, reason FROM place_revision")).all()
    assert who == [("A. Officer", "import", "Import of places.csv")]


def test_what_cannot_be_used_is_said_without_a_traceback(register: str, tmp_path: Path) -> None:
    for arguments in ((tmp_path / "none.csv",), (places_file(tmp_path, 1), "--authority", "E06000001")):
        refused = run(register, *arguments)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert refused.stderr.strip()


def test_a_killed_import_leaves_nothing(register: str, tmp_path: Path) -> None:
    path = places_file(tmp_path, 200)
    engine = create_engine(register, poolclass=NullPool)
    with engine.connect() as holder:
        # The import has written its places when it waits for this row, which its trigger wants to change.
        holder.execute(text("SELECT version FROM register_version FOR UPDATE"))
        importing = subprocess.Popen(command(path), cwd=ROOT, env=os.environ | {"DATABASE_URL": register})
        try:
            wait_until_blocked(holder, importing)
        finally:
            importing.send_signal(signal.SIGKILL)
            importing.wait(10)
    wait_until_gone(engine.connect())
    assert count_places(register) == 0
    assert run(register, path).returncode == 0
    assert count_places(register) == 200


def wait_until_blocked(connection: Connection, importing: subprocess.Popen[bytes]) -> None:
    blocked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO place%'"
    )
    for _ in range(300):
        assert importing.poll() is None, "the import ended before it could be killed"
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        if connection.execute(blocked).scalar_one():
            return
        time.sleep(0.1)
    pytest.fail("the import never came to write")


def wait_until_gone(connection: Connection) -> None:
    """Until the server has noticed that its client is dead."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with connection:
        for _ in range(100):
            if not connection.execute(others).scalar_one():
                return
            connection.rollback()
            time.sleep(0.1)
    pytest.fail("the killed import's connection is still there")
