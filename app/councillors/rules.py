"""Who represents a division."""

from sqlmodel import Session

from app.councillors import queries
from app.councillors.schemas import DivisionSeats, Holder, Seat
from app.db.version import london_today
from app.divisions.boundaries import Moment
from app.divisions.rules import get_division


def list_seats(session: Session, gss_code: str, asked: Moment | None = None) -> DivisionSeats:
    """The seats of a division on a day (None: today in London), vacant ones included.

    The division is looked up among the boundaries that answer for that day, in force or not. With a moment, terms and
    names are those that were recorded then; contact facts of the past are not kept.

    Raises:
        NotFound: there is no such division.
    """
    asked = asked or Moment(london_today())
    division = get_division(session, gss_code, asked, outlines=False)
    terms = queries.list_terms(session, division.answering.boundaries.id, gss_code, asked)
    held = {
        term.seat: Seat(
            number=term.seat, holder=Holder.model_validate(councillor), since=term.starts_on, until=term.ends_on
        )
        for term, councillor in terms
    }
    numbers = sorted(held.keys() | set(range(1, (division.members or 0) + 1)))
    seats = tuple(held.get(number) or Seat(number=number, holder=None) for number in numbers)
    return DivisionSeats(gss_code=gss_code, on=asked.on, members=division.members, seats=seats)
