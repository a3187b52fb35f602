"""What rows were before they were changed or deleted, so that the register can be read as it was at any moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class RowHistory(SQLModel, table=True):
    """A row of another table as it stood during [recorded_at, superseded_at). Written by triggers and by nothing else.

    `relation` is the table; `key` the id of the row, or of the place for links of places. Read through the functions
    `division_set_as_at`, `place_division_as_at`, `councillor_as_at` and `term_of_office_as_at`. Places have their
    revisions, audits are never changed. Contact facts of councillors are left out: they are not needed for the past.
    """

    __tablename__ = "row_history"
    __table_args__ = (Index("ix_row_history_key", "relation", "key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    relation: str
    key: int = Field(sa_type=BigInteger)
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    superseded_at: datetime = Field(sa_type=DateTime(timezone=True))
    snapshot: dict[str, Any] = Field(sa_type=JSONB)
