"""Queue a message: it is kept if and only if the change that it tells of is committed."""

from typing import Any

from app.db.sessions import WriteSession
from app.tables.outbox import OutboxMessage


def queue_message(session: WriteSession, topic: str, payload: dict[str, Any]) -> OutboxMessage:
    """Add a message to the outbox in the caller's transaction.

    Args:
        session: the transaction of the change.
        topic: what happened, as concept.event: `division_set.activated`, `place.listed`.
        payload: JSON facts; identifiers rather than copies, never private facts.
    """
    message = OutboxMessage(topic=topic, payload=payload)
    session.add(message)
    session.flush()
    return message
