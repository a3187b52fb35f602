"""What tests of the worker share: a mail server and workers as processes, and a database to look into."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from app.db.sessions import WriteSession
from app.mail.rules import queue_mail
from tests.browsing import free_port

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 90.0


def wait_for(what: str, found: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:  # noqa: ANN401 - as found
    """What `found` returns as soon as that is true."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.02)
    return pytest.fail(f"waited {within_s:g} s for: {what}")


class MailServer:
    """`tests/local/mail_server.py`, running or not."""

    def __init__(self, folder: Path, *secure: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._secure = secure
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.local.mail_server", str(self.port), str(self.folder), *self._secure],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def have(self, name: str, *lines: str) -> None:
        """Have it misbehave, as its documentation says."""
        (self.folder / name).write_text("\n".join(lines))

    def have_not(self, name: str) -> None:
        (self.folder / name).unlink()

    def seen(self, step: str) -> int:
        """How often a step was reached."""
        path = self.folder / "seen"
        return path.read_text().splitlines().count(step) if path.exists() else 0

    def received(self) -> list[dict[str, Any]]:
        """The messages that it took responsibility for."""
        path = self.folder / "received"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def settings(self) -> dict[str, str]:
        return {
            "SAFEPLACES_SMTP_HOST": "127.0.0.1",
            "SAFEPLACES_SMTP_PORT": str(self.port),
            "SAFEPLACES_SMTP_TLS": "none",
            "SAFEPLACES_SMTP_SENDER": "register@safeplaces.example",
        }


class Worker:
    """`safeplaces worker` as a process of its own."""

    def __init__(self, url: str, folder: Path, **settings: str) -> None:
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SAFEPLACES_")}
        self._said = (folder / "worker.log").open("a+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "worker", "--heartbeat=0.3", "--retry-after=1"],
            cwd=ROOT,
            env=surroundings | {"DATABASE_URL": url} | settings,
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
        )

    def said(self) -> str:
        self._said.seek(0)
        return self._said.read().decode()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self, within_s: float = 20) -> int:
        """Tell it to stop, as an operator would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)


class Post:
    """A database with mail in it, a mail server, and workers: what a test plays with."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.server = MailServer(folder)
        self.engine: Engine = create_engine(url, poolclass=NullPool)
        self.workers: list[Worker] = []

    def worker(self, **settings: str) -> Worker:
        self.workers.append(Worker(self.url, self.folder, **(self.server.settings() | settings)))
        return self.workers[-1]

    def queue(self, number: int = 1, *, kind: str = "notice") -> None:
        """Queue so many messages, each in a transaction of its own."""
        for index in range(number):
            with WriteSession(self.engine) as session, session.begin():
                queue_mail(
                    session, to=f"person{index}@example.org", subject=f"Message {index}", text="Read this.", kind=kind
                )

    def states(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(text("SELECT state FROM mail_message ORDER BY id")).scalars())

    def jobs(self) -> int:
        """Jobs of mail that are waiting or in hand."""
        with self.engine.connect() as connection:
            asked = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'mail' AND status IN ('todo', 'doing')"
            return int(connection.execute(text(asked)).scalar_one())

    @contextmanager
    def holding(self, lock: str) -> Iterator[Connection]:
        """Hold rows, so that a worker that wants to write them stands still at that very statement."""
        with self.engine.connect() as connection, connection.begin():
            connection.execute(text(lock))
            yield connection

    def waits_for_a_lock(self) -> bool:
        with self.engine.connect() as connection:
            asked = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            return bool(connection.execute(text(asked)).scalar_one())

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        self.server.stop()
        self.engine.dispose()

    def ids(self) -> list[str]:
        """The Message-IDs that the database says its messages have."""
        with self.engine.connect() as connection:
            tokens = connection.execute(text("SELECT token FROM mail_message ORDER BY id")).scalars()
            return [f"<{token}@safeplaces.example>" for token in tokens]
