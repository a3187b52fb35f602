"""The register as a list: what each role sees of it, filters, orders, views, the file for spreadsheets."""

import csv
import re
from datetime import timedelta
from http import HTTPStatus
from io import StringIO

import pytest
from sqlmodel import Session

from app.db.version import london_today
from app.tables import Councillor, Division, PlacePrivate, TermOfOffice
from app.vocabulary import MembershipStatus, Role
from tests.register import AUTHORITY, Register
from tests.signing_in import SignedIn, SignIn

LIST = "/office/places"


@pytest.fixture
def register(session: Session) -> Register:
    return Register(session)


def names_on(page: str) -> list[str]:
    """The names of the places on a page of the list, in order."""
    return re.findall(r'class="register-table__name"><a[^>]*>([^<]+)</a>', page)


def test_nobody_sees_it_without_signing_in(client: object, register: Register, as_officer: SignedIn) -> None:
    as_officer.client.cookies.clear()
    assert as_officer.client.get(LIST).status_code == HTTPStatus.UNAUTHORIZED


def test_an_officer_sees_every_status_of_their_own_authority(
    session: Session, register: Register, as_officer: SignedIn, as_other_officer: SignedIn
) -> None:
    for status in MembershipStatus:
        register.add_place(f"Place {status}", membership_status=status, audit=False)
    page = as_officer.client.get(LIST)
    assert page.status_code == HTTPStatus.OK
    assert sorted(names_on(page.text)) == sorted(f"Place {status}" for status in MembershipStatus)
    assert "Add a place" in page.text
    assert names_on(as_other_officer.client.get(LIST).text) == []


def test_a_councillor_sees_the_places_of_their_divisions_and_changes_nothing(
    session: Session, register: Register, sign_in: SignIn
) -> None:
    set_id = register.add_divisions(2)
    west = register.add_place("West Hall", east_m=500.0)
    east = register.add_place("East Hall", east_m=2_900.0)
    from app.divisions.rules import assign_places  # noqa: PLC0415 - one line of one test

    assign_places(session, [west.id or 0, east.id or 0])  # type: ignore[arg-type]  # the test's session writes
    division = session.query(Division).filter_by(division_set_id=set_id, name="Division 1").one()  # type: ignore[deprecated]
    councillor = Councillor(authority_code=AUTHORITY, name="Alex Example")
    session.add(councillor)
    session.flush()
    session.add(TermOfOffice(councillor_id=councillor.id, division_id=division.id, starts_on=london_today()))
    session.flush()
    browser = sign_in(Role.COUNCILLOR, councillor_id=councillor.id).client
    page = browser.get(LIST).text
    assert names_on(page) == ["West Hall"]
    assert "Add a place" not in page
    assert "data-select" not in page
    assert browser.get(f"{LIST}/{east.reference}").status_code == HTTPStatus.NOT_FOUND
    assert browser.get(f"{LIST}/new").status_code == HTTPStatus.FORBIDDEN
