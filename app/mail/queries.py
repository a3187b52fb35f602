"""Statements on messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session, select

from app.db.sessions import WriteSession
from app.tables.mail import MailMessage

_QUEUE = text(
    "SELECT queue_mail_message(:to, :subject, :text, :html, :kind, :dedupe_key, CAST(:lifetime AS interval), :priority)"
)


def insert_message(session: WriteSession, *, lifetime: timedelta, **values: Any) -> int | None:  # noqa: ANN401 - text and a number
    """Add a message and the job that sends it; its number, or None where its kind and key were there before."""
    found: int | None = session.connection().execute(_QUEUE, values | {"lifetime": lifetime}).scalar()
    return found


def lock_message(session: WriteSession, message_id: int) -> MailMessage | None:
    """A message, locked for this transaction, as it is now."""
    return session.exec(select(MailMessage).where(MailMessage.id == message_id).with_for_update()).one_or_none()


def defer_forgotten(session: WriteSession) -> int:
    """Give a job to every message that should leave and has none; how many those were."""
    return len(session.connection().execute(_DEFER).all())


def list_messages(session: Session, authority_code: str, limit: int) -> Sequence[Row[Any]]:
    """How messages of an authority stand: the newest, and whatever is not settled well, however old. Never a body."""
    return session.connection().execute(_LIST, {"authority": authority_code, "limit": limit}).all()


def count_messages(session: Session, authority_code: str) -> int:
    """How many messages of an authority there are."""
    return int(session.connection().execute(_COUNT, {"authority": authority_code}).scalar_one())


def settle_message(session: Session, message_id: int, *, again: bool, actor: str) -> bool:
    """Have an ended message sent again, or note that it arrived; False where the database refuses."""
    values = {"id": message_id, "again": again, "actor": actor}
    return bool(session.connection().execute(_SETTLE, values).scalar_one())


def list_kept(session: Session) -> Sequence[Row[Any]]:
    """What development's viewer shows, the newest first."""
    return session.connection().execute(_KEPT).all()


def wipe_bodies(session: WriteSession, before: datetime) -> None:
    """Empty messages that failed or are in doubt and that nobody has dealt with in time."""
    session.connection().execute(_WIPE, {"before": before})


def delete_messages(session: WriteSession, settled_before: datetime, kept_before: datetime) -> None:
    """Forget messages that were settled long ago, and what the viewer has shown for a while."""
    session.connection().execute(_DELETE, {"settled": settled_before, "kept": kept_before})


_DEFER = text("""
    SELECT defer_job('mail', 'mail.send', jsonb_build_object('message_id', message.id))
    FROM mail_message AS message
    WHERE message.state IN ('waiting', 'claimed', 'handing_over')
      AND coalesce(message.claimed_at, message.created_at) < now() - interval '5 minutes'
      AND NOT EXISTS (
          SELECT FROM procrastinate_jobs AS job
          WHERE job.queue_name = 'mail' AND job.status IN ('todo', 'doing')
            AND job.args @> jsonb_build_object('message_id', message.id))
""")
_LIST = text("""
    SELECT id, kind, to_address, state, attempts, answer, created_at, settled_at, decided_by
    FROM mail_message
    WHERE authority_code = :authority
    ORDER BY state IN ('uncertain', 'failed') DESC, id DESC LIMIT :limit
""")
_COUNT = text("SELECT count(*) FROM mail_message WHERE authority_code = :authority")
_SETTLE = text("SELECT settle_mail_message(:id, :again, :actor)")
_KEPT = text("SELECT id, to_address, subject, text, created_at FROM kept_mail_messages()")
_WIPE = text("""
    UPDATE mail_message SET subject = NULL, text = NULL, html = NULL
    WHERE state IN ('failed', 'uncertain') AND settled_at < :before AND num_nonnulls(subject, text, html) > 0
""")
_DELETE = text("""
    DELETE FROM mail_message
    WHERE (state IN ('sent', 'failed', 'uncertain') AND settled_at < :settled)
       OR (state = 'kept' AND settled_at < :kept)
""")
