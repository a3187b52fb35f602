"""`scripts/serve`: from a fresh checkout to the register in a browser, and a clean end. Standard library only."""

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import NoReturn

from scripts.local.assets import ensure_assets
from scripts.local.attendance import Attended, running
from scripts.local.environment import ensure_environment
from scripts.local.postgis import BinariesMissing, Cluster, ClusterError, install_binaries
from scripts.local.prepared import is_prepared, note_prepared
from scripts.local.progress import SetupError, run, say
from scripts.local.secret import ensure_secret
from scripts.local.state import COMMAND, DATABASE, ROOT, private_cluster, state_folder

UVICORN = ["-m", "uvicorn", "--factory", "app.main:create_app", "--no-access-log", "--no-proxy-headers"]
"""No access log: query strings hold postcodes, which are never written down."""
LIVE_TIMEOUT_S = 60
LOOK_EVERY_S = 0.5


class Stopped(BaseException):
    """A signal asked us to stop. Not an Exception, so that nothing in between takes it for a fault."""


def main(arguments: list[str] | None = None) -> int:
    """Set up, serve until a signal, stop everything that was started."""
    options = parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            _check_port(options.host, options.port)
            serve(options.host, options.port, stack, began)
    except Stopped:
        print("\nStopped.", flush=True)
        return 0
    except (SetupError, ClusterError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def serve(host: str, port: int, stack: ExitStack, began: float) -> None:
    """Set everything up and serve; what was started is stopped by `stack`.

    Raises:
        SetupError, ClusterError: a step failed; the message says what to do.
    """
    own_database = not os.environ.get("DATABASE_URL")
    if own_database:
        stack.enter_context(_only_one(f"http://{_for_address(host)}:{port}/"))
    python = ensure_environment(ROOT, "service")
    ensure_assets(ROOT)
    ensure_secret()
    if own_database:
        cluster = stack.enter_context(_cluster())
        os.environ["DATABASE_URL"] = cluster.url(DATABASE)
        if not is_prepared(cluster, DATABASE, ROOT):
            _prepare(python)
            note_prepared(cluster, DATABASE, ROOT)
    else:
        _prepare(python)
    say("Starting the web server")
    web = [str(python), *UVICORN, f"--host={host}", f"--port={port}", "--log-level=warning"]
    server = stack.enter_context(running(web, ROOT))
    _wait_until_live(server, host, port)
    worker = Attended("The worker", [str(python), *COMMAND, "worker"], ROOT)
    stack.callback(worker.end)
    worker.look_after()
    where = str(cluster.folder) if own_database else "the database that DATABASE_URL names"
    print(f"\n  Safe places: http://{_for_address(host)}:{port}/")
    print(f"  Data:        {where}")
    print(f"  Started in {time.monotonic() - began:.1f} s. Ctrl-C stops it.\n", flush=True)
    while (code := server.poll()) is None:
        worker.look_after()
        with suppress(subprocess.TimeoutExpired):
            server.wait(LOOK_EVERY_S)
    raise SetupError(f"The web server ended by itself (code {code}); its last lines above say why.")


def _prepare(python: Path) -> None:
    """Migrate and load what is missing; does nothing that was done before."""
    say("Bringing the database's tables up to date")
    remedy = "Is the database a PostGIS that this user may change? See docs/running.md."
    run([str(python), "-m", "alembic", "upgrade", "head"], cwd=ROOT, remedy=remedy)
    say("Loading the bundled data where there is none yet")
    load = [str(python), *COMMAND, "setup", "--quiet"]
    done = run(load, cwd=ROOT, remedy="See docs/running.md, Troubleshooting.")
    say(" ".join(done.split()) or "Done")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/serve",
        description="Set up and serve the register on this machine. DATABASE_URL uses an existing PostGIS; "
        "SAFEPLACES_STATE_DIR moves the private one. See docs/running.md.",
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1, this machine only)"
    )
    return parser.parse_args(arguments)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    for same in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(same, signal.SIG_IGN)  # one stop is enough; the end itself must not be interrupted
    raise Stopped(signal.Signals(number).name)


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise SetupError(
            f"Port {port} on {host} cannot be used ({error}). Another program may be listening there: "
            f"stop it, or choose another port: scripts/serve --port {port + 1}"
        ) from error


@contextmanager
def _only_one(address: str) -> Iterator[None]:
    """One server for one private database; the kernel lets go of the lock when we end, however we end."""
    state_folder().mkdir(parents=True, exist_ok=True)
    with (state_folder() / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SetupError(
                f"The register is already served from this checkout: {file.read().strip()}. Use that one, or stop it; "
                "or set SAFEPLACES_STATE_DIR to another folder for a second, separate register."
            ) from None
        file.truncate(0)
        file.write(f"{address} by process {os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def _cluster() -> Iterator[Cluster]:
    cluster = private_cluster_or_install()
    if not cluster.exists():
        say(f"Making a private PostGIS in {cluster.folder}")
    preferred = state_folder() / "postgres"
    if cluster.folder != preferred:
        say(f"The database's user cannot reach {preferred}, so the data goes to {cluster.folder}")
    try:
        cluster.create()
        say("Starting the private PostGIS")
        cluster.start()
        cluster.create_database(DATABASE)
        yield cluster
    finally:
        cluster.stop()


def private_cluster_or_install() -> Cluster:
    """The private cluster with programs that fit it; installs them where that is allowed and needed."""
    try:
        cluster = private_cluster()
        _ = cluster.binaries
    except BinariesMissing:
        say("PostgreSQL with PostGIS is not here yet: installing the system's package")
        install_binaries(Cluster.version_of(state_folder() / "postgres"))
        cluster = private_cluster()
    return cluster


def _wait_until_live(server: subprocess.Popen[bytes], host: str, port: int) -> None:
    deadline = time.monotonic() + LIVE_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        connection = HTTPConnection(_for_address(host).strip("[]"), port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise SetupError("The web server does not start; its last lines above say why.")


def _for_address(host: str) -> str:
    """The host as a browser on this machine writes it."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - recognised, not chosen
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    sys.exit(main())
