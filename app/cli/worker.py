"""`safeplaces worker`: sends mail, carries out the outbox, and does what the clock asks for."""

import asyncio
import logging
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Engine

from app.cli.database import settings_from_environment
from app.db.sessions import make_engine
from app.http.logs import configure_logs
from app.jobs import Duty, PeriodicJob
from app.jobs.worker import Pace, run_worker
from app.mail import periodic as mail_periodic
from app.mail.sending import mail_duty
from app.mail.ways_out import choose_way_out
from app.outbox.jobs import Handlers, outbox_duty
from app.people import retention
from app.settings import Settings

worker_app = typer.Typer(invoke_without_command=True, help="Send mail and do what else is due, until it is stopped.")

HANDLERS: Handlers = {}
"""What is done about messages of the outbox, by topic. A topic that nobody asks for is noted as handled."""
PERIODIC: tuple[PeriodicJob, ...] = (*mail_periodic.PERIODIC, *retention.PERIODIC)
"""What the clock asks for. A feature adds its own here."""
TELLTALE_LIBRARIES = ("procrastinate", "notifications_python_client", "aiosmtplib")
"""They log the messages of errors, which may repeat addresses; what matters of them we log ourselves."""


@worker_app.callback()
def worker(
    *,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Jobs that it does at the same time.")] = 4,
    heartbeat: Annotated[
        float,
        typer.Option(min=0.1, max=60, help="Seconds between its signs of life; after four without, it is dead."),
    ] = 5.0,
    retry_after: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds before a message is tried again; they double each time.")
    ] = 5.0,
) -> None:
    """Send mail and do what else is due, until SIGTERM or Ctrl-C; it finishes what it has begun.

    Several workers may run, on several machines. See docs/mail.md.
    """
    settings = settings_from_environment()
    configure_logs()
    for name in TELLTALE_LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    console = Console(stderr=True, highlight=False)
    engine = make_engine(settings)
    duties = _duties(engine, settings, timedelta(seconds=retry_after), console)
    pace = Pace(at_once=at_once, heartbeat_s=heartbeat)
    try:
        asyncio.run(run_worker(engine, duties, PERIODIC, pace, lambda: console.print("The worker is at work.")))
    finally:
        engine.dispose()


def _duties(engine: Engine, settings: Settings, first_wait: timedelta, console: Console) -> list[Duty]:
    duties = [outbox_duty(engine, HANDLERS)]
    way_out = choose_way_out(settings)
    if way_out is None:
        console.print("No way out for mail is set up, so mail waits. Set SAFEPLACES_SMTP_HOST (docs/mail.md).")
    else:
        duties.append(mail_duty(engine, way_out, first_wait=first_wait))
    return duties
