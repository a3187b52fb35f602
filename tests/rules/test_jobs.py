"""Jobs: waits that double, periodic work, the outbox carried out once, and whether a worker works."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate.jobs import Job
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, create_engine, text

from app.db.sessions import WriteSession
from app.jobs import Backoff, Duty, PeriodicJob, TryAgain
from app.jobs.standing import WorkerStanding, find_standing
from app.jobs.worker import Pace, make_app
from app.outbox import queue_message
from app.outbox.jobs import outbox_duty
from tests.apart import run_apart

LEAP_DAYS = [int(datetime(year, 2, 29, tzinfo=UTC).timestamp()) for year in (2024, 2028)]
"""Midnights that no worker makes up for by itself while a test runs."""
NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)


@pytest.fixture
def own_engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def values(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(statement)).scalars())


def work_off(engine: Engine, duties: list[Duty], periodic: tuple[PeriodicJob, ...] = ()) -> None:
    """Have procrastinate's own worker do what is due, in four rounds: what failed waits for the next."""
    app = make_app(engine, duties, periodic)

    async def run() -> None:
        async with app.open_async():
            for _ in range(4):
                await app.run_worker_async(
                    wait=False, listen_notify=False, install_signal_handlers=False, delete_jobs="successful"
                )

    run_apart(run())


# Waits


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=1))
    waits = [backoff.wait_after(failures).total_seconds() for failures in (1, 2, 3, 4, 5, 100)]
    assert waits == [5, 10, 20, 40, 60, 60]


@pytest.mark.parametrize(("attempts", "again"), [(0, True), (1, True), (2, False)])
def test_a_job_is_dead_after_its_last_attempt(attempts: int, *, again: bool) -> None:
    job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
    decision = Backoff(attempts=3).get_retry_decision(exception=ValueError(), job=job)
    assert (decision is not None) is again
    assert Backoff(attempts=3).get_retry_decision(exception=TryAgain(timedelta(0)), job=job), "the duty knows better"


# The outbox


def announce(engine: Engine, *topics: str) -> None:
    with WriteSession(engine) as session, session.begin():
        for topic in topics:
            queue_message(session, topic, {"topic": topic})


def test_each_message_is_handed_to_those_who_asked(own_engine: Engine) -> None:
    heard: list[str] = []

    def hear(who: str) -> Callable[[WriteSession, dict[str, Any]], None]:
        return lambda _, payload: heard.append(f"{who}: {payload['topic']}")

    handlers = {"place.listed": (hear("a"), hear("b")), "place.withdrawn": (hear("a"),)}
    announce(own_engine, "place.listed", "of.no.interest")
    work_off(own_engine, [outbox_duty(own_engine, handlers)])
    assert heard == ["a: place.listed", "b: place.listed"]
    assert values(own_engine, "SELECT handled_at IS NOT NULL FROM outbox_message") == [True, True]
    assert values(own_engine, "SELECT count(*) FROM procrastinate_jobs") == [0]
    work_off(own_engine, [outbox_duty(own_engine, handlers)])
    assert len(heard) == 2


def test_a_message_of_a_change_that_failed_has_no_job(own_engine: Engine) -> None:
    with WriteSession(own_engine) as session:
        queue_message(session, "place.listed", {})
        session.rollback()
    assert values(own_engine, "SELECT count(*) FROM procrastinate_jobs") == [0]


def test_a_handler_that_fails_undoes_all_and_is_tried_again(own_engine: Engine) -> None:
    calls: list[str] = []

    def write(session: WriteSession, _: dict[str, Any]) -> None:
        calls.append("write")
        session.connection().execute(
            text("INSERT INTO authority (code, name, is_sample) VALUES ('E06000001', 'Written', false)")
        )

    def fail(_: WriteSession, __: dict[str, Any]) -> None:
        if calls.count("write") < 2:
            raise RuntimeError("not this time")

    announce(own_engine, "place.listed")
    duty = outbox_duty(own_engine, {"place.listed": (write, fail)})
    work_off(own_engine, [Duty(duty.name, duty.queue, duty.work, Backoff(first=timedelta(0)))])
    assert calls == ["write", "write"]
    assert values(own_engine, "SELECT name FROM authority") == ["Written"]
    assert values(own_engine, "SELECT handled_at IS NOT NULL FROM outbox_message") == [True]


