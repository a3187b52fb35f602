"""Statements about terms of office."""

from datetime import date

from sqlmodel import Session, col, or_, select

from app.tables import Councillor, Division, TermOfOffice


def list_terms(
    session: Session, division_set_id: int, gss_code: str, on: date
) -> list[tuple[TermOfOffice, Councillor]]:
    """The terms that run on a day in a division of a set, in the order of seats."""
    statement = (
        select(TermOfOffice, Councillor)
        .join(Councillor, col(Councillor.id) == col(TermOfOffice.councillor_id))
        .join(Division, col(Division.id) == col(TermOfOffice.division_id))
        .where(
            col(Division.division_set_id) == division_set_id,
            col(Division.gss_code) == gss_code,
            col(TermOfOffice.starts_on) <= on,
            or_(col(TermOfOffice.ends_on).is_(None), col(TermOfOffice.ends_on) > on),
        )
        .order_by(col(TermOfOffice.seat))
    )
    return [(term, councillor) for term, councillor in session.exec(statement)]
