"""The API of places: formats, snapshots, paging, caching, and what is answered for a place that is not public."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from app.db.sessions import WriteSession
from app.db.version import forget_version
from app.divisions.rules import assign_places
from app.tables import Place
from app.vocabulary import MembershipStatus
from tests.register import SIDE, Register

PLACES = "/api/v1/places"


@pytest.fixture
def register(session: WriteSession) -> Register:
    register = Register(session)
    register.add_divisions(valid_to=date(2025, 5, 1), approximate=True)
    return register


@pytest.fixture
def places(session: WriteSession, register: Register) -> list[Place]:
    """Two published places with fixed references, checks and names; one that nobody may see."""
    full = register.add_place(
        "Fernhill Library",
        audit=False,
        reference="SP-5001",
        schemes=["safe_place", "reporting_centre"],
        offers=["wait_inside", "toilet"],
        description='Ask at the "desk" — ground floor',
        address_1="12 Fernhill Road",
        town="Durham",
        postcode="DH1 1RH",
        phone="+44 191 498 0042",
        opening_hours="24/7",
        closures=[{"first_day": "2026-12-24", "last_day": "2026-12-31", "reason": "New heating"}],
        step_free_entrance=True,
        accessible_toilet=False,
        languages=["Polish"],
    )
    bare = register.add_place("=HYPERLINK(1)", audit=False, reference="SP-5002", east_m=SIDE + 10, kind="shop")
    for place in (full, bare):
        register.add_audit(place, audited_on=date(2026, 9, 14), valid_until=date(2999, 9, 14))
    hidden = register.add_place("Secret", membership_status=MembershipStatus.PROPOSED)
    assign_places(session, [full.id or 0, bare.id or 0, hidden.id or 0])
    return [full, bare]


@pytest.fixture
def json_snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def changed(client: TestClient) -> None:
    """The version that answers go by is asked for once a second: do not wait for that."""
    forget_version(client.app.state.engine)  # type: ignore[attr-defined]  # TestClient knows any ASGI application


def test_geojson(client: TestClient, places: list[Place], json_snapshot: SnapshotAssertion) -> None:
    assert places
    changed(client)
    answer = client.get(PLACES, params={"f": "geojson"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json() == json_snapshot


def test_json(client: TestClient, places: list[Place], json_snapshot: SnapshotAssertion) -> None:
    assert places
    changed(client)
    answer = client.get(PLACES)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json_snapshot


def test_one_place(client: TestClient, places: list[Place], json_snapshot: SnapshotAssertion) -> None:
    assert places
    changed(client)
    assert client.get(f"{PLACES}/SP-5001", params={"f": "geojson"}).json() == json_snapshot


def test_csv(client: TestClient, places: list[Place]) -> None:
    """What begins like a formula, a telephone number included, gets an apostrophe; numbers stay numbers."""
    assert places
    changed(client)
    answer = client.get(PLACES, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbfreference,name,")
    full, bare = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (full["name"], bare["name"]) == ("Fernhill Library", "'=HYPERLINK(1)")
    assert full["phone"] == "'+44 191 498 0042"
    assert full["lon"].startswith("-1.5")
    assert full["description"] == 'Ask at the "desk" — ground floor'
    assert (full["step_free_entrance"], full["accessible_toilet"], full["bsl"]) == ("yes", "no", "")
    assert full["closures"] == "2026-12-24/2026-12-31 New heating"
    assert (full["division_code"], full["schemes"]) == ("E05000001", "safe_place; reporting_centre")


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/json"),
        ("application/geo+json", "application/geo+json"),
        ("application/json;q=0.5, application/geo+json", "application/geo+json"),
        ("text/csv, */*;q=0.1", "text/csv; charset=utf-8"),
        ("application/*", "application/json"),
    ],
)
def test_accept(client: TestClient, accept: str, content_type: str) -> None:
    assert client.get(PLACES, headers={"Accept": accept}).headers["content-type"] == content_type


def test_formats_that_are_not_there(client: TestClient) -> None:
    assert client.get(PLACES, params={"f": "kml"}).status_code == 422
    assert client.get(PLACES, headers={"Accept": "image/png"}).status_code == 406


def test_paging_visits_each_place_once(client: TestClient, register: Register) -> None:
    expected = [register.add_place(f"Place {number}").reference for number in range(7)]
    changed(client)
    found = []
    address: str | None = f"{PLACES}?limit=3&f=geojson"
    pages = 0
    while address:
        answer = client.get(address)
        body = answer.json()
        assert body["numberReturned"] == len(body["features"])
        found += [feature["id"] for feature in body["features"]]
        address = body["next"]
        assert (f'<{address}>; rel="next"' if address else None) == answer.headers.get("link")
        pages += 1
    assert found == expected
    assert pages == 3


def test_near_a_point(client: TestClient, places: list[Place]) -> None:
    changed(client)
    answer = client.get(PLACES, params={"near": f"{places[1].lon},{places[1].lat}", "radius_m": 5000})
    first, second = answer.json()["places"]
    assert (first["reference"], first["distance_m"]) == ("SP-5002", pytest.approx(0, abs=0.2))
    assert second["distance_m"] == pytest.approx(SIDE + 10 - 500, abs=1)
    assert answer.json()["origin"]["postcode"] is None
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_near_a_postcode(client: TestClient, session: WriteSession, places: list[Place]) -> None:
    assert places
    session.execute(
        text(
            "INSERT INTO postcode_unit (postcode, easting, northing, location, source) VALUES"
            " ('DH1 1RH', 427500, 542500, ST_SetSRID(ST_MakePoint(427500, 542500), 27700), 'test')"
        )
    )
    changed(client)
    answer = client.get(PLACES, params={"postcode": "dh11rh", "radius_m": 100})
    assert [place["reference"] for place in answer.json()["places"]] == ["SP-5001"]
    origin = answer.json()["origin"]
    assert (origin["postcode"], origin["easting"], origin["northing"]) == ("DH1 1RH", 427500, 542500)
    assert answer.headers["cache-control"] == "no-store"


def test_places_of_a_division(client: TestClient, places: list[Place]) -> None:
    assert places
    changed(client)
    answer = client.get("/api/v1/divisions/E05000002/places", params={"f": "json"})
    (place,) = answer.json()["places"]
    assert (place["reference"], place["linked_by"]) == ("SP-5002", "covers")
    by_filter = client.get(PLACES, params={"division": "E05000002"})
    assert by_filter.json()["places"] == answer.json()["places"]
    assert client.get("/api/v1/divisions/E05999999/places").status_code == 404


def test_notices(client: TestClient, places: list[Place]) -> None:
    assert places
    changed(client)
    (notice,) = client.get(PLACES).json()["notices"]
    assert notice["code"] == "boundaries-out-of-force"
    assert "1 May 2025" in notice["text"]
    assert "approximate" in notice["text"]


def test_sample_data_is_said_to_be_so(client: TestClient, session: WriteSession, register: Register) -> None:
    assert register
    session.execute(text("UPDATE authority SET is_sample = true"))
    changed(client)
    assert "sample-data" in [notice["code"] for notice in client.get(PLACES).json()["notices"]]


# Caching


def test_not_modified_until_the_register_changes(client: TestClient, register: Register, places: list[Place]) -> None:
    assert places
    changed(client)
    first = client.get(PLACES)
    assert first.headers["cache-control"] == "public, no-cache"
    assert "Accept" in first.headers["vary"]
    known = {"If-None-Match": first.headers["etag"]}
    again = client.get(PLACES, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(PLACES, params={"limit": 1}, headers=known).status_code == 200
    assert client.get(PLACES, headers=known | {"Accept": "text/csv"}).status_code == 200
    register.add_place("Another")
    changed(client)
    assert client.get(PLACES, headers=known).status_code == 200


def test_a_suspended_place_is_gone_from_every_answer(client: TestClient, session: Session, places: list[Place]) -> None:
    changed(client)
    addresses = [PLACES, f"{PLACES}?bbox=-2,54,-1,55", f"{PLACES}?q=fernhill", "/api/v1/divisions/E05000001/places"]
    for address in addresses:
        assert "Fernhill" in client.get(address).text
    places[0].membership_status = MembershipStatus.SUSPENDED
    session.flush()
    changed(client)
    for address in addresses:
        assert "Fernhill" not in client.get(address).text


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_compression(client: TestClient, places: list[Place], encoding: str) -> None:
    assert places
    changed(client)
    answer = client.get(PLACES, headers={"Accept-Encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert len(answer.json()["places"]) == 2
    assert int(answer.headers["content-length"]) < len(answer.content)


@pytest.mark.parametrize("path", [PLACES, f"{PLACES}/SP-5001", "/api/v1/divisions/E05000001/places"])
def test_head_says_what_get_would(client: TestClient, places: list[Place], path: str) -> None:
    assert places
    changed(client)
    head, get = client.head(path), client.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-type"] == get.headers["content-type"]


# Gone and unknown


def test_gone_leads_to_the_nearest(client: TestClient, session: Session, places: list[Place]) -> None:
    places[0].membership_status = MembershipStatus.WITHDRAWN
    session.flush()
    changed(client)
    answer = client.get(f"{PLACES}/SP-5001")
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem["type"] == "/problems#place-gone"
    assert [place["reference"] for place in problem["nearest"]] == ["SP-5002"]
    assert problem["nearest"][0]["distance_m"] > 0
    assert "Fernhill" not in answer.text


def test_never_public_and_never_there_are_told_apart_by_nothing(client: TestClient, register: Register) -> None:
    hidden = register.add_place("Secret", membership_status=MembershipStatus.PROPOSED)
    changed(client)
    answers: list[dict[str, Any]] = []
    for reference in (hidden.reference, "SP-987654"):
        answer = client.get(f"{PLACES}/{reference}")
        assert answer.status_code == 404
        answers.append({name: str(value).replace(reference, "X") for name, value in answer.json().items()})
    assert answers[0] == answers[1]


def test_the_past(client: TestClient, session: WriteSession, register: Register) -> None:
    place = register.add_place("Before", audit=False, consent_on=date(2024, 1, 1))
    begun = datetime(2025, 2, 1, tzinfo=UTC)
    register.add_audit(place, audited_on=date(2025, 1, 1), effective_at=begun, valid_until=date(2025, 12, 31))
    assign_places(session, [place.id or 0])
    register.backdate(place, begun)
    changed(client)
    then = {"as_at": "2025-06-30"}
    body = client.get(PLACES, params=then).json()
    assert [found["name"] for found in body["places"]] == ["Before"]
    assert body["as_at"] == "2025-06-30T22:59:59.999999+00:00"
    assert client.get(PLACES).json()["places"] == []
    assert client.get(f"{PLACES}/{place.reference}", params=then).json()["division"]["gss_code"] == "E05000001"
    assert client.get(f"{PLACES}/{place.reference}").status_code == 410
    assert client.get("/api/v1/divisions/E05000001/places", params=then | {"f": "json"}).json()["numberReturned"] == 1
