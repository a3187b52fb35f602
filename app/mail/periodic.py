"""What the worker does about messages by the clock."""

from datetime import timedelta

from app.db.sessions import WriteSession
from app.jobs import PeriodicJob
from app.mail import queries
from app.tables.base import now_utc

BODIES_KEPT = timedelta(days=7)
MESSAGES_KEPT = timedelta(days=90)
SHOWN_FOR = timedelta(days=7)


def forget_messages(session: WriteSession) -> None:
    """Empty and delete what is no longer of use: bodies after a week, the rest after ninety days."""
    now = now_utc()
    queries.wipe_bodies(session, now - BODIES_KEPT)
    queries.delete_messages(session, now - MESSAGES_KEPT, now - SHOWN_FOR)


def find_forgotten(session: WriteSession) -> None:
    """See that every message that should leave has a job: the net below everything else."""
    queries.defer_forgotten(session)


PERIODIC = (
    PeriodicJob("mail.find_forgotten", "*/5 * * * *", find_forgotten),
    PeriodicJob("mail.forget", "35 3 * * *", forget_messages),
)
