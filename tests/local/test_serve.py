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
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from scripts.local.postgis import Cluster
from scripts.local.state import DATABASE
from tests.browsing import free_port
from tests.local.mailing import wait_for

ROOT = Path(__file__).parent.parent.parent
FIRST_START_S = 240
SECOND_START_S = 60


@contextmanager
def state_folder() -> Iterator[Path]:
    """A folder that the database's user can reach (pytest's own are closed)."""
    with tempfile.TemporaryDirectory(prefix="safeplaces-serve-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
        cluster = Cluster(Path(name) / "postgres")
        assert not cluster.running(), "serve left its database running"
        cluster.destroy()


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder in which nothing was started yet."""
    with state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def first() -> Iterator["Served"]:
    """The first start of all, from nothing, made ready and ended."""
    with state_folder() as folder:
        served = Served(folder, free_port(), measured=True)
        served.readiness = served.ready(FIRST_START_S)
        served.family = descendants(served.process.pid)
        served.end(signal.SIGTERM)
        yield served


@pytest.fixture
def prepared(first: "Served", state: Path) -> Path:
    """A state folder of its own in which the first start is behind us."""
    subprocess.run(["cp", "-a", first.state / "postgres", state], check=True)
    return state


class Served:
    """A running `scripts/serve`."""

    def __init__(self, state: Path, port: int, *, measured: bool = False, **environment: str) -> None:
        surroundings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        if measured:
            # The Python that runs the tests also runs the set-up, so that coverage sees it; once, since it is slow.
            surroundings["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        else:
            surroundings = {name: value for name, value in surroundings.items() if not name.startswith("COVERAGE_")}
        self.state = state
        self.port = port
        self.readiness: dict[str, Any] = {}
        self.family: set[int] = set()
        self.said = (state / "said.txt").open("a+b")
        self.process = subprocess.Popen(
            [ROOT / "scripts" / "serve", f"--port={port}"],
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


def test_from_nothing_to_ready_and_back_to_nothing(first: Served) -> None:
    assert first.readiness["status"] == "ready"
    assert len(first.family) > 3
    assert first.process.returncode == 0
    assert not wait_until_gone(first.family)
    assert not listening(first.port)
    assert f"http://127.0.0.1:{first.port}/" in first.output()
    assert str(first.state / "postgres") in first.output()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_it_ends_clean_and_starts_again(
    first: Served, prepared: Path, number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    again = Served(prepared, free_port())
    assert again.ready(SECOND_START_S) == first.readiness
    with capsys.disabled():
        sys.stdout.write(f" (started again in {time.monotonic() - began:.1f} s)")
    assert "Loading" not in again.output(), "the data is loaded once"
    family = descendants(again.process.pid)
    code = again.end(number)
    assert code == (-signal.SIGKILL if number is signal.SIGKILL else 0)
    assert not wait_until_gone(family), f"left running after {number.name}"
    once_more = Served(prepared, free_port())
    assert once_more.ready(SECOND_START_S) == first.readiness
    assert once_more.end(signal.SIGTERM) == 0


def worker_of(served: Served) -> int | None:
    """The process of the worker, where it runs."""
    for pid in descendants(served.process.pid):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words[-3:-1] == [b"app.cli", b"worker"] and b"python" in words[0]:
            return pid
    return None


def test_a_worker_that_dies_is_started_again(prepared: Path) -> None:
    served = Served(prepared, free_port())
    served.ready(SECOND_START_S)
    wait_for("the worker", lambda: "The worker is at work" in served.output())
    first = worker_of(served)
    assert first
    os.kill(first, signal.SIGKILL)
    wait_for("another", lambda: served.output().count("The worker is at work") == 2)
    assert worker_of(served) not in {None, first}
    assert "The worker ended by itself (code -9): starting it again in 1 s" in served.output()
    assert served.end(signal.SIGTERM) == 0


def test_a_second_start_in_the_same_checkout_says_so(prepared: Path) -> None:
    running = Served(prepared, free_port())
    running.ready(SECOND_START_S)
    second = Served(prepared, free_port(), measured=True)
    assert second.process.wait(30) == 1
    assert f"already served from this checkout: http://127.0.0.1:{running.port}/" in second.output()
    assert running.process.poll() is None
    running.end(signal.SIGTERM)


def test_a_database_that_was_emptied_is_filled_again(first: Served, prepared: Path) -> None:
    cluster = Cluster(prepared / "postgres")
    cluster.start()
    cluster.query(f"DROP DATABASE {DATABASE}")
    cluster.stop()
    again = Served(prepared, free_port())
    assert again.ready(FIRST_START_S) == first.readiness
    assert "Loaded" in again.output()
    again.end(signal.SIGTERM)


def test_a_port_in_use_is_said_before_anything_starts(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = Served(state, port, measured=True)
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
    address = "postgresql://somebody:quill@127.0.0.1:1/nothing"
    served = Served(state, free_port(), measured=True, DATABASE_URL=address)
    assert served.process.wait(60) == 1
    said = served.output()
    assert "docs/running.md" in said
    assert "quill" not in said


def test_the_command_uses_the_private_database(prepared: Path) -> None:
    environment = {**os.environ, "SAFEPLACES_STATE_DIR": str(prepared)}
    environment.pop("DATABASE_URL", None)
    launcher = ROOT / ".venv" / "bin" / "safeplaces"
    served = Served(prepared, free_port())
    served.ready(SECOND_START_S)
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
