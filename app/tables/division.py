"""Division sets, their divisions, and the subdivided copy that point look-ups run on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Index, SmallInteger, UniqueConstraint, func, literal_column
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from app.tables.base import geometry, now_utc, one_of, recorded_at
from app.vocabulary import DivisionSetStatus


class DivisionSet(SQLModel, table=True):
    """One authority's electoral divisions in force during [valid_from, valid_to). Active sets never overlap in time."""

    __tablename__ = "division_set"
    __table_args__ = (
        one_of("status", [status.value for status in DivisionSetStatus]),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        ExcludeConstraint(
            (Column("authority_code"), "="),
            (func.daterange(Column("valid_from"), Column("valid_to"), literal_column("'[)'")), "&&"),
            where=literal_column("status = 'active'"),
            using="gist",
            name="ex_division_set_active_period",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    authority_code: str = Field(foreign_key="authority.code")
    title: str
    valid_from: date
    valid_to: date | None = None
    source: str
    licence: str
    attribution: str = ""
    approximate: bool = False
    status: str = Field(default=DivisionSetStatus.LOADED)
    content_sha256: str
    loaded_at: datetime = Field(
        default_factory=now_utc, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    activated_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    recorded_at: datetime | None = recorded_at()


class Division(SQLModel, table=True):
    """An electoral division of one set. The geometry is valid, multi, 27700; `outline_lonlat` is what is published."""

    __tablename__ = "division"
    __table_args__ = (
        UniqueConstraint("division_set_id", "gss_code"),
        CheckConstraint("members BETWEEN 1 AND 3", name="members"),
        CheckConstraint("ST_IsValid(geometry) AND NOT ST_IsEmpty(geometry)", name="geometry"),
        Index("ix_division_geometry", "geometry", postgresql_using="gist"),
        Index("ix_division_gss_code", "gss_code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    division_set_id: int = Field(foreign_key="division_set.id", ondelete="CASCADE")
    gss_code: str
    name: str
    members: int | None = Field(default=None, sa_type=SmallInteger)
    geometry: Any = Field(sa_type=geometry("MULTIPOLYGON"))
    outline_lonlat: str
    area_m2: float


class DivisionPiece(SQLModel, table=True):
    """A piece of a division with few vertices (`ST_Subdivide`), so that `ST_Covers` of a point reads little."""

    __tablename__ = "division_piece"
    __table_args__ = (Index("ix_division_piece_geometry", "geometry", postgresql_using="gist"),)

    id: int | None = Field(default=None, primary_key=True)
    division_id: int = Field(foreign_key="division.id", ondelete="CASCADE", index=True)
    division_set_id: int = Field(foreign_key="division_set.id", ondelete="CASCADE", index=True)
    geometry: Any = Field(sa_type=geometry("POLYGON"))
