"""`scripts/serve`, run for real from this checkout on a state folder and a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from scripts.local.postgis import Cluster
from scripts.local.state import DATABASE
from tests.browsing import free_port

ROOT = Path(__file__).parent.parent.parent
FIRST_START_S = 240
SECOND_START_S = 60


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder that the database's user can reach (pytest's own are closed)."""
    with tempfile.TemporaryDirectory(prefix="safeplaces-serve-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
        cluster = Cluster(Path(name) / "postgres")
        assert not cluster.running(), "serve left its database running"
        cluster.destroy()


class Served:
    """A running `scripts/serve`."""

    def __init__(self, state: Path, port: int, *arguments: str, **environment: str) -> None:
        surroundings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.port = port
        self.said = (state / "said.txt").open("a+b")
        self.process = subprocess.Popen(
            [ROOT / "scripts" / "serve", f"--port={port}", *arguments],
            env=surroundings | {"SAFEPLACES_STATE_DIR": str(state)} | environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=self.said,
            stderr=self.said,
        )

    def output(self) -> str:
        self.said.flush()
        self.said.seek(0)
        return self.said.read().decode()

    def ready(self, within_s: float) -> dict[str, Any]:
        """What /health/ready answers as soon as it answers 200."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and self.process.poll() is None:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/health/ready")
                answer = connection.getresponse()
                found = json.loads(answer.read())
                if answer.status == 200:
                    return dict(found)
            except (OSError, HTTPException):
                pass
            finally:
                connection.close()
            time.sleep(0.1)
        pytest.fail(f"not ready:\n{self.output()}")

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def descendants(pid: int) -> set[int]:
    """A process and everything that it started, directly or not."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    family = {pid}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return family


def wait_until_gone(pids: set[int], within_s: float = 20) -> set[int]:
    deadline = time.monotonic() + within_s
    while pids and time.monotonic() < deadline:
        pids = {pid for pid in pids if Path(f"/proc/{pid}").exists()}
        time.sleep(0.05)
    return pids


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_from_nothing_to_ready_and_back_to_nothing(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    served = Served(state, port)
    readiness = served.ready(FIRST_START_S)
    assert readiness["status"] == "ready"
    family = descendants(served.process.pid)
    assert len(family) > 3
    assert served.end(signal.SIGTERM) == 0
    assert not wait_until_gone(family)
    assert not listening(port)
    said = served.output()
    assert f"http://127.0.0.1:{port}/" in said
    assert str(state / "postgres") in said

    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        began = time.monotonic()
        again = Served(state, port)
        assert again.ready(SECOND_START_S) == readiness, "the data is loaded once"
        with capsys.disabled():
            sys.stdout.write(f" (started again in {time.monotonic() - began:.1f} s)")
        family = descendants(again.process.pid)
        code = again.end(number)
        assert code == (-signal.SIGKILL if number is signal.SIGKILL else 0)
        assert not wait_until_gone(family), f"left running after {number.name}"


def test_a_second_start_in_the_same_checkout_says_so(state: Path) -> None:
    first = Served(state, free_port())
    first.ready(FIRST_START_S)
    second = Served(state, free_port())
    assert second.process.wait(30) == 1
    assert f"already served from this checkout: http://127.0.0.1:{first.port}/" in second.output()
    assert first.process.poll() is None
    first.end(signal.SIGTERM)


def test_a_database_that_was_emptied_is_filled_again(state: Path) -> None:
    first = Served(state, free_port())
    readiness = first.ready(FIRST_START_S)
    first.end(signal.SIGTERM)
    cluster = Cluster(state / "postgres")
    cluster.start()
    cluster.query(f"DROP DATABASE {DATABASE}")
    cluster.stop()
    second = Served(state, free_port())
    assert second.ready(FIRST_START_S) == readiness
    assert "Loaded" in second.output()
    second.end(signal.SIGTERM)


def test_a_port_in_use_is_said_before_anything_starts(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = Served(state, port)
        assert served.process.wait(30) == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in served.output()
    assert not (state / "postgres").exists()


def test_an_existing_database_is_used_instead(state: Path, empty_database_url: str) -> None:
    served = Served(state, free_port(), DATABASE_URL=empty_database_url)
    served.ready(FIRST_START_S)
    assert served.end(signal.SIGTERM) == 0
    assert not (state / "postgres").exists()
    assert empty_database_url not in served.output()


def test_a_database_that_does_not_answer_is_explained(state: Path) -> None:
    address = "postgresql://somebody:secret@127.0.0.1:1/nothing"
    served = Served(state, free_port(), DATABASE_URL=address)
    assert served.process.wait(60) == 1
    said = served.output()
    assert "docs/running.md" in said
    assert "secret" not in said


def test_the_command_uses_the_private_database(state: Path) -> None:
    environment = {**os.environ, "SAFEPLACES_STATE_DIR": str(state)}
    environment.pop("DATABASE_URL", None)
    launcher = ROOT / ".venv" / "bin" / "safeplaces"
    served = Served(state, free_port())
    served.ready(FIRST_START_S)
    while_running = subprocess.run([launcher, "setup"], env=environment, capture_output=True, text=True, check=False)
    served.end(signal.SIGTERM)
    on_its_own = subprocess.run([launcher, "setup"], env=environment, capture_output=True, text=True, check=False)
    assert (while_running.returncode, on_its_own.returncode) == (0, 0), while_running.stderr + on_its_own.stderr


def test_the_command_without_a_database_says_what_to_do(state: Path) -> None:
    environment = {**os.environ, "SAFEPLACES_STATE_DIR": str(state)}
    environment.pop("DATABASE_URL", None)
    launcher = ROOT / ".venv" / "bin" / "safeplaces"
    done = subprocess.run([launcher, "setup"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "scripts/serve" in done.stderr
