"""Whether somebody does the work: for readiness and for the pages of administrators."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

QUIET = timedelta(minutes=1)
"""A worker speaks every few seconds; work that is due waits no longer than one job takes."""


@dataclass(frozen=True)
class WorkerStanding:
    """When a worker was last heard of, how many jobs are due, and since when the oldest of them is."""

    seen_at: datetime | None
    due: int
    due_since: datetime | None

    def complaint(self, now: datetime | None = None) -> str | None:
        """What somebody should see to: work waits and no worker was heard of for a while."""
        now = now or datetime.now(UTC)
        if self.due_since is None or now - self.due_since < QUIET:
            return None
        if self.seen_at is not None and now - self.seen_at < QUIET:
            return None
        jobs = "1 job waits" if self.due == 1 else f"{self.due:,} jobs wait"
        return f"No worker is at work and {jobs}, mail among them perhaps. Start `safeplaces worker`."


def find_standing(session: Session) -> WorkerStanding:
    """How the work stands now."""
    row = session.connection().execute(text("SELECT seen_at, due, due_since FROM worker_standing()")).one()
    return WorkerStanding(row.seen_at, row.due, row.due_since)
