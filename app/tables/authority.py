"""Authorities: the councils that own places."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Authority(SQLModel, table=True):
    """A council, by its GSS code (Durham is E06000047)."""

    __tablename__ = "authority"
    __table_args__ = (CheckConstraint(r"code ~ '^[ENSW][0-9]{8}$'", name="code"),)

    code: str = Field(primary_key=True)
    name: str
    is_sample: bool = Field(default=False, description="Its places and people are invented; every page says so.")