def test_a_job_that_always_fails_stays_as_dead(own_engine: Engine) -> None:
    async def fail(message_id: int) -> None:
        raise RuntimeError(f"never, {message_id}")

    announce(own_engine, "place.listed")
    work_off(own_engine, [Duty("outbox.carry_out", "outbox", fail, Backoff(first=timedelta(0), attempts=3))])
    assert values(own_engine, "SELECT status || ' ' || attempts FROM procrastinate_jobs") == ["failed 3"]
    assert values(own_engine, "SELECT handled_at FROM outbox_message") == [None]


# By the clock


def test_periodic_work_is_done_once_for_each_time_in_one_transaction(own_engine: Engine) -> None:
    def work(session: WriteSession) -> None:
        actor = session.connection().execute(text("SELECT current_setting('safeplaces.actor')")).scalar_one()
        session.connection().execute(
            text(
                "INSERT INTO authority (code, name, is_sample)"
                " SELECT 'E0600000' || count(*), :actor, false FROM authority"
            ),
            {"actor": actor},
        )

    app = make_app(own_engine, [], [PeriodicJob("test.leap_day", "0 0 29 2 *", work)])
    task = app.periodic_registry.periodic_tasks["test.leap_day", ""].task

    async def defer_and_work() -> None:
        async with app.open_async():
            for midnight in (LEAP_DAYS[0], *LEAP_DAYS):  # two workers ask for the same midnight
                job = task.configure(task_kwargs={"timestamp": midnight}).job
                await app.job_manager.defer_periodic_job(job=job, periodic_id="", defer_timestamp=midnight)
                await app.run_worker_async(
                    queues=["periodic"], wait=False, listen_notify=False, install_signal_handlers=False
                )

    run_apart(defer_and_work())
    assert values(own_engine, "SELECT name FROM authority") == ["worker", "worker"]


# Whether somebody works


@pytest.mark.parametrize(
    ("seen_before_s", "due", "due_before_s", "complains"),
    [
        (None, 0, None, False),
        (None, 1, 10, False),
        (None, 1, 90, True),
        (5, 300, 90, False),
        (3600, 2, 90, True),
        (3600, 0, None, False),
    ],
)
def test_who_waits_for_whom(seen_before_s: int | None, due: int, due_before_s: int | None, *, complains: bool) -> None:
    def ago(seconds: int | None) -> datetime | None:
        return None if seconds is None else NOW - timedelta(seconds=seconds)

    complaint = WorkerStanding(ago(seen_before_s), due, ago(due_before_s)).complaint(NOW)
    assert (complaint is not None) is complains
    if complaint:
        assert "safeplaces worker" in complaint


def test_the_standing_is_read_from_the_jobs(session: WriteSession) -> None:
    assert find_standing(session).due == 0
    queue_message(session, "place.listed", {})
    session.connection().execute(text("UPDATE procrastinate_events SET at = now() - interval '5 minutes'"))
    standing = find_standing(session)
    assert standing.due == 1
    assert standing.complaint()
    session.connection().execute(text("SELECT procrastinate_register_worker_v1()"))
    assert find_standing(session).complaint() is None


def test_a_dead_worker_is_missed_before_readiness_complains() -> None:
    assert timedelta(seconds=Pace().dead_after_s) < timedelta(minutes=1)


def test_the_job_library_has_the_tables_that_our_migration_installed() -> None:
    """A version of it with new tables needs a migration of ours: docs/decisions/0008-jobs-in-postgresql.md."""
    newest = max(path.name for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    assert newest == "03.04.00_50_post_add_retry_failed_job_procedure.sql"
