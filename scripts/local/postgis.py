"""A private PostGIS: one cluster in a folder of ours, reachable by a unix socket only. Standard library only.

PostgreSQL refuses to run as root, so root demotes the server (never itself) by `setpriv`, with an empty environment.
The server is a direct child that the kernel stops when its parent dies (`--pdeathsig`), so nothing is left running even
after `kill -9`. That signal follows the *thread* that started the server: start it from the main thread.
"""

import hashlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from scripts.local.binaries import (
    BinariesMissing,
    ClusterError,
    find_binaries,
    install_binaries,
)

__all__ = ["BinariesMissing", "Cluster", "ClusterError", "find_binaries", "install_binaries"]

PORT = 5432
"""Names the socket file only: nothing listens on the network, and every cluster has a socket folder of its own."""
SOCKET_PATH_LIMIT = 107
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
LOG_LIMIT = 10_000_000
SHARED_MEMORY_BUSY = "shared memory block"
FALLBACK_STATE = Path("/var/lib/safeplaces")
"""Where root keeps a cluster whose server user cannot reach the checkout."""

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # compiling costs more than it saves on short spatial queries
    "log_error_verbosity": "terse",  # the DETAIL of an error can hold a value that a person typed
}
UNSAFE_AND_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "2GB"}


class Cluster:
    """One PostgreSQL cluster.

    Attributes:
        folder: where data, socket and log lie; not the preferred folder when the server's user cannot reach that.
        durable: False trades safety after a crash of the machine for speed (tests).
    """

    def __init__(self, preferred: Path, *, durable: bool = True) -> None:
        self.durable = durable
        self._server: subprocess.Popen[bytes] | None = None
        self.user = _server_user(preferred)
        self.folder = self._reachable(preferred.resolve())
        self.user = _server_user(self.folder)
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.sockets = self._socket_folder()
        self._binaries: Path | None = None

    @staticmethod
    def version_of(folder: Path) -> int | None:
        """The major version of PostgreSQL that made the cluster in `folder`, if there is one that we may read."""
        try:
            return int((folder / "data" / "PG_VERSION").read_text())
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return None

    @property
    def binaries(self) -> Path:
        """The folder of the programs that fit this cluster; raises BinariesMissing."""
        if self._binaries is None:
            self._binaries = find_binaries(self.version_of(self.folder))
        return self._binaries

    def exists(self) -> bool:
        """Whether `create` has been done."""
        return (self.data / "PG_VERSION").is_file()

    def create(self) -> None:
        """Make the cluster unless it exists. An interrupted creation leaves nothing that passes for a cluster."""
        self._make_folder(self.folder)
        if self.exists():
            return
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [str(self.binaries / "initdb"), "-D", str(unfinished), "--username=postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8"]
        if not self.durable:
            command += ["--no-sync"]
        done = subprocess.run(self._as_server(command), capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise ClusterError(f"initdb failed in {self.folder}:\n{done.stderr.strip() or done.stdout.strip()}")
        unfinished.rename(self.data)

    def start(self) -> None:
        """Start the server and wait until it answers; does nothing when it runs already.

        Raises:
            ClusterError: it does not start; the message ends with the end of its log.
        """
        if self._running_pid() is not None:
            return
        self._make_folder(self.sockets)
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._try_start(deadline):
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop the server, whoever started it: connections are ended, nothing is lost."""
        pid = self._running_pid()
        if pid is None and self._server is not None and self._server.poll() is None:
            pid = self._server.pid
        if pid is not None:
            self._end(pid)
        self._server = None
        if self.sockets.parent != self.folder and self.sockets.is_dir():
            shutil.rmtree(self.sockets, ignore_errors=True)

    def destroy(self) -> None:
        """Stop the server and delete everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def running(self) -> bool:
        """Whether the server of this cluster runs."""
        return self._running_pid() is not None

    def url(self, database: str) -> str:
        """The address of a database, for SQLAlchemy with psycopg."""
        return f"postgresql+psycopg://postgres@/{quote(database)}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    def create_database(self, name: str) -> bool:
        """Make a database unless it exists; whether it was made."""
        if self.query(f"SELECT 1 FROM pg_database WHERE datname = '{_plain(name)}'"):
            return False
        self.query(f'CREATE DATABASE "{_plain(name)}"')
        return True

    def query(self, sql: str, database: str = "postgres") -> str:
        """Run one statement by psql and return what it prints, unaligned and without headings."""
        command = [str(self.binaries / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(self.sockets), "-p", str(PORT), "-U", "postgres", "-d", database, "-c", sql]
        clean = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean, cwd="/")
        if done.returncode:
            raise ClusterError(f"The database refused `{sql}`: {done.stderr.strip()}")
        return done.stdout.strip()

    # Starting and stopping

    def _try_start(self, deadline: float) -> bool:
        """Start once. False means: the last server's children are still leaving its shared memory, try again."""
        self._forget_stale_pid()
        if self.log.is_file() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets)} | ({} if self.durable else UNSAFE_AND_FAST)
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            written = log.tell()
            self._server = subprocess.Popen(
                self._as_server(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for us to handle, in order
            )
        while self._server.poll() is None:
            if self._status() == "ready":
                return True
            if time.monotonic() > deadline:
                self._end(self._server.pid)
                raise ClusterError(f"PostgreSQL did not start within {START_TIMEOUT_S} s. {self._log_end(written)}")
            time.sleep(0.02)
        said = self._log_end(written)
        if SHARED_MEMORY_BUSY in said and time.monotonic() < deadline:
            return False
        raise ClusterError(f"PostgreSQL does not start. {said}")

    def _end(self, pid: int) -> None:
        """Fast shutdown, and an immediate one when that takes too long."""
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                return
            deadline = time.monotonic() + STOP_TIMEOUT_S
            while time.monotonic() < deadline:
                if self._server is not None and self._server.pid == pid:
                    gone = self._server.poll() is not None
                else:
                    gone = not _is_alive(pid)
                if gone:
                    return
                time.sleep(0.02)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []
        except PermissionError:
            owner = _name_of(self.folder.stat().st_uid)
            raise ClusterError(
                f"The database in {self.folder} belongs to the user {owner}. Start as that user or as root, "
                "or set SAFEPLACES_STATE_DIR to a folder of your own."
            ) from None

    def _status(self) -> str:
        """What the server writes into the eighth line of its pid file: "starting", "ready", "stopping"."""
        lines = self._pid_file()
        own = self._server is not None and bool(lines) and lines[0].strip() == str(self._server.pid)
        return lines[7].strip() if own and len(lines) > 7 else ""  # noqa: PLR2004 - the file's own layout

    def _running_pid(self) -> int | None:
        """The server's process, if it lives and serves this very folder (a pid may by now be another program's)."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        if not _is_alive(pid):
            return None
        words = _words_of(pid)
        return pid if words is None or os.fsencode(self.data) in words else None

    def _forget_stale_pid(self) -> None:
        """After a kill or a power cut: PostgreSQL refuses to start when the old pid now belongs to another program.

        The file is its guard against a second server on the same data, so a living PostgreSQL's file is left alone.
        """
        lines = self._pid_file()
        if lines and lines[0].strip().isdigit() and _is_alive(int(lines[0])):
            words = _words_of(int(lines[0]))
            if words is None or Path(os.fsdecode(words[0])).name in {"postgres", "postmaster"}:
                return
        for leftover in (self.data / "postmaster.pid", self.sockets / f".s.PGSQL.{PORT}.lock"):
            leftover.unlink(missing_ok=True)

    def _log_end(self, written: int) -> str:
        with self.log.open("rb") as log:
            log.seek(written)
            said = log.read().decode(errors="replace").strip()
        return f"Its log, {self.log}, ends:\n{said[-2000:]}"

    # Folders and users

    def _as_server(self, command: list[str]) -> list[str]:
        """The command as the server's user, with an empty environment, ending when we end (where setpriv exists)."""
        clean = ["env", "-i", f"PATH={os.defpath}", "LC_ALL=C.UTF-8", *command]
        setpriv = shutil.which("setpriv")
        if self.user is not None:
            if setpriv is None:
                raise ClusterError("root needs the program setpriv (Debian: package util-linux) to start PostgreSQL.")
            user = [f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--init-groups"]
            return [setpriv, *user, "--pdeathsig=INT", *clean]
        return [setpriv, "--pdeathsig=INT", *clean] if setpriv else clean

    def _reachable(self, preferred: Path) -> Path:
        """The preferred folder, or one that the server's user can reach (a clone under a closed home is not)."""
        if self.user is None:
            return preferred
        existing = next(parent for parent in preferred.parents if parent.exists())
        test = self._as_server(["test", "-x", str(existing)])
        if subprocess.run(test, check=False, cwd="/").returncode == 0:
            return preferred
        mark = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
        return FALLBACK_STATE / f"{preferred.name}-{mark}"

    def _socket_folder(self) -> Path:
        """Inside the folder when its path is short and plain enough for a socket, else a private one under /tmp."""
        inside = self.folder / "socket"
        length = len(os.fsencode(inside / f".s.PGSQL.{PORT}"))
        if length <= SOCKET_PATH_LIMIT and re.fullmatch(r"[\w./+-]+", str(inside), re.ASCII):
            return inside
        mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"safeplaces-{mark}"

    def _make_folder(self, folder: Path) -> None:
        """Make a folder that belongs to the server's user alone; refuse one that somebody else has put there."""
        owner = os.geteuid() if self.user is None else self.user.pw_uid
        for parent in reversed([parent for parent in folder.parents if not parent.exists()]):
            parent.mkdir(exist_ok=True)
            parent.chmod(0o755)  # whatever our umask says, the server's user must pass through
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
            raise ClusterError(f"{folder} belongs to somebody else. Delete it, or set SAFEPLACES_STATE_DIR to another.")
        if self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        folder.chmod(0o700)


def _server_user(folder: Path) -> pwd.struct_passwd | None:
    """The user that root gives the server to: the owner of an existing cluster, else `postgres`. None: ourselves."""
    if os.geteuid() != 0:
        return None
    data = folder / "data"
    if data.exists() and data.stat().st_uid != 0:
        try:
            return pwd.getpwuid(data.stat().st_uid)
        except KeyError as error:
            raise ClusterError(
                f"{data} belongs to a user that this machine does not know. Give it away: chown -R postgres {folder}"
            ) from error
    try:
        return pwd.getpwnam("postgres")
    except KeyError as error:
        raise BinariesMissing(
            "PostgreSQL refuses to run as root and there is no user `postgres`. Install PostgreSQL's package, or run "
            "as an ordinary user."
        ) from error


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def _words_of(pid: int) -> list[bytes] | None:
    """The command line of a process; None where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return [b""] if Path("/proc/self").exists() else None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _plain(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ValueError(f"{name!r} is not a plain database name: small letters, digits and underscores.")
    return name
