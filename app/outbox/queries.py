"""Statements on the outbox."""

from sqlmodel import col, select

from app.db.sessions import WriteSession
from app.tables.outbox import OutboxMessage


def lock_waiting_message(session: WriteSession, message_id: int) -> OutboxMessage | None:
    """A message that was not handled yet, locked for this transaction; None where it was or is gone."""
    waiting = select(OutboxMessage).where(OutboxMessage.id == message_id, col(OutboxMessage.handled_at).is_(None))
    return session.exec(waiting.with_for_update()).one_or_none()
