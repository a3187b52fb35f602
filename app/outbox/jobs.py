"""Carry out the outbox: each message is handed, once, to those who asked for its topic."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from app.db.failures import translated
from app.db.sessions import WriteSession
from app.jobs import Duty
from app.outbox.queries import lock_waiting_message
from app.tables.base import now_utc

Handler = Callable[[WriteSession, dict[str, Any]], object]
"""What a feature does about a message: given its payload, in the transaction that notes it as handled."""
Handlers = Mapping[str, Sequence[Handler]]


def outbox_duty(engine: Engine, handlers: Handlers) -> Duty:
    """The duty that carries out messages.

    What the handlers of a message write is committed together with the note that it was handled, so it happens once
    however often the job is done; a handler that fails undoes them all, and the job is tried again.
    """

    def carry_out(message_id: int) -> None:
        with translated(), WriteSession(engine) as session, session.begin():
            session.record_as("worker", via="worker")
            message = lock_waiting_message(session, message_id)
            if message is None:
                return
            for handler in handlers.get(message.topic, ()):
                handler(session, message.payload)
            message.handled_at = now_utc()

    async def work(message_id: int) -> None:
        await asyncio.to_thread(carry_out, message_id)

    return Duty("outbox.carry_out", "outbox", work)
