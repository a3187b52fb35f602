"""Audits: what was found at a place, and from when until when it counts."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, text
from sqlmodel import Field, SQLModel

from app.tables.base import one_of
from app.vocabulary import Verdict


class Audit(SQLModel, table=True):
    """One visit or call. It counts from `effective_at`, when a second person signed it off, and never changes after."""

    __tablename__ = "audit"
    __table_args__ = (
        one_of("verdict", [verdict.value for verdict in Verdict]),
        CheckConstraint("lower(auditor) <> lower(signed_off_by)", name="second_person"),
        CheckConstraint("valid_until > audited_on", name="valid_until"),
        CheckConstraint("effective_at IS NULL OR signed_off_by IS NOT NULL", name="signed_off"),
        Index(
            "ix_audit_newest",
            "place_id",
            text("effective_at DESC"),
            text("id DESC"),
            postgresql_where=text("effective_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    place_id: int = Field(foreign_key="place.id", sa_type=BigInteger)
    audited_on: date
    auditor: str
    verdict: str
    valid_until: date
    signed_off_by: str | None = None
    effective_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
