"""The map of the list: the places that its filters find, for those who may see them and for nobody's cache."""

import html
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.divisions.rules import assign_places
from app.office import list_routes
from app.tables import PlacePrivate
from app.vocabulary import MembershipStatus, Role, Verdict
from tests.http.test_office_list import LIST, names_on, seat_in
from tests.register import Register
from tests.signing_in import SignedIn, SignIn

FILE = "/office/places.geojson"
ADDRESSES = (FILE, "/office/divisions.geojson", "/office/map.js")


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def drawn(browser: TestClient, query: str = "") -> dict[str, dict[str, Any]]:
    """The properties of the places on the map, by name."""
    answer = browser.get(f"{FILE}{query}")
    assert answer.status_code == HTTPStatus.OK, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return {one["properties"]["name"]: one["properties"] for one in answer.json()["features"]}


def element_of(page: str) -> dict[str, str]:
    """The attributes of the element that the map fills; empty without a map."""
    found = re.search(r"<div class=\"map-region__canvas[^>]*>", page)
    return (
        {name: html.unescape(value) for name, value in re.findall(r'(data-\w+)="([^"]*)"', found[0])} if found else {}
    )


@pytest.mark.usefixtures("built_assets")
def test_what_the_filters_find_is_drawn_on_all_pages_of_the_list(register: Register, as_officer: SignedIn) -> None:
    for number in range(60):
        register.add_place(f"Hall {number:02d}", town="Durham", audit=number % 2 == 0)
    register.add_place("Quarry Rooms", membership_status="suspended", audit=False)
    browser = as_officer.client
    assert element_of(browser.get(LIST).text) == {}
    page = browser.get(f"{LIST}?view=map").text
    assert element_of(page)["data-places"] == FILE
    assert len(names_on(page)) == 50, "the list is there as well"
    assert len(drawn(browser)) == 61
    page = browser.get(f"{LIST}?status=suspended&view=map").text
    assert element_of(page)["data-places"] == f"{FILE}?status=suspended"
    assert names_on(page) == ["Quarry Rooms"]
    assert drawn(browser, "?status=suspended").keys() == {"Quarry Rooms"}
    assert len(drawn(browser, "?assurance=unassessed&kind=library&sort=valid_until")) == 31
    assert drawn(browser, "?q=quarry").keys() == {"Quarry Rooms"}
    assert element_of(browser.get(f"{LIST}?q=nothing+like+it&view=map").text) == {}
    assert browser.get(f"{FILE}?status=nonsense").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_sign_tells_assurance_and_status_and_leads_to_the_office(register: Register, as_officer: SignedIn) -> None:
    place = register.add_place("Hall", audit=False, town="Durham", membership_status="suspended")
    today = london_today()
    register.add_audit(place, audited_on=today - timedelta(days=400), valid_until=today - timedelta(days=1))
    failed = register.add_place("Failed", audit=False)
    register.add_audit(failed, Verdict.FIT)
    register.add_audit(failed, Verdict.NOT_FIT)
    found = drawn(as_officer.client)
    assert found["Hall"] == {
        "reference": place.reference,
        "name": "Hall",
        "kind_label": "Library",
        "town": "Durham",
        "assurance": "lapsed",
        "status_label": "Suspended",
        "url": f"/office/places/{place.reference}",
    }
    assert found["Failed"]["assurance"] == "not_fit"
    (feature,) = as_officer.client.get(f"{FILE}?status=suspended").json()["features"]
    assert feature["geometry"]["coordinates"] == [round(place.lon, 6), round(place.lat, 6)]


@pytest.mark.usefixtures("built_assets")
def test_the_map_begins_around_what_was_found(register: Register, as_officer: SignedIn) -> None:
    one = register.add_place("One", town="Seaham")
    register.add_place("Two", east_m=20_000)
    wishes = element_of(as_officer.client.get(f"{LIST}?q=seaham&view=map").text)
    west, south, east, north = map(float, wishes["data-bounds"].split(","))
    assert west < one.lon < east < west + 0.05
    assert south < one.lat < north < south + 0.05
    wider = element_of(as_officer.client.get(f"{LIST}?view=map").text)["data-bounds"].split(",")
    assert float(wider[2]) - float(wider[0]) > 0.3


