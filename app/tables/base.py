"""What all tables share: naming of constraints, and the column types that recur."""

from datetime import UTC, datetime

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

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


def now_utc() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
