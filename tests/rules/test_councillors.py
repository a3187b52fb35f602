"""Who holds the seats of a division, on a day."""

from datetime import date

import pytest
from sqlmodel import select

from app.councillors.rules import list_seats
from app.db.failures import translated
from app.db.sessions import WriteSession
from app.divisions.boundaries import Moment
from app.errors import Conflict, NotFound
from app.tables import Councillor, Division, DivisionSet, TermOfOffice
from app.vocabulary import DivisionSetStatus
from tests.register import AUTHORITY, Register


@pytest.fixture
def division_id(session: WriteSession) -> int:
    Register(session).add_divisions(1)
    return session.exec(select(Division.id)).one() or 0


def elect(session: WriteSession, name: str, seat: int, begin: date, end: date | None = None) -> None:
    division_id = session.exec(select(Division.id)).one() or 0
    councillor = Councillor(authority_code=AUTHORITY, name=name)
    session.add(councillor)
    session.flush()
    session.add(
        TermOfOffice(councillor_id=councillor.id or 0, division_id=division_id, seat=seat, starts_on=begin, ends_on=end)
    )
    session.flush()


def holders(session: WriteSession, on: date) -> list[str | None]:
    return [seat.holder.name if seat.holder else None for seat in list_seats(session, "E05000001", Moment(on)).seats]


@pytest.mark.usefixtures("division_id")
def test_seats_follow_the_day_and_vacancies_show(session: WriteSession) -> None:
    elect(session, "Ann", 1, date(2021, 5, 6), date(2024, 3, 1))
    elect(session, "Ben", 1, date(2024, 5, 2))
    elect(session, "Cat", 2, date(2021, 5, 6))
    assert holders(session, date(2022, 1, 1)) == ["Ann", "Cat"]
    assert holders(session, date(2024, 2, 29)) == ["Ann", "Cat"]
    assert holders(session, date(2024, 3, 1)) == [None, "Cat"]
    assert holders(session, date(2024, 5, 2)) == ["Ben", "Cat"]
    assert list_seats(session, "E05000001", Moment(date(2024, 4, 1))).vacancies == 1


def test_where_the_number_of_seats_is_not_known_there_are_no_vacancies(session: WriteSession, division_id: int) -> None:
    elect(session, "Dee", 2, date(2021, 5, 6))
    division = session.get_one(Division, division_id)
    division.members = None
    session.flush()
    seats = list_seats(session, "E05000001", Moment(date(2022, 1, 1)))
    assert [seat.number for seat in seats.seats] == [2]
    assert seats.vacancies is None


@pytest.mark.usefixtures("division_id")
def test_a_seat_has_one_holder_at_a_time(session: WriteSession) -> None:
    elect(session, "Eve", 1, date(2021, 5, 6))
    with pytest.raises(Conflict), translated(), session.begin_nested():
        elect(session, "Fay", 1, date(2022, 5, 6))


def test_an_unknown_division(session: WriteSession, division_id: int) -> None:
    assert division_id
    with pytest.raises(NotFound):
        list_seats(session, "E05999999")


def test_better_lines_for_the_same_divisions_keep_the_councillors(session: WriteSession) -> None:
    register = Register(session)
    register.add_divisions(1)
    elect(session, "Gus", 1, date(2021, 5, 6))
    approximate = session.exec(select(DivisionSet)).one()
    approximate.status = DivisionSetStatus.RETIRED
    session.flush()
    register.add_divisions(1)
    assert holders(session, date(2022, 1, 1))[0] == "Gus"
