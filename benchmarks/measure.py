"""What every benchmark needs: a private PostGIS, servers as processes, wrk, and a table."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from scripts.local.postgis import Cluster

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".local" / "benchmark-venv" / "bin"
"""Where the programs that we compare with are installed (benchmarks/run does it)."""

LUA = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = 0
request = function() at = at %% #paths + 1; return wrk.format("GET", paths[at]) end
"""


@contextmanager
def private_postgis() -> Iterator[Cluster]:
    """A throw-away cluster, durable off, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="safeplaces-benchmark-"))
    cluster = Cluster(folder, durable=False)
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        cluster.destroy()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of the loopback interface that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(target: str, *, python: Path | None = None, ready: str = "/", **environment: str) -> Iterator[str]:
    """A uvicorn with one worker for `target`; yields its address once `ready` answers, stops it at the end."""
    port = free_port()
    command = [str(python or sys.executable), "-m", "uvicorn", *target.split(), "--port", str(port), "--no-access-log"]
    with tempfile.TemporaryFile() as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address + ready, server)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def wait_for(url: str, server: subprocess.Popen[bytes], timeout_s: float = 60) -> None:
    """Return when the server answers anything below 500.

    Raises:
        RuntimeError: the server ended, or did not answer in time.
    """
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"The server for {url} ended with {server.returncode}.")
        try:
            fetch(url)
        except urllib.error.HTTPError as error:
            if error.code < 500:  # noqa: PLR2004  # any client error means that it answers
                return
        except OSError:
            pass
        else:
            return
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within {timeout_s:.0f} s.")


def fetch(url: str) -> bytes:
    """The body at `url` (our own servers on this machine only)."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  # loopback addresses of ours
        return bytes(answer.read())


def requests_per_second(address: str, paths: Sequence[str], *, seconds: int = 5, connections: int = 8) -> float:
    """Requests per second by wrk with one thread, going round `paths`; the median of three runs after a warm-up.

    Raises:
        RuntimeError: wrk is missing, or answers were errors.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("wrk is missing. Install it: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "paths.txt"
        listed.write_text("\n".join(paths) + "\n", encoding="utf-8")
        script = Path(folder) / "paths.lua"
        script.write_text(LUA % listed, encoding="utf-8")
        rates = []
        for run_s in (2, seconds, seconds, seconds):
            command = [wrk, "-t1", f"-c{connections}", f"-d{run_s}s", "-s", str(script), address]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            if "Non-2xx" in output:
                raise RuntimeError(f"{address} answered with errors: {output}")
            rates.append(float(output.split("Requests/sec:")[1].split()[0]))
    return median(rates[1:])


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> None:
    """Print a table, numbers right-aligned."""
    table = Table(title=title, title_justify="left", caption=note, caption_justify="left")
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right")
    for row in rows:
        table.add_row(*(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(width=120).print(table)


def verdict(reached: float, goal: float) -> str:
    """Whether a goal that is a minimum is reached, in words."""
    return f"reached ({goal:g})" if reached >= goal else f"NOT reached ({goal:g})"
