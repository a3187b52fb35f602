"""Postcode units with their positions."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, SmallInteger
from sqlmodel import Field, SQLModel

from app.tables.base import geometry


class PostcodeUnit(SQLModel, table=True):
    """A postcode unit ("DH1 1AA", one space) at its Code-Point position, with the official codes that come with it."""

    __tablename__ = "postcode_unit"
    __table_args__ = (
        CheckConstraint("postcode ~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$'", name="postcode"),
        Index("ix_postcode_unit_location", "location", postgresql_using="gist"),
        Index("ix_postcode_unit_division_code", "division_code"),
    )

    postcode: str = Field(primary_key=True)
    easting: int
    northing: int
    location: Any = Field(sa_type=geometry("POINT"))
    quality: int | None = Field(
        default=None, sa_type=SmallInteger, description="Code-Point positional quality, 10 best."
    )
    division_code: str | None = None
    district_code: str | None = None
    source: str
