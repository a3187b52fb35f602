"""The register as a list: what each role sees of it, filters, orders, views, the file for spreadsheets."""

import csv
import html
import re
from datetime import timedelta
from http import HTTPStatus
from io import StringIO

import pytest
from sqlmodel import select

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.divisions.rules import assign_places
from app.tables import Councillor, Division, PlacePrivate, TermOfOffice
from app.vocabulary import MembershipStatus, Role
from tests.register import AUTHORITY, Register
from tests.signing_in import SignedIn, SignIn

LIST = "/office/places"


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def names_on(page: str) -> list[str]:
    """The names of the places on a page of the list, in order."""
    return re.findall(r'class="register-table__name"><a[^>]*>([^<]+)</a>', page)


def test_nobody_sees_it_without_signing_in(as_officer: SignedIn) -> None:
    as_officer.client.cookies.clear()
    assert as_officer.client.get(LIST).status_code == HTTPStatus.UNAUTHORIZED


def test_an_officer_sees_every_status_of_their_own_authority(
    register: Register, as_officer: SignedIn, as_other_officer: SignedIn
) -> None:
    for status in MembershipStatus:
        register.add_place(f"Place {status}", membership_status=status, audit=False)
    page = as_officer.client.get(LIST)
    assert page.status_code == HTTPStatus.OK
    assert sorted(names_on(page.text)) == sorted(f"Place {status}" for status in MembershipStatus)
    assert "Add a place" in page.text
    assert names_on(as_other_officer.client.get(LIST).text) == []


def test_a_councillor_sees_the_places_of_their_divisions_and_changes_nothing(
    session: WriteSession, register: Register, sign_in: SignIn
) -> None:
    register.add_divisions(2)
    west = register.add_place("West Hall", east_m=500.0)
    east = register.add_place("East Hall", east_m=2_900.0)
    session.add(PlacePrivate(place_id=west.id or 0, contact_name="Secret Contact", notes="Secret note"))
    assign_places(session, [west.id or 0, east.id or 0])
    browser = sign_in(Role.COUNCILLOR, councillor_id=seat_in(session, "Division 1")).client
    page = browser.get(LIST).text
    assert names_on(page) == ["West Hall"]
    assert "Add a place" not in page
    assert "data-select" not in page
    shown = browser.get(f"{LIST}/{west.reference}").text
    assert "West Hall" in shown
    assert "Secret" not in shown
    assert f"{west.reference}/edit" not in shown
    assert names_on(browser.get(f"{LIST}?q=Secret").text) == []
    assert browser.get(f"{LIST}/{east.reference}").status_code == HTTPStatus.NOT_FOUND
    assert browser.get(f"{LIST}/new").status_code == HTTPStatus.FORBIDDEN
    rows = read_csv(browser.get(f"{LIST}.csv").content)
    assert [row["name"] for row in rows] == ["West Hall"]
    assert "contact_name" not in rows[0]


def test_the_file_holds_what_is_filtered_and_runs_no_formula(
    session: WriteSession, register: Register, as_officer: SignedIn
) -> None:
    place = register.add_place("=cmd|' /C calc'!A0", membership_status=MembershipStatus.SUSPENDED)
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="@Ada"))
    register.add_place("Other Hall")
    session.flush()
    answer = as_officer.client.get(f"{LIST}.csv?status=suspended")
    assert answer.headers["content-disposition"].startswith('attachment; filename="places-')
    assert answer.headers["cache-control"] == "no-store"
    (row,) = read_csv(answer.content)
    assert row["name"] == "'=cmd|' /C calc'!A0"
    assert row["contact_name"] == "'@Ada"
    assert row["membership_status"] == "suspended"


def test_the_list_is_filtered_sorted_and_turned_page_by_page(register: Register, as_officer: SignedIn) -> None:
    for number in range(60):
        register.add_place(f"Hall {number:02d}", audit=False)
    browser = as_officer.client
    first = browser.get(f"{LIST}?sort=name&direction=desc").text
    assert names_on(first) == [f"Hall {number:02d}" for number in range(59, 9, -1)]
    assert 'aria-sort="descending"' in first
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = browser.get(html.unescape(following[1])).text
    assert names_on(second) == [f"Hall {number:02d}" for number in range(9, -1, -1)]
    assert "Back to the first page" in second
    register.add_place("Quarry Rooms", audit=False)
    assert names_on(browser.get(f"{LIST}?q=quarry").text) == ["Quarry Rooms"]
    assert "<strong>60</strong> <span>in all</span>" in first


@pytest.mark.parametrize("query", ["status=nonsense", "within_days=soon", "division=xyz", "sort=secret", "q=x"])
def test_a_wrong_filter_is_said_above_the_whole_list(query: str, register: Register, as_officer: SignedIn) -> None:
    register.add_place("Only Hall")
    answer = as_officer.client.get(f"{LIST}?{query}")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "There is a problem" in answer.text
    assert names_on(answer.text) == ["Only Hall"]


def test_views_are_ones_own(as_officer: SignedIn, sign_in: SignIn) -> None:
    browser = as_officer.client
    saved = browser.post(
        "/office/views", data=as_officer.form(name="Lapsed", query="assurance=lapsed"), follow_redirects=False
    )
    assert saved.status_code == HTTPStatus.SEE_OTHER
    page = browser.get(LIST).text
    found = re.search(r"/office/views/([0-9]+)/delete", page)
    assert found
    other = sign_in(Role.OFFICER)
    assert ">Lapsed</a>" not in other.client.get(LIST).text
    address = f"/office/views/{found[1]}/delete"
    assert other.client.get(address).status_code == HTTPStatus.NOT_FOUND
    assert other.client.post(address, data=other.form()).status_code == HTTPStatus.NOT_FOUND
    assert browser.post(address, data=as_officer.form(), follow_redirects=False).status_code == HTTPStatus.SEE_OTHER
    assert ">Lapsed</a>" not in browser.get(LIST).text


def test_the_office_begins_with_the_list(as_officer: SignedIn) -> None:
    answer = as_officer.client.get("/office", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (HTTPStatus.SEE_OTHER, LIST)


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a file, by its heading."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


def seat_in(session: WriteSession, division: str) -> int:
    """A councillor who holds a seat in a division since yesterday; their id."""
    found = session.exec(select(Division).where(Division.name == division)).one()
    councillor = Councillor(authority_code=AUTHORITY, name="Alex Example")
    session.add(councillor)
    session.flush()
    yesterday = london_today() - timedelta(days=1)
    session.add(TermOfOffice(councillor_id=councillor.id or 0, division_id=found.id or 0, seat=1, starts_on=yesterday))
    session.flush()
    return councillor.id or 0
