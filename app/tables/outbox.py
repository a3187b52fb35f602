"""Messages that leave the register, written in the transaction of the change that causes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.tables.base import now_utc


class OutboxMessage(SQLModel, table=True):
    """A message to be carried out later. `handled_at` is empty until it has been."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_waiting", "id", postgresql_where=text("handled_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    topic: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(
        default_factory=now_utc, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    handled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
