"""What a worker does when the database goes away: it waits, since what it knows is written nowhere else."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import structlog
from procrastinate import exceptions, jobs
from procrastinate.manager import JobManager
from psycopg import InterfaceError, OperationalError

from app.errors import DatabaseUnavailable

T = TypeVar("T")

log = structlog.get_logger(__name__)

LONGEST_WAIT_S = 5.0
FIRST_WAIT_S = 0.1


async def patiently(attempt: Callable[[], Awaitable[T]]) -> T:
    """Do something with the database, again and again while it does not answer; only a cancellation ends that."""
    wait = FIRST_WAIT_S
    while True:
        try:
            return await attempt()
        except (DatabaseUnavailable, exceptions.ConnectorException) as error:
            if not is_absence(error):
                raise
            log.warning("the database does not answer", again_in_s=wait)
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT_S, wait * 2)


def is_absence(error: Exception) -> bool:
    """Whether an error says that the database cannot be reached, and not that it refuses something."""
    absent = (DatabaseUnavailable, OperationalError, InterfaceError)
    return isinstance(error, absent) or isinstance(error.__cause__, absent)


class PatientJobs(JobManager):
    """The library's job manager, with endings of jobs that are not lost while the database restarts.

    Its own would leave the job with a worker that has long done it, for as long as that worker lives.
    """

    async def finish_job(self, job: jobs.Job, status: jobs.Status, delete_job: bool) -> None:  # noqa: FBT001 - theirs
        """Note that a job has ended; nothing to note where somebody else has ended it since."""
        ended = super().finish_job
        await self._note(lambda: ended(job=job, status=status, delete_job=delete_job))

    async def retry_job(
        self,
        job: jobs.Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Note that a job waits for another attempt."""
        again = super().retry_job
        await self._note(lambda: again(job=job, retry_at=retry_at, priority=priority, queue=queue, lock=lock))

    async def _note(self, attempt: Callable[[], Awaitable[Any]]) -> None:
        try:
            await patiently(attempt)
        except exceptions.ConnectorException:
            log.warning("a job was taken over by another worker")
