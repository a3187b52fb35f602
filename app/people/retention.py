"""What is forgotten when its time is over: docs/personal-data.md has the list."""

from datetime import timedelta

from sqlalchemy import text

from app.db.sessions import WriteSession
from app.jobs import PeriodicJob
from app.mail import queries as mail
from app.mail.periodic import BODIES_KEPT, MESSAGES_KEPT, SHOWN_FOR
from app.tables.base import now_utc

_TABLES = ("sign_in_session", "sign_in_link", "sign_in_attempt", "known_browser", "idempotent_answer", "mail_message")


def prune(session: WriteSession, mail_kept: timedelta = MESSAGES_KEPT) -> dict[str, int]:
    """Delete what is no longer needed; how many rows went, by table. Only of mail may another time be asked for."""
    before = _count(session)
    now = now_utc()
    connection = session.connection()
    connection.execute(text("SELECT prune_sign_ins()"))
    connection.execute(text("SELECT prune_idempotent_answers()"))
    mail.wipe_bodies(session, now - min(BODIES_KEPT, mail_kept))
    mail.delete_messages(session, now - mail_kept, now - min(SHOWN_FOR, mail_kept))
    after = _count(session)
    return {table: before[table] - after[table] for table in _TABLES}


def _count(session: WriteSession) -> dict[str, int]:
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in _TABLES)  # our own names
    return dict(session.connection().execute(text(f"SELECT {counts}")).mappings().one())


def _prune_daily(session: WriteSession) -> None:
    prune(session)


PERIODIC = (PeriodicJob("people.prune", "50 3 * * *", _prune_daily),)
