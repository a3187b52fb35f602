"""Statements on messages."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.db.sessions import WriteSession

_QUEUE = text(
    "SELECT queue_mail_message(:to, :subject, :text, :html, :kind, :dedupe_key, CAST(:lifetime AS interval), :priority)"
)


def insert_message(session: WriteSession, *, lifetime: timedelta, **values: Any) -> int | None:  # noqa: ANN401 - text and a number
    """Add a message and the job that sends it; its number, or None where its kind and key were there before."""
    found: int | None = session.connection().execute(_QUEUE, values | {"lifetime": lifetime}).scalar()
    return found
