"""Messages queued in the transaction of the change that causes them."""

from app.outbox.rules import queue_message

__all__ = ["queue_message"]
