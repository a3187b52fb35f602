"""One place in the office: its page, its form, its status, its division, its duplicates, and two people at once."""

import re
from http import HTTPStatus

import pytest
from sqlmodel import col, select

from app.db.sessions import WriteSession
from app.divisions.rules import assign_places
from app.tables import Place, PlacePrivate, RegisterSetting
from app.vocabulary import MembershipStatus, Role
from tests.register import AUTHORITY, SOUTH, WEST, Register
from tests.signing_in import SignedIn, SignIn

LIST = "/office/places"
GRID = f"{WEST + 500:.0f}, {SOUTH + 500:.0f}"


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def typed(**fields: str) -> dict[str, str]:
    """What a form sends for a sound place."""
    standard = {
        "name": "Elvet Rooms",
        "kind": "library",
        "schemes": "safe_place",
        "location_by": "grid",
        "grid": GRID,
        "hours_by": "week",
        "opens_0": "09:00",
        "closes_0": "17:00",
        "on_bank_holidays": "closed",
    }
    return standard | fields


def form_on(page: str) -> dict[str, str]:
    """The values that a page's form holds in its inputs, as a browser would send them (one of each name)."""
    values: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page.split("sections__form")[1]):
        facts = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
        if facts.get("type") in {"radio", "checkbox"} and not re.search(r"\schecked\b", tag):
            continue
        if "name" in facts:
            values[facts["name"]] = facts.get("value", "")
    chosen = re.search(r'<option value="([^"]+)" selected', page)
    return values | ({"kind": chosen[1]} if chosen else {})


def test_a_place_is_added_as_proposed(session: WriteSession, register: Register, as_officer: SignedIn) -> None:
    register.add_divisions()
    answer = as_officer.client.post(f"{LIST}/new", data=as_officer.form(**typed()), follow_redirects=False)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    place = session.exec(select(Place).where(Place.name == "Elvet Rooms")).one()
    assert answer.headers["location"] == f"{LIST}/{place.reference}?done=added"
    assert (place.membership_status, place.opening_hours) == ("proposed", "Mo 09:00-17:00; PH off")
    assert place.authority_code == AUTHORITY
    page = as_officer.client.get(answer.headers["location"]).text
    assert "The place is on the register" in page
    assert "Division 1" in page


def test_every_fault_is_told_at_once_and_all_that_was_typed_comes_back(as_officer: SignedIn) -> None:
    wrong = typed(
        name="",
        grid="nowhere",
        opens_0="18:00",
        phone="12",
        town="Kept Town",
        contact_name="Kept Contact",
        consent_on="",
        **{"consent_on-day": "31", "consent_on-month": "2", "consent_on-year": "2026"},
    )
    answer = as_officer.client.post(f"{LIST}/new", data=as_officer.form(**wrong))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    told = re.findall(r'<li><a href="#([a-z_-]+)">', answer.text)
    assert sorted(told) == ["consent_on", "grid", "hours_by", "name", "phone"]
    for field in told:
        assert f'id="{field}"' in answer.text
        assert f'id="{field}-error"' in answer.text
    for kept in ("Kept Town", "Kept Contact", 'value="31"', 'value="nowhere"', 'value="18:00"'):
        assert kept in answer.text


def test_a_form_without_its_token_is_refused(session: WriteSession, as_officer: SignedIn) -> None:
    answer = as_officer.client.post(f"{LIST}/new", data=typed())
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert session.exec(select(Place)).all() == []


def test_an_edit_that_changes_nothing_is_no_version(
    session: WriteSession, register: Register, as_officer: SignedIn
) -> None:
    place = register.add_place(
        opening_hours="Mo-Fr 09:00-17:00; PH off", languages=["English", "Polish"], phone="+44 191 496 0000"
    )
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="Sam Sample"))
    session.flush()
    address = f"{LIST}/{place.reference}/edit"
    form = form_on(as_officer.client.get(address).text)
    assert form["opens_4"] == "09:00"
    assert form["contact_name"] == "Sam Sample"
    answer = as_officer.client.post(address, data=form, follow_redirects=False)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    assert answer.headers["location"].endswith("done=unchanged")
    session.refresh(place)
    assert place.version == 1


