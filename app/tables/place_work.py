"""Work on places: changes that wait for a second person, merges, saved views, settings, answers kept for retries."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.tables.base import now_utc, one_of


class PlaceChange(SQLModel, table=True):
    """A change of a place that waits for a second person. The approved version stays public meanwhile.

    `facts` holds the whole draft as JSON, the private fields included; it is emptied once it is decided.
    """

    __tablename__ = "place_change"
    __table_args__ = (
        one_of("decision", ["approved", "refused", "withdrawn"]),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("decision <> 'approved' OR decided_by <> proposed_by", name="second_person"),
        Index("uq_place_change_waiting", "place_id", unique=True, postgresql_where=text("decision IS NULL")),
        Index("ix_place_change_place_id", "place_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    place_id: int = Field(foreign_key="place.id", sa_type=BigInteger)
    authority_code: str = Field(foreign_key="authority.code")
    base_version: int = Field(description="The version of the place that was being changed.")
    facts: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    reason: str | None = None
    proposed_by: str = Field(description="The actor, such as account:12.")
    proposed_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    decision_reason: str | None = None


class PlaceMerge(SQLModel, table=True):
    """A place that turned out to be the same as another: its reference leads there for ever."""

    __tablename__ = "place_merge"
    __table_args__ = (
        CheckConstraint("place_id <> into_place_id", name="not_itself"),
        Index("ix_place_merge_into_place_id", "into_place_id"),
    )

    place_id: int = Field(foreign_key="place.id", primary_key=True, sa_type=BigInteger)
    into_place_id: int = Field(foreign_key="place.id", sa_type=BigInteger)
    merged_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))
    merged_by: str
    reason: str


class IdempotentAnswer(SQLModel, table=True):
    """The answer that was given to a request with an Idempotency-Key, kept a day for whoever sends it again."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (Index("ix_idempotent_answer_created_at", "created_at"),)

    actor: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: bytes = Field(sa_type=LargeBinary)
    status: int
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))


class SavedView(SQLModel, table=True):
    """A search of the register that a person gave a name."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("uq_saved_view_name", "account_id", "name", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    name: str
    query: str = Field(description="The query string of the list, checked again each time it is used.")
    created_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))


class RegisterSetting(SQLModel, table=True):
    """A setting of one authority that administrators change while the service runs."""

    __tablename__ = "register_setting"

    authority_code: str = Field(foreign_key="authority.code", primary_key=True)
    name: str = Field(primary_key=True)
    value: Any = Field(sa_type=JSONB)
    changed_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))
