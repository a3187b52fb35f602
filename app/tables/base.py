"""What all tables share: naming of constraints, and the column types that recur."""

from datetime import UTC, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, DateTime, text
from sqlmodel import Field, SQLModel

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

SRID = 27700
"""British National Grid, metres. Everything is stored in it."""


def geometry(kind: str) -> Geometry:
    """A geometry column's type in EPSG:27700. Indexes are declared in `__table_args__`, where their names can be seen.

    The type modifier makes PostgreSQL refuse another shape or SRID.
    """
    return Geometry(kind, srid=SRID, spatial_index=False)


def one_of(column: str, codes: list[str]) -> CheckConstraint:
    """A check that a text column holds one of the codes."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def recorded_at() -> Any:  # noqa: ANN401  # a field, as SQLModel's own `Field` is typed
    """The column that says since when a row stands; what it was before is in `row_history`. Set by the database."""
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("statement_timestamp()"), "nullable": False},
    )


def now_utc() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
