"""Statements of the bundled data's load."""

from sqlalchemy import text
from sqlmodel import Session, SQLModel, select


def holds(session: Session, table: type[SQLModel]) -> bool:
    """Whether the register has any row of a table."""
    return session.exec(select(table).limit(1)).first() is not None


def wait_for_other_loads(session: Session) -> None:
    """Let one load at a time look and write, until its transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('safeplaces setup'))"))


def count_for_planner(session: Session) -> None:
    """Gather statistics: the first pages are asked for before the autovacuum comes round."""
    session.execute(text("ANALYZE"))
