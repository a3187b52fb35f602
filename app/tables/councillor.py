"""Councillors and the terms for which they hold a seat."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, func, literal_column
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from app.tables.base import recorded_at


class Councillor(SQLModel, table=True):
    """A person who is or was an elected member of an authority. The contact facts are the public ones."""

    __tablename__ = "councillor"
    __table_args__ = (Index("ix_councillor_authority_code", "authority_code"),)

    id: int | None = Field(default=None, primary_key=True)
    authority_code: str = Field(foreign_key="authority.code")
    name: str
    party: str | None = None
    email: str | None = None
    phone: str | None = None
    recorded_at: datetime | None = recorded_at()


class TermOfOffice(SQLModel, table=True):
    """A councillor in one seat of one division during [starts_on, ends_on). A seat has one holder at a time."""

    __tablename__ = "term_of_office"
    __table_args__ = (
        CheckConstraint("seat BETWEEN 1 AND 3", name="seat"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="period"),
        ExcludeConstraint(
            (Column("division_id"), "="),
            (Column("seat"), "="),
            (func.daterange(Column("starts_on"), Column("ends_on"), literal_column("'[)'")), "&&"),
            using="gist",
            name="ex_term_of_office_seat",
        ),
        Index("ix_term_of_office_councillor_id", "councillor_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    councillor_id: int = Field(foreign_key="councillor.id")
    division_id: int = Field(foreign_key="division.id")
    seat: int = Field(sa_type=SmallInteger)
    starts_on: date
    ends_on: date | None = None
    recorded_at: datetime | None = recorded_at()
