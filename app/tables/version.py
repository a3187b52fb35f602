"""The register's version: one row, one number that grows with every change."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime
from sqlmodel import Field, SQLModel


class RegisterVersion(SQLModel, table=True):
    """Bumped by statement triggers on every table whose rows show in answers. Caches and ETags are keyed by it."""

    __tablename__ = "register_version"
    __table_args__ = (CheckConstraint("only_row", name="only_row"),)

    only_row: bool = Field(default=True, primary_key=True)
    version: int = Field(sa_type=BigInteger)
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
