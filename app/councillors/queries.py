"""Statements about terms of office."""

from datetime import date

from sqlmodel import Session, col, or_, select

from app.tables import Councillor, Division, TermOfOffice


def list_terms(
    session: Session, division_set_id: int, gss_code: str, on: date
) -> list[tuple[TermOfOffice, Councillor]]:
    """The terms that run on a day in a division, one for each seat, in the order of seats.

    A GSS code names one area for ever, so a term that was recorded with another set of the same lines (approximate
    ones, say, before the official ones came) counts too; one of the asked-for set comes first.
    """
    statement = (
        select(TermOfOffice, Councillor)
        .join(Councillor, col(Councillor.id) == col(TermOfOffice.councillor_id))
        .join(Division, col(Division.id) == col(TermOfOffice.division_id))
        .where(
            col(Division.gss_code) == gss_code,
            col(TermOfOffice.starts_on) <= on,
            or_(col(TermOfOffice.ends_on).is_(None), col(TermOfOffice.ends_on) > on),
        )
        .order_by(col(TermOfOffice.seat), (col(Division.division_set_id) == division_set_id).desc())
    )
    by_seat: dict[int, tuple[TermOfOffice, Councillor]] = {}
    for term, councillor in session.exec(statement):
        by_seat.setdefault(term.seat, (term, councillor))
    return list(by_seat.values())
