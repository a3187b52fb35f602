"""The register as it was, for programs with a key; and what the public API tells of the past beside the places."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.db.version import forget_version, london_today
from app.divisions.rules import assign_places
from app.tables import Place, PlacePrivate
from geo.crs import point_to_lonlat
from tests.http.keys import Program, make_program
from tests.register import SOUTH, WEST, Register

PLACES = "register/places"


@pytest.fixture
def register(session: WriteSession) -> Register:
    register = Register(session)
    register.add_divisions(2)
    return register


@pytest.fixture
def program(register: Register, client: TestClient, session: WriteSession) -> Program:  # noqa: ARG001 - the authority first
    return make_program(client, session)


def now(session: WriteSession) -> str:
    """This moment, after all that the test has done."""
    session.flush()
    moment: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.isoformat()


def move(session: WriteSession, place: Place, east_m: float) -> None:
    """Put a place somewhere else, and count it there."""
    easting, northing = WEST + east_m, SOUTH + 500.0
    place.location = f"SRID=27700;POINT({easting} {northing})"
    place.lon, place.lat = point_to_lonlat(easting, northing)
    session.flush()
    assign_places(session, [place.id or 0])


def test_places_of_every_status_are_as_they_were(program: Program, register: Register, session: WriteSession) -> None:
    place = register.add_place("Hall", membership_status="proposed", audit=False)
    move(session, place, 500)
    proposed = now(session)
    place.membership_status = "listed"
    session.flush()
    register.add_audit(place, effective_at=datetime.now(UTC))
    listed = now(session)
    place.membership_status, place.name = "suspended", "Great Hall"
    move(session, place, 2_500)
    suspended = now(session)
    place.membership_status = "withdrawn"
    session.flush()
    path = f"{PLACES}/{place.reference}"
    told = {moment: program.get(path, as_at=moment).json() for moment in (proposed, listed, suspended)}
    assert [each["membership_status"] for each in told.values()] == ["proposed", "listed", "suspended"]
    assert [each["name"] for each in told.values()] == ["Hall", "Hall", "Great Hall"]
    assert [each["is_published"] for each in told.values()] == [False, True, False]
    assert [each["assurance"] for each in told.values()] == ["unassessed", "fit", "fit"]
    codes = [[one["gss_code"] for one in each["divisions"]] for each in told.values()]
    assert codes == [["E05000001"], ["E05000001"], ["E05000002"]]
    assert program.get(path).json()["membership_status"] == "withdrawn"

    def count(as_at: str, **asked: str) -> int:
        page = program.get(PLACES, as_at=as_at, **asked).json()
        assert page["as_at"] is not None
        assert page["total"] == len(page["places"])
        return int(page["total"])

    assert count(proposed, status="proposed", q="Hall", division="E05000001", flag="unassessed") == 1
    assert count(listed, status="proposed") == 0
    assert count(listed, assurance="fit", valid_before="2100-01-01", q="hal") == 1
    assert count(listed, flag="unassessed") == 0
    assert count(listed, q="great") == 0
    assert count(suspended, q="great", division="E05000002") == 1
    assert count(suspended, division="E05000001") == 0
    assert count(suspended, q=place.reference.lower()) == 1


def test_before_it_was_there_it_is_not_found(program: Program, register: Register, session: WriteSession) -> None:
    register.add_place("First")
    before = now(session)
    place = register.add_place("Second")
    session.flush()
    missing = program.get(f"{PLACES}/{place.reference}", as_at=before)
    assert missing.status_code == 404
    assert "was not in the register at that moment" in missing.json()["detail"]
    assert [one["name"] for one in program.get(PLACES, as_at=before).json()["places"]] == ["First"]
    long_ago = program.get(PLACES, as_at="1999-12-31").json()
    assert (long_ago["places"], long_ago["total"], long_ago["next"]) == ([], 0, None)


def test_the_past_has_no_contacts_whoever_asks(program: Program, register: Register, session: WriteSession) -> None:
    place = register.add_place("Hall")
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="Zelda Quux", notes="Knock twice"))
    then = now(session)
    path = f"{PLACES}/{place.reference}"
    assert program.get(path).json()["contact_name"] == "Zelda Quux"
    assert program.get(PLACES, q="quux").json()["total"] == 1
    assert "contact_name" not in program.get(path, as_at=then).json()
    assert program.get(PLACES, q="quux", as_at=then).json()["total"] == 0
    assert "Zelda" not in program.get(PLACES, as_at=then).text


def test_another_authority_sees_nothing_of_the_past(
    register: Register, client: TestClient, session: WriteSession
) -> None:
    place = register.add_place("Hall")
    then = now(session)
    other = make_program(client, session, authority_code="E06000005")
    assert other.get(f"{PLACES}/{place.reference}", as_at=then).status_code == 404
    assert other.get(PLACES, as_at=then).json()["total"] == 0
    assert client.get(f"/api/v1/{PLACES}", params={"as_at": then}).status_code == 401
    without = make_program(client, session, "places:write")
    assert without.get(PLACES, as_at=then).status_code == 403


@pytest.mark.parametrize(
    ("given", "what", "remedy"),
    [
        ("yesterday", "is not a date", "Give a date such as"),
        ("2026-13-01", "is not a date", "Give a date such as"),
        ("", "is not a date", "Give a date such as"),
        ("2999-01-01", "lies in the future", "leave as_at out for now"),
        ("1066-10-14", "lies before", "Check the year"),
    ],
)
def test_a_moment_that_is_none_is_refused(
    program: Program, register: Register, given: str, what: str, remedy: str
) -> None:
    place = register.add_place("Hall")
    for path in (PLACES, f"{PLACES}/{place.reference}"):
        answer = program.get(path, as_at=given)
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert fault["field"] == "as_at"
        assert what in fault["what"]
        assert remedy in fault["remedy"]
    together = program.get(PLACES, as_at=given, status="gone").json()
    assert {fault["field"] for fault in together["errors"]} == {"as_at", "status"}


def test_in_five_minutes_is_the_future(program: Program, register: Register) -> None:
    register.add_place("Hall")
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    assert program.get(PLACES, as_at=soon).status_code == 422


def test_today_is_now(program: Program, register: Register) -> None:
    register.add_place("Hall")
    page = program.get(PLACES, as_at=london_today().isoformat()).json()
    assert page["as_at"] is None
    assert "contact_name" in page["places"][0]


def test_pages_stay_in_their_moment(program: Program, register: Register, session: WriteSession) -> None:
    places = [register.add_place(name) for name in ("A", "B", "C")]
    then = now(session)
    first = program.get(PLACES, as_at=then, limit=2).json()
    places[2].name = "Z"
    register.add_place("BB")
    session.flush()
    second = program.client.get(first["next"], headers={"Authorization": f"Bearer {program.token}"}).json()
    found = [place["name"] for page in (first, second) for place in page["places"]]
    assert (found, second["next"], second["total"]) == (["A", "B", "C"], None, 3)


def test_the_etag_of_the_past_changes_nothing_that_has_changed_since(
    program: Program, register: Register, session: WriteSession
) -> None:
    place = register.add_place("Hall")
    then = now(session)
    place.name = "Great Hall"
    session.flush()
    past = program.get(f"{PLACES}/{place.reference}", as_at=then)
    present = program.get(f"{PLACES}/{place.reference}")
    assert past.headers["cache-control"] == "no-store"
    assert past.headers["etag"] != present.headers["etag"]
    assert program.patch(place.reference, {"town": "X"}, past.headers["etag"]).status_code == 412
    assert program.patch(place.reference, {"town": "X"}, present.headers["etag"]).status_code == 200


def test_merges_lead_on_from_when_they_were_made(
    program: Program, register: Register, client: TestClient, session: WriteSession
) -> None:
    double, stays = register.add_place("Fernhill Library"), register.add_place("Library, Fernhill")
    before = now(session)
    program.post(f"places/{double.reference}/merge", {"into": stays.reference, "reason": "One building"})
    session.expire_all()
    after = now(session)
    path = f"{PLACES}/{double.reference}"
    kept = program.get(path, as_at=before)
    assert (kept.status_code, kept.json()["merged_into"], kept.json()["membership_status"]) == (200, None, "listed")
    moved = program.get(path, as_at=after)
    assert moved.status_code == 301
    assert moved.headers["location"].startswith(f"/api/v1/{PLACES}/{stays.reference}?as_at=")
    forget_version(client.app.state.engine)  # type: ignore[attr-defined]  # TestClient knows any application
    public = f"/api/v1/places/{double.reference}"
    assert client.get(public, params={"as_at": before}, follow_redirects=False).status_code == 200
    led = client.get(public, params={"as_at": after}, follow_redirects=False)
    assert (led.status_code, led.headers["location"].split("?")[0]) == (301, f"/api/v1/places/{stays.reference}")


def test_the_nearest_of_a_place_that_had_gone_are_measured_from_where_it_was(
    register: Register, client: TestClient, session: WriteSession
) -> None:
    register.add_place("West", east_m=100)
    register.add_place("East", east_m=3_900)
    gone = register.add_place("Gone", east_m=600)
    session.flush()
    gone.membership_status = "suspended"
    then = now(session)
    move(session, gone, 3_600)
    address = f"/api/v1/places/{gone.reference}"
    nearest = client.get(address, params={"as_at": then})
    assert nearest.status_code == 410
    assert [(one["name"], one["distance_m"]) for one in nearest.json()["nearest"]] == [("West", 500), ("East", 3_300)]
    present = client.get(address).json()["nearest"]
    assert [(one["name"], one["distance_m"]) for one in present] == [("East", 300), ("West", 3_500)]


def test_what_the_public_may_keep_of_the_past_has_an_etag_of_its_own(
    register: Register, client: TestClient, session: WriteSession
) -> None:
    place = register.add_place("Hall")
    then = now(session)
    place.name = "Great Hall"
    later = now(session)
    for address in ("/api/v1/places", f"/api/v1/places/{place.reference}"):
        asked = [{"as_at": then}, {"as_at": later}, {}]
        answers = [client.get(address, params=one) for one in asked]
        tags = [answer.headers["etag"] for answer in answers]
        assert len(set(tags)) == 3
        for params, tag in zip(asked, tags, strict=True):
            assert client.get(address, params=params, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(address, headers={"If-None-Match": tags[0]}).status_code == 200
        assert answers[0].text != answers[2].text
