"""How a worker runs: procrastinate's, which takes over jobs of dead workers and outlives an absence of the database."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic

import structlog
from procrastinate import App, JobContext, PsycopgConnector, exceptions
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.worker import Worker
from psycopg import OperationalError
from sqlalchemy import Engine

from app.db.failures import translated
from app.db.sessions import WriteSession
from app.errors import DatabaseUnavailable
from app.jobs.duty import Duty, PeriodicJob, TryAgain
from app.jobs.patience import PatientJobs, is_absence

log = structlog.get_logger(__name__)

PERIODIC_QUEUE = "periodic"
MADE_UP_FOR_S = 24 * 3600
POLL_S = 1.0
"""New jobs are told of at once; those that wait for another attempt are found by asking."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
DEAD_JOBS_KEPT_HOURS = 90 * 24
TAKEN_OVER_AT_MOST = 30
"""A job whose workers keep dying is dead: it may be what kills them."""


@dataclass(frozen=True)
class Pace:
    """How a worker works.

    Attributes:
        at_once: jobs that it does at the same time.
        heartbeat_s: how often it says that it lives.
        stop_s: how long it may finish what it does when it is told to stop.
    """

    at_once: int = 4
    heartbeat_s: float = 5.0
    stop_s: float = 10.0

    @property
    def dead_after_s(self) -> float:
        """A worker that was not heard of for so long is taken for dead, and its jobs are done by others."""
        return 4 * self.heartbeat_s


async def run_worker(
    engine: Engine, duties: Sequence[Duty], periodic: Sequence[PeriodicJob], pace: Pace, ready: Callable[[], None]
) -> None:
    """Do the duties until SIGTERM or SIGINT; while the database is away, wait for it.

    Args:
        engine: the database, as the owner of its tables.
        duties: kinds of work; jobs in queues of other kinds are left alone.
        periodic: work that the clock asks for.
        pace: how.
        ready: called whenever the worker begins to work.
    """
    stop = asyncio.Event()
    pause = FIRST_PAUSE_S
    with _told_to_stop(stop):
        while not stop.is_set():
            began = monotonic()
            try:
                await _live(make_app(engine, duties, periodic), duties, pace, stop, ready)
            except (exceptions.ConnectorException, DatabaseUnavailable, OperationalError) as error:
                if not is_absence(error):
                    raise
            if stop.is_set():
                return
            pause = FIRST_PAUSE_S if monotonic() - began > LONGEST_PAUSE_S else min(LONGEST_PAUSE_S, pause * 2)
            log.warning("the worker lost the database", again_in_s=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


@contextmanager
def _told_to_stop(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _live(app: App, duties: Sequence[Duty], pace: Pace, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """One life of a worker: until it is told to stop or loses the database."""
    worker = Worker(
        app=app,
        queues=sorted({duty.queue for duty in duties} | {PERIODIC_QUEUE}),
        concurrency=pace.at_once,
        fetch_job_polling_interval=POLL_S,
        delete_jobs=DeleteJobCondition.SUCCESSFUL,
        install_signal_handlers=False,
        update_heartbeat_interval=pace.heartbeat_s,
        stalled_worker_timeout=pace.dead_after_s,
    )
    try:
        if not await _opened(app, stop):
            return
        taking_over = asyncio.create_task(_take_over(app, pace))
        stopping = asyncio.create_task(_stop_when_told(worker, pace, stop))
        running = asyncio.create_task(worker.run())
        ready()
        await asyncio.wait([running, taking_over], return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        for beside in (taking_over, stopping):
            beside.cancel()
        ends = await asyncio.gather(running, taking_over, stopping, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end
    finally:
        await app.close_async()


async def _opened(app: App, stop: asyncio.Event) -> bool:
    """Connect, unless the worker is told to stop before the database answers."""

    async def connect() -> None:
        await app.open_async()

    opening, told = asyncio.create_task(connect()), asyncio.create_task(stop.wait())
    await asyncio.wait([opening, told], return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not opening.done():
        opening.cancel()
        return False
    await opening
    return True


async def _stop_when_told(worker: Worker, pace: Pace, stop: asyncio.Event) -> None:
    await stop.wait()
    worker.shutdown_graceful_timeout = pace.stop_s
    worker.stop()


async def _take_over(app: App, pace: Pace) -> None:
    """Put jobs of dead workers back into their queues, for ever."""
    jobs = app.job_manager
    while True:
        await jobs.prune_stalled_workers(pace.dead_after_s)
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=pace.dead_after_s):
            if job.attempts >= TAKEN_OVER_AT_MOST:
                log.error("a job is given up: its workers died", job=job.id, duty=job.task_name)
                await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
            else:
                log.warning("a job of a dead worker is done again", job=job.id, duty=job.task_name)
                await jobs.retry_job(job)
        await asyncio.sleep(pace.heartbeat_s)


def make_app(engine: Engine, duties: Sequence[Duty], periodic: Sequence[PeriodicJob]) -> App:
    """The application of procrastinate with everything that this worker can do."""
    connector = PsycopgConnector(
        conninfo=engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        min_size=1,
        max_size=4,
        timeout=5,
        kwargs={"connect_timeout": 5, "application_name": "safeplaces worker"},
    )
    app = App(connector=connector, periodic_defaults={"max_delay": MADE_UP_FOR_S})
    app.job_manager = PatientJobs(connector=connector)
    for duty in duties:
        app.task(name=duty.name, queue=duty.queue, retry=duty.backoff, pass_context=True)(_told(duty))
    for job in periodic:
        _add_periodic(app, job.name, job.cron, _in_one_transaction(engine, job))
    _add_periodic(app, "jobs.prune", "20 3 * * *", partial(_prune, app))
    return app


def _told(duty: Duty) -> Callable[..., Awaitable[None]]:
    """The duty, with its faults told in our log, which repeats no value of theirs."""

    async def do(context: JobContext, **arguments: object) -> None:
        try:
            await duty.work(**arguments)
        except TryAgain:
            raise
        except Exception as error:
            again = duty.backoff.get_retry_decision(exception=error, job=context.job) is not None
            tell = log.warning if again else log.error
            what = "a job failed and is tried again" if again else "a job is given up"
            tell(what, job=context.job.id, duty=duty.name, exc_info=error)
            raise

    return do


def _add_periodic(app: App, name: str, cron: str, work: Callable[[], Awaitable[None]]) -> None:
    async def do(timestamp: int) -> None:
        del timestamp  # for what moment it was asked for
        await work()

    duty = Duty(name=name, queue=PERIODIC_QUEUE, work=do)
    task = app.task(
        name=name, queue=PERIODIC_QUEUE, retry=duty.backoff, lock=name, queueing_lock=name, pass_context=True
    )(_told(duty))
    app.periodic(cron=cron)(task)


def _in_one_transaction(engine: Engine, job: PeriodicJob) -> Callable[[], Awaitable[None]]:
    def once() -> None:
        with translated(), WriteSession(engine) as session, session.begin():
            session.record_as("worker", via="worker", reason=job.name)
            job.work(session)

    return partial(asyncio.to_thread, once)


async def _prune(app: App) -> None:
    await app.job_manager.delete_old_jobs(
        nb_hours=DEAD_JOBS_KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