@pytest.mark.usefixtures("built_assets")
def test_everything_on_the_page_leads_to_lists_with_a_map(register: Register, as_officer: SignedIn) -> None:
    for number in range(51):
        register.add_place(f"Hall {number:02d}", membership_status=MembershipStatus.SUSPENDED)
    page = html.unescape(as_officer.client.get(f"{LIST}?status=suspended&q=hall&view=map").text)
    links = set(re.findall(r'href="(/office/places(?:\?[^"]*)?)"', page))
    without = {link for link in links if "view=map" not in link}
    assert without == {f"{LIST}?status=suspended&q=hall", LIST}, "only Hide the map, and the way to all places"
    assert '<input type="hidden" name="view" value="map">' in page
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following
    assert element_of(as_officer.client.get(following[1]).text)["data-places"] == f"{FILE}?status=suspended&q=hall"


def test_nobody_sees_it_without_signing_in_and_no_cache_keeps_it(register: Register, as_officer: SignedIn) -> None:
    register.add_place("Secret Hall", membership_status="proposed")
    for address in ADDRESSES:
        answer = as_officer.client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (HTTPStatus.OK, "no-store")
        assert "etag" not in answer.headers
    as_officer.client.cookies.clear()
    for address in ADDRESSES:
        answer = as_officer.client.get(address)
        assert answer.status_code == HTTPStatus.UNAUTHORIZED
        assert "Secret" not in answer.text


def test_each_sees_their_own(
    session: WriteSession, register: Register, sign_in: SignIn, as_other_officer: SignedIn
) -> None:
    register.add_divisions(2)
    west = register.add_place("West Hall", east_m=500.0)
    east = register.add_place("East Hall", east_m=2_900.0)
    session.add(PlacePrivate(place_id=west.id or 0, contact_name="Zelda Quux", notes="Zelda"))
    assign_places(session, [west.id or 0, east.id or 0])
    councillor = sign_in(Role.COUNCILLOR, councillor_id=seat_in(session, "Division 1")).client
    assert drawn(councillor).keys() == {"West Hall"}
    assert drawn(councillor, "?q=quux") == {}
    assert "Zelda" not in councillor.get(FILE).text
    assert drawn(as_other_officer.client) == {}
    officer = sign_in(Role.OFFICER).client
    assert drawn(officer).keys() == {"West Hall", "East Hall"}
    assert drawn(officer, "?q=quux").keys() == {"West Hall"}
    assert "Zelda" not in officer.get(FILE).text


@pytest.mark.usefixtures("built_assets")
def test_more_places_than_a_map_can_show_are_a_list(
    register: Register, as_officer: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.add_place("One")
    register.add_place("Two")
    monkeypatch.setattr(list_routes, "MOST_ON_MAP", 1)
    page = as_officer.client.get(f"{LIST}?view=map").text
    assert (element_of(page), sorted(names_on(page))) == ({}, ["One", "Two"])
    assert "too many for a map" in page


def test_divisions_have_their_list_and_no_counts(register: Register, as_officer: SignedIn) -> None:
    register.add_divisions(2)
    features = as_officer.client.get("/office/divisions.geojson").json()["features"]
    assert [one["properties"] for one in features] == [
        {
            "gss_code": code,
            "name": name,
            "url": f"/office/places?division={code}&view=map",
            "link": "Only the places of this division",
        }
        for code, name in (("E05000001", "Division 1"), ("E05000002", "Division 2"))
    ]


def test_the_script_holds_nothing_of_the_register(register: Register, as_officer: SignedIn) -> None:
    register.add_place("Zanzibarhouse")
    script = as_officer.client.get("/office/map.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert FILE in script.text
    assert '"signedBy": "assurance"' in script.text
    assert "Zanzibarhouse" not in script.text
