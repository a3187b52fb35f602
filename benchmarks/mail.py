"""How fast the worker sends, and what a message adds to its transaction. The database is durable, as a real one is."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from app.db.sessions import WriteSession, make_engine
from app.mail.rules import queue_mail
from app.settings import Settings
from app.tables import Account, Authority
from benchmarks.measure import ROOT, free_port
from scripts.local.postgis import Cluster

MESSAGES = 400
TRANSACTIONS = 300
ADDRESS = "{}@example.org"


def main() -> None:
    """Measure both and print them."""
    with tempfile.TemporaryDirectory(prefix="safeplaces-benchmark-") as name, sink() as port:
        Path(name).chmod(0o755)
        cluster = Cluster(Path(name) / "postgres")
        try:
            cluster.create()
            cluster.start()
            cluster.create_database("benchmark")
            url = cluster.url("benchmark")
            run("-m", "alembic", "upgrade", "head", DATABASE_URL=url)
            engine = make_engine(Settings.model_validate({"DATABASE_URL": url}))
            rows = [*transactions(engine), *deliveries(engine, url, port)]
            engine.dispose()
        finally:
            cluster.destroy()
    table = Table("what", "result", title="Mail")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def sink() -> Iterator[int]:
    """A mail server that takes everything, as a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        server.kill()
        server.wait()


def run(*arguments: str, **environment: str) -> None:
    """Run a Python program of ours to its end."""
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=True,
        capture_output=True,
    )


def transactions(engine: Engine) -> Iterator[tuple[str, str]]:
    """The same small change with and without a message, in turns."""
    with WriteSession(engine) as session, session.begin():
        session.add(Authority(code="E06000047", name="County Durham"))
        session.flush()
        session.add(Account(authority_code="E06000047", role="officer", name="Jo", email=ADDRESS.format("jo")))
    took: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * TRANSACTIONS):
        with_mail = bool(number % 2)
        began = time.perf_counter()
        with WriteSession(engine) as session, session.begin():
            session.record_as("benchmark", via="cli")
            session.connection().execute(text("UPDATE account SET signed_in_at = clock_timestamp()"))
            if with_mail:
                queue_mail(session, to=ADDRESS.format("jo"), subject="A message", text="Read this.", kind="notice")
        took[with_mail].append(time.perf_counter() - began)
    without, with_it = median(took[False]), median(took[True])
    yield "a small change", f"{without * 1000:.2f} ms (median)"
    yield "the same with a message", f"{with_it * 1000:.2f} ms, {with_it / without:.2f} times as long"


def deliveries(engine: Engine, url: str, port: int) -> Iterator[tuple[str, str]]:
    """The rate of one worker, from the first message that it sends to the last."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE mail_message, procrastinate_jobs CASCADE"))
    with WriteSession(engine) as session, session.begin():
        for number in range(MESSAGES):
            queue_mail(
                session,
                to=ADDRESS.format(f"person{number}"),
                subject="A message",
                text="Read this.\n" * 20,
                kind="notice",
            )
    settings = {
        "DATABASE_URL": url,
        "SAFEPLACES_SMTP_HOST": "127.0.0.1",
        "SAFEPLACES_SMTP_PORT": str(port),
        "SAFEPLACES_SMTP_TLS": "none",
        "SAFEPLACES_SMTP_SENDER": ADDRESS.format("register"),
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **settings},
        stderr=subprocess.DEVNULL,
    )
    try:
        while sent(engine) < MESSAGES:
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait()
    with engine.connect() as connection:
        seconds = connection.execute(
            text("SELECT extract(epoch FROM max(settled_at) - min(claimed_at)) FROM mail_message")
        ).scalar_one()
    yield f"{MESSAGES} messages by one worker, four at once", f"{MESSAGES / float(seconds):.0f} messages/s"


def sent(engine: Engine) -> int:
    """How many messages have left."""
    with engine.connect() as connection:
        asked = text("SELECT count(*) FROM mail_message WHERE state = 'sent'")
        return int(connection.execute(asked).scalar_one())


if __name__ == "__main__":
    main()
