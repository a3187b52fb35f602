"""Statements about terms of office."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, or_, select

from app.divisions.boundaries import Moment
from app.tables import Councillor, Division, TermOfOffice

Row = TypeVar("Row", bound=SQLModel)


def list_terms(
    session: Session, division_set_id: int, gss_code: str, asked: Moment
) -> list[tuple[TermOfOffice, Councillor]]:
    """The terms that run on a day in a division, as was recorded then, one for each seat, in the order of seats.

    A GSS code names one area for ever, so a term that was recorded with another set of the same lines (approximate
    ones, say, before the official ones came) counts too; one of the asked-for set comes first.
    """
    on, at = asked
    term: type[TermOfOffice] = _then(TermOfOffice, at)
    councillor: type[Councillor] = _then(Councillor, at)
    statement = (
        select(term, councillor)
        .join(councillor, col(councillor.id) == col(term.councillor_id))
        .join(Division, col(Division.id) == col(term.division_id))
        .where(
            col(Division.gss_code) == gss_code,
            col(term.starts_on) <= on,
            or_(col(term.ends_on).is_(None), col(term.ends_on) > on),
        )
        .order_by(col(term.seat), (col(Division.division_set_id) == division_set_id).desc())
    )
    by_seat: dict[int, tuple[TermOfOffice, Councillor]] = {}
    for held, holder in session.exec(statement):
        by_seat.setdefault(held.seat, (held, holder))
    return list(by_seat.values())


def _then(table: type[Row], at: datetime | None) -> type[Row]:
    """A table as it stood at a moment, by its function; the table itself for now."""
    if at is None:
        return table
    columns = table.__table__.columns  # type: ignore[attr-defined]  # SQLModel does not annotate it
    rows = getattr(func, f"{table.__tablename__}_as_at")(at).table_valued(*columns)
    return aliased(table, rows.alias(f"{table.__tablename__}_then"))
