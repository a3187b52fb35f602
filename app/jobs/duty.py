"""What a worker can be given to do. Features define theirs; `app/cli/worker.py` lists them all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from app.db.sessions import WriteSession


class TryAgain(Exception):
    """Raised by a duty that could not be done now: its job waits for this long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"again in {wait.total_seconds():g} s")
        self.wait = wait


@dataclass(frozen=True)
class Backoff(BaseRetryStrategy):
    """Waits that double, and after the last attempt the job is dead: it stays in the table as `failed`.

    Attributes:
        first: the wait after the first failure.
        longest: no wait is longer.
        attempts: how often a job is tried before it is given up.
    """

    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)
    attempts: int = 20

    def wait_after(self, failures: int) -> timedelta:
        """How long to wait after so many failures, which is at least one."""
        doublings = min(failures - 1, 30)
        return min(self.longest, self.first * (1 << doublings))

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again: as the duty says, at once after a worker that was told to stop, else by the doubling."""
        if isinstance(exception, TryAgain):
            return _in(exception.wait)
        if isinstance(exception, asyncio.CancelledError):
            return _in(timedelta(0))
        if job.attempts + 1 >= self.attempts:
            return None
        return _in(self.wait_after(job.attempts + 1))


def _in(wait: timedelta) -> RetryDecision:
    return RetryDecision(retry_in={"seconds": int(wait.total_seconds())})


@dataclass(frozen=True)
class Duty:
    """A kind of work.

    Attributes:
        name: what jobs call it, such as `mail.send`.
        queue: the queue of its jobs.
        work: does one job; given the job's arguments by name. It may be done again after a worker died in the middle.
        backoff: when it is tried again.
    """

    name: str
    queue: str
    work: Callable[..., Awaitable[None]]
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True)
class PeriodicJob:
    """Work that the clock asks for, done by one worker at a time, in one transaction.

    Attributes:
        name: such as `ledger.prune`.
        cron: when, in UTC, as crontab has it: `10 3 * * *`. A worker that starts within a day makes up
            for the last time.
        work: does it; changes are recorded as the worker's.
    """

    name: str
    cron: str
    work: Callable[[WriteSession], object]