def test_a_conflict_shows_both_and_saves_what_is_chosen(
    session: WriteSession, register: Register, sign_in: SignIn
) -> None:
    place = register.add_place(town="Durham", description="Old.")
    jo, sam = sign_in(Role.OFFICER, name="Jo Example"), sign_in(Role.OFFICER, name="Sam Sample")
    address = f"{LIST}/{place.reference}/edit"
    first, second = (form_on(one.client.get(address).text) for one in (jo, sam))
    assert (
        sam.client.post(
            address, data=second | {"description": "By Sam.", "town": "Brandon"}, follow_redirects=False
        ).status_code
        == HTTPStatus.SEE_OTHER
    )
    answer = jo.client.post(address, data=first | {"description": "By Jo."})
    assert answer.status_code == HTTPStatus.PRECONDITION_FAILED
    assert "Sam Sample saved version 2" in answer.text
    assert "By Sam." in answer.text
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    assert carried["version"] == "2"
    chosen = carried | {"choose.description": "mine", "choose.town": "theirs"}
    saved = jo.client.post(address, data=chosen, follow_redirects=False)
    assert saved.status_code == HTTPStatus.SEE_OTHER, saved.text
    session.refresh(place)
    assert (place.description, place.town, place.version) == ("By Jo.", "Brandon", 3)


def test_the_location_answers_with_division_and_flags(register: Register, as_officer: SignedIn) -> None:
    register.add_divisions()
    ask = {"X-CSRF-Token": as_officer.csrf}
    inside = as_officer.client.post(f"{LIST}/location", data={"location_by": "grid", "grid": GRID}, headers=ask)
    assert "Division 1" in inside.text
    assert re.search(r'data-lon="-1\.5\d+" data-lat="54\.7\d+"', inside.text)
    edge = as_officer.client.post(
        f"{LIST}/location", data={"location_by": "grid", "grid": f"{WEST + 1999:.0f}, {SOUTH + 500:.0f}"}, headers=ask
    )
    assert "nearer than the position is exact" in edge.text
    wrong = as_officer.client.post(f"{LIST}/location", data={"location_by": "grid", "grid": "here"}, headers=ask)
    assert "This is not a grid reference." in wrong.text
    assert as_officer.client.post(f"{LIST}/location", data={"location_by": "pin"}).status_code == HTTPStatus.FORBIDDEN


def test_hours_are_read_back(as_officer: SignedIn) -> None:
    ask = {"X-CSRF-Token": as_officer.csrf}
    read = as_officer.client.post(
        f"{LIST}/hours", data={"hours_by": "text", "opening_hours": "Mo-Su 10:00-12:00"}, headers=ask
    )
    assert read.text.count("10am to midday") == 7
    wrong = as_officer.client.post(f"{LIST}/hours", data={"hours_by": "text", "opening_hours": "<b>?"}, headers=ask)
    assert "cannot be read" in wrong.text
    assert "<b>?" not in wrong.text


def test_an_officer_decides_on_a_division_and_takes_it_back(
    session: WriteSession, register: Register, as_officer: SignedIn
) -> None:
    register.add_divisions(2)
    place = register.add_place(east_m=1_998.0)
    assign_places(session, [place.id or 0])
    address = f"{LIST}/{place.reference}"
    page = as_officer.client.get(address).text
    assert "In which division does it count?" in page
    no_reason = as_officer.client.post(f"{address}/division", data=as_officer.form(gss_code="E05000002"))
    assert no_reason.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "A decision needs a reason." in no_reason.text
    form = as_officer.form(gss_code="E05000002", reason="Its door opens there.")
    assert (
        as_officer.client.post(f"{address}/division", data=form, follow_redirects=False).status_code
        == HTTPStatus.SEE_OTHER
    )
    decided = as_officer.client.get(address).text
    assert f"Decided by {as_officer.account.name}" in decided
    assert "Take the decision back" in decided
    back = as_officer.client.post(f"{address}/division", data=as_officer.form(reason="A slip."), follow_redirects=False)
    assert back.status_code == HTTPStatus.SEE_OTHER
    assert "In which division does it count?" in as_officer.client.get(address).text


def test_only_allowed_moves_are_offered_and_each_needs_a_reason(
    session: WriteSession, register: Register, as_officer: SignedIn
) -> None:
    place = register.add_place(membership_status=MembershipStatus.SUSPENDED)
    address = f"{LIST}/{place.reference}/status"
    assert re.findall(r'name="status" value="([a-z]+)"', as_officer.client.get(address).text) == ["listed", "withdrawn"]
    wrong = as_officer.client.post(address, data=as_officer.form(status="proposed", version="1", reason=""))
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert wrong.text.count("govuk-error-message") == 2
    stale = as_officer.client.post(address, data=as_officer.form(status="listed", version="7", reason="Back."))
    assert "Somebody else changed this place" in stale.text
    moved = as_officer.client.post(
        address, data=as_officer.form(status="listed", version="1", reason="Back."), follow_redirects=False
    )
    assert moved.status_code == HTTPStatus.SEE_OTHER
    session.refresh(place)
    assert place.membership_status == "listed"


