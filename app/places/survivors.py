"""Where the reference of a merged place leads."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.errors import PlaceMerged


def find_survivor(session: Session, place_id: int) -> str:
    """The reference of the place that this one was merged into in the end; its own where it never was."""
    return str(session.connection().execute(_SURVIVOR, {"id": place_id}).scalar_one())


def find_published_survivor(session: Session, place_id: int, at: datetime | None = None) -> str | None:
    """The reference of the published place that this one was merged into, now or at a moment; None: there is none."""
    statement = _PUBLISHED_THEN if at else _PUBLISHED
    found: str | None = session.connection().execute(statement, {"id": place_id, "at": at}).scalar_one_or_none()
    return found


def merged(reference: str, into: str) -> PlaceMerged:
    """The error that leads from a merged place to the one that stayed."""
    return PlaceMerged(f"{reference} turned out to be the same place as {into}.", f"Use {into}.", into=into)


_SURVIVOR = text("SELECT reference FROM place WHERE id = surviving_place(:id)")
_PUBLISHED = text(
    "SELECT reference FROM published_place WHERE id = (SELECT surviving_place(:id)) AND id <> CAST(:id AS bigint)"
)
_PUBLISHED_THEN = text(
    "SELECT reference FROM published_place_as_at(:at)"
    " WHERE id = (SELECT surviving_place_as_at(:id, :at)) AND id <> CAST(:id AS bigint)"
)