def test_a_waiting_change_is_approved_by_a_second_person_only(
    session: WriteSession, register: Register, sign_in: SignIn
) -> None:
    place = register.add_place()
    session.add(RegisterSetting(authority_code=AUTHORITY, name="second_person_for_listed_places", value=True))
    session.flush()
    jo, sam = sign_in(Role.OFFICER, name="Jo Example"), sign_in(Role.OFFICER, name="Sam Sample")
    address = f"{LIST}/{place.reference}/edit"
    page = jo.client.get(address).text
    assert "wait until a second person agrees" in page
    sent = jo.client.post(address, data=form_on(page) | {"town": "Brandon"}, follow_redirects=False)
    assert sent.headers["location"].endswith("done=waits")
    again = jo.client.post(address, data=form_on(page) | {"town": "Ferryhill"})
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Ferryhill" in again.text
    found = re.search(r'href="(/office/changes/[0-9]+)"', sam.client.get("/office/changes").text)
    assert found
    own = jo.client.post(found[1], data=jo.form(decision="approved", version="1"))
    assert own.status_code == HTTPStatus.FORBIDDEN
    assert "You proposed this change yourself." in own.text
    refused = sam.client.post(found[1], data=sam.form(decision="refused", version="1"))
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    approved = sam.client.post(found[1], data=sam.form(decision="approved", version="1"), follow_redirects=False)
    assert approved.status_code == HTTPStatus.SEE_OTHER, approved.text
    session.refresh(place)
    assert place.town == "Brandon"
    assert "It was approved by Sam Sample" in jo.client.get(found[1]).text


def test_merging_keeps_both_references(register: Register, as_officer: SignedIn) -> None:
    one, two = register.add_place("Fernhill Library"), register.add_place("Fernhill Librarry", east_m=520.0)
    page = as_officer.client.get(f"{LIST}/{two.reference}/merge").text
    assert f"?other={one.reference}" in page
    both = as_officer.client.get(f"{LIST}/{two.reference}/merge?other={one.reference}").text
    assert "Fernhill Librarry" in both
    form = as_officer.form(other=one.reference, keep=one.reference, reason="The same door.")
    merged = as_officer.client.post(f"{LIST}/{two.reference}/merge", data=form, follow_redirects=False)
    assert merged.headers["location"] == f"{LIST}/{one.reference}?done=merged"
    shown = as_officer.client.get(f"{LIST}/{two.reference}").text
    assert "turned out to be the same as" in shown
    assert f"{two.reference}/edit" not in shown


def test_a_bulk_change_is_all_or_nothing_and_only_what_was_previewed(
    session: WriteSession, register: Register, as_officer: SignedIn
) -> None:
    places = [register.add_place(f"Hall {number}") for number in range(3)]
    form = as_officer.form(
        which="selected", reference=[one.reference for one in places], action="status:suspended", reason="Flood."
    )
    page = as_officer.client.post(f"{LIST}/bulk/preview", data=form).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    places[1].town = "Elsewhere"
    session.add(places[1])
    session.flush()
    late = as_officer.client.post(f"{LIST}/bulk/apply", data=form | {"token": token[1]})
    assert late.status_code == HTTPStatus.CONFLICT
    statuses = session.exec(select(Place.membership_status).order_by(col(Place.id))).all()
    assert list(statuses) == ["listed"] * 3
    token = re.search(r'name="token" value="([^"]+)"', late.text)
    assert token
    done = as_officer.client.post(f"{LIST}/bulk/apply", data=form | {"token": token[1]}, follow_redirects=False)
    assert done.status_code == HTTPStatus.SEE_OTHER
    session.expire_all()
    assert list(session.exec(select(Place.membership_status)).all()) == ["suspended"] * 3


def test_settings_are_for_administrators(
    session: WriteSession, as_officer: SignedIn, as_administrator: SignedIn
) -> None:
    assert as_officer.client.get("/office/settings").status_code == HTTPStatus.FORBIDDEN
    form = as_administrator.form(second_person="yes")
    assert (
        as_administrator.client.post("/office/settings", data=form, follow_redirects=False).status_code
        == HTTPStatus.SEE_OTHER
    )
    assert session.get(RegisterSetting, (AUTHORITY, "second_person_for_listed_places")).value is True  # type: ignore[union-attr] # it has just been written


def test_auditors_read_private_contacts_and_change_nothing(
    session: WriteSession, register: Register, as_auditor: SignedIn
) -> None:
    place = register.add_place()
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="Sam Sample"))
    session.flush()
    address = f"{LIST}/{place.reference}"
    page = as_auditor.client.get(address).text
    assert "Sam Sample" in page
    for rest in ("edit", "status", "merge"):
        assert f"{address}/{rest}" not in page
        assert as_auditor.client.get(f"{address}/{rest}").status_code == HTTPStatus.FORBIDDEN
    assert as_auditor.client.post(f"{LIST}/bulk", data=as_auditor.form()).status_code == HTTPStatus.FORBIDDEN
