"""The register's API: reads and writes with a key, as the web's role."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.db.sessions import WriteSession
from app.tables import PlacePrivate, PlaceRevision, RegisterSetting
from tests.http.keys import Program, make_program
from tests.register import AUTHORITY, SOUTH, WEST, Register

DRAFT: dict[str, Any] = {
    "name": "Gilesgate Hall",
    "kind": "library",
    "schemes": ["safe_place"],
    "easting": WEST + 500,
    "northing": SOUTH + 500,
    "contact_name": "Zelda Quux",
}


@pytest.fixture
def register(session: WriteSession) -> Register:
    register = Register(session)
    register.add_divisions(2)
    return register


@pytest.fixture
def program(register: Register, client: TestClient, session: WriteSession) -> Program:  # noqa: ARG001 - the authority first
    return make_program(client, session)


def test_a_place_is_added_read_changed_and_moved(program: Program, session: WriteSession) -> None:
    made = program.post("places", DRAFT, Change_Reason="Café offered")
    assert made.status_code == 201, made.text
    place = made.json()
    reference = place["reference"]
    assert made.headers["location"] == f"/api/v1/register/places/{reference}"
    assert made.headers["etag"] == f'"{reference}.1"'
    assert (place["membership_status"], place["contact_name"]) == ("proposed", "Zelda Quux")
    assert [one["gss_code"] for one in place["divisions"]] == ["E05000001"]
    assert program.client.get(f"/api/v1/places/{reference}").status_code == 404  # the public does not see it

    read = program.get(f"register/places/{reference}")
    assert (read.json(), read.headers["etag"]) == (place, f'"{reference}.1"')
    assert read.headers["cache-control"] == "no-store"
    changed = program.patch(reference, {"town": "Durham", "contact_name": None}, read.headers["etag"])
    assert changed.status_code == 200, changed.text
    assert (changed.json()["town"], changed.json()["contact_name"]) == ("Durham", None)
    assert changed.headers["etag"] == f'"{reference}.2"'
    moved = program.post(f"places/{reference}/status", {"status": "listed", "reason": "Checked"})
    assert (moved.status_code, moved.json()["membership_status"]) == (200, "listed")
    revisions = session.exec(select(PlaceRevision).order_by(col(PlaceRevision.version))).all()
    assert [(one.via, one.reason) for one in revisions] == [("api", "Café offered"), ("api", None), ("api", "Checked")]
    assert {one.actor for one in revisions} == {f"key:{program.token[:12]}"}


def test_a_conflict_shows_both_versions(program: Program, register: Register) -> None:
    reference = register.add_place("Hall", town="Consett").reference
    first = f'"{reference}.1"'
    assert program.patch(reference, {"town": "Durham"}, first).status_code == 200
    answer = program.patch(reference, {"town": "Seaham", "phone": "0191 498 0042"}, first)
    assert answer.status_code == 412
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems#stale-version"
    assert (problem["current"]["town"], problem["submitted"]["town"]) == ("Durham", "Seaham")
    assert problem["differences"][0]["field"] in {"town", "phone"}
    assert {
        "field": "town", "base": "Consett", "current": "Durham", "submitted": "Seaham", "is_conflict": True,
    } in problem["differences"]  # fmt: skip
    moved = program.send(
        "POST", f"places/{reference}/status", json={"status": "suspended", "reason": "x"}, headers={"If-Match": first}
    )
    assert (moved.status_code, moved.json()["current"]) == (412, {"membership_status": "listed"})


def test_a_change_says_which_version_it_starts_from(program: Program, register: Register) -> None:
    reference, other = register.add_place("Hall").reference, register.add_place("Other").reference
    assert program.patch(reference, {"town": "Durham"}).status_code == 428
    assert program.patch(reference, {"town": "Durham"}, f'"{other}.1"').status_code == 412
    for header in ("*", "1", f'W/"{reference}.1"', f'"{reference}.1", "{reference}.2"'):
        answer = program.patch(reference, {"town": "Durham"}, header)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "If-Match"), header
    assert program.get(f"register/places/{reference}").json()["town"] is None


def test_every_faulty_fact_is_told_at_once(program: Program) -> None:
    answer = program.post("places", {"name": "", "kind": "palace", "phone": "1", "colour": "red", "bsl": "perhaps"})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "/problems#invalid-input"
    assert {fault["field"] for fault in problem["errors"]} == {
        "name", "kind", "phone", "colour", "bsl", "schemes", "postcode",
    }  # fmt: skip
    assert all(fault["what"] and fault["remedy"] for fault in problem["errors"])


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{", 422),
        ("application/json", b"[]", 422),
        ("application/json", b'"x"', 422),
        ("application/json", b"\xff", 422),
        ("application/json", b'{"name": "\\ud800"}', 422),
        ("text/plain", b"{}", 415),
        ("application/x-www-form-urlencoded", b"name=x", 415),
    ],
)
def test_bodies_that_are_no_place(program: Program, content_type: str, body: bytes, status: int) -> None:
    answer = program.send("POST", "places", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("value", [{}, [], {"a": 1}, 7, True])
def test_what_should_be_text_and_is_not_is_told(program: Program, register: Register, value: object) -> None:
    reference = register.add_place("Hall").reference
    for path, member, rest in (
        ("status", "reason", {"status": "suspended"}),
        ("division", "gss_code", {"reason": "Near"}),
        ("merge", "into", {"reason": "The same"}),
    ):
        answer = program.post(f"places/{reference}/{path}", rest | {member: value})
        assert answer.status_code == 422, answer.text
        assert [fault["field"] for fault in answer.json()["errors"]] == [member]
    assert program.get(f"register/places/{reference}").json()["membership_status"] == "listed"


def test_lists_are_filtered_paged_and_counted(program: Program, register: Register) -> None:
    for name in ("A", "B", "C"):
        register.add_place(name)
    register.add_place("D", membership_status="suspended")
    first = program.get("register/places", status="listed", limit=2).json()
    assert ([place["name"] for place in first["places"]], first["total"]) == (["A", "B"], 3)
    second = program.client.get(first["next"], headers={"Authorization": f"Bearer {program.token}"}).json()
    assert ([place["name"] for place in second["places"]], second["next"]) == (["C"], None)
    refused = program.get("register/places", status="gone", sort="contact_name")
    assert {fault["field"] for fault in refused.json()["errors"]} == {"status", "sort"}
    assert program.get("register/places", colour="red").status_code == 422
    assert program.get("register/places", cursor="x").status_code == 422


def test_keys_reach_as_far_as_their_scopes(
    program: Program, register: Register, client: TestClient, session: WriteSession
) -> None:
    place = register.add_place("Hall")
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="Zelda Quux"))
    session.flush()
    path = f"register/places/{place.reference}"
    reader = make_program(client, session, "places:read-all")
    assert "contact_name" not in reader.get(path).json()
    assert reader.get("register/places", q="quux").json()["total"] == 0
    assert program.get("register/places", q="quux").json()["total"] == 1
    assert reader.patch(place.reference, {"town": "X"}, f'"{place.reference}.1"').status_code == 403
    writer = make_program(client, session, "places:read-all", "places:write")
    refused = writer.patch(place.reference, {"contact_name": "X"}, f'"{place.reference}.1"')
    assert [fault["field"] for fault in refused.json()["errors"]] == ["contact_name"]
    stale = writer.patch(place.reference, {"town": "X"}, f'"{place.reference}.9"')
    assert (stale.status_code, "Zelda" in stale.text) == (412, False)
    assert writer.post(f"places/{place.reference}/status", {"status": "suspended", "reason": "x"}).status_code == 403
    other = make_program(client, session, authority_code="E06000005")
    assert other.get(path).status_code == 404
    assert other.get("register/places").json()["total"] == 0
    assert other.patch(place.reference, {"town": "X"}, f'"{place.reference}.1"').status_code == 404
    assert client.get(f"/api/v1/{path}").status_code == 401
    assert client.get(f"/api/v1/{path}", headers={"Authorization": "Bearer spk_wrong"}).status_code == 401
    assert client.post("/api/v1/places", json=DRAFT).status_code == 401


def test_a_merged_reference_leads_to_the_place_that_stayed(
    program: Program, register: Register, client: TestClient
) -> None:
    double, stays = register.add_place("Fernhill Library").reference, register.add_place("Library, Fernhill").reference
    likely = program.get(f"register/places/{double}/duplicates").json()["places"]
    assert [one["reference"] for one in likely] == [stays]
    merged = program.post(f"places/{double}/merge", {"into": stays, "reason": "One building"})
    assert (merged.status_code, merged.json()["reference"]) == (200, stays), merged.text
    moved = program.get(f"register/places/{double}")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/api/v1/register/places/{stays}")
    assert moved.json()["merged_into"] == stays
    public = client.get(f"/api/v1/places/{double}?f=geojson", follow_redirects=False)
    assert (public.status_code, public.headers["location"]) == (301, f"/api/v1/places/{stays}?f=geojson")
    page = client.get(f"/places/{double}", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (301, f"/places/{stays}")
    assert client.get(f"/places/{double}", headers={"Accept": "text/html"}).status_code == 200
    program.post(f"places/{stays}/status", {"status": "suspended", "reason": "Flood"})
    hidden = client.get(f"/api/v1/places/{double}", follow_redirects=False)
    assert hidden.status_code == 410  # where it leads is not public any more
    assert stays not in hidden.text


def test_an_edit_of_a_listed_place_waits_where_that_is_set(
    program: Program, register: Register, client: TestClient, session: WriteSession
) -> None:
    reference = register.add_place("Hall", town="Durham").reference
    session.add(RegisterSetting(authority_code=AUTHORITY, name="second_person_for_listed_places", value=True))
    session.flush()
    waits = program.patch(reference, {"town": "Seaham"}, f'"{reference}.1"')
    assert (waits.status_code, waits.json()["town"], waits.json()["change_waiting"]) == (202, "Durham", True)
    path = waits.headers["location"].removeprefix("/api/v1/")
    change = program.get(path).json()
    assert change["differences"] == [
        {"field": "town", "base": "Durham", "current": "Durham", "submitted": "Seaham", "is_conflict": False}
    ]
    assert program.post(f"{path}/approve", {}).status_code == 403
    second = make_program(client, session)
    assert [one["id"] for one in second.get("places/changes").json()["changes"]] == [change["id"]]
    assert client.get(f"/api/v1/places/{reference}").json()["town"] == "Durham"
    approved = second.post(f"{path}/approve", {"reason": "Right"})
    assert (approved.status_code, approved.json()["decision"]) == (200, "approved"), approved.text
    assert client.get(f"/api/v1/places/{reference}").json()["town"] == "Seaham"
    assert second.post(f"{path}/refuse", {"reason": "x"}).status_code == 409
    again = program.patch(reference, {"town": "Consett"}, f'"{reference}.2"').headers["location"]
    withdrawn = program.post(f"{again.removeprefix('/api/v1/')}/withdraw", {})
    assert withdrawn.json()["decision"] == "withdrawn"
    assert len(second.get("places/changes", state="decided").json()["changes"]) == 2
    assert program.get("places/changes/999999").status_code == 404


def test_a_location_is_told_before_it_is_saved(program: Program) -> None:
    answer = program.get("register/location", easting="428998", northing="542500")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["division"]["gss_code"], answer.json()["near_boundary"]) == ("E05000001", True)
    assert program.get("register/location", grid_reference="NZ 274 425").json()["grid_reference"] == "NZ 27450 42550"
    assert program.get("register/location", postcode="DH1").json()["errors"][0]["field"] == "postcode"


def test_a_doubtful_division_is_decided(program: Program) -> None:
    made = program.post("places", DRAFT | {"easting": WEST + 1_998}).json()
    assert made["near_boundary"]
    path = f"places/{made['reference']}/division"
    decided = program.post(path, {"gss_code": "E05000002", "reason": "The door"})
    assert (decided.status_code, decided.json()["divisions"][0]["basis"]) == (200, "decided"), decided.text
    back = program.post(path, {"gss_code": None, "reason": "Looked again"})
    assert [one["basis"] for one in back.json()["divisions"]] == ["covers", "near"]
    assert program.post(path, {"reason": "x"}).status_code == 422


def test_members_of_a_body_are_checked(program: Program, register: Register) -> None:
    reference = register.add_place("Hall").reference
    answer = program.post(f"places/{reference}/status", {"status": 7, "because": "x"})
    assert {fault["field"] for fault in answer.json()["errors"]} == {"status", "because", "reason"}
    answer = program.post(f"places/{reference}/status", {"status": "gone", "reason": "x"})
    assert [fault["field"] for fault in answer.json()["errors"]] == ["status"]
    answer = program.post(f"places/{reference}/status", {"status": "proposed", "reason": "x"})
    assert answer.status_code == 409


def test_the_description_has_the_key_the_bodies_and_every_answer(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert described["components"]["securitySchemes"]["API key"] == {
        "type": "http", "scheme": "bearer", "description": "A key of the register: `Authorization: Bearer spk_…`.",
    }  # fmt: skip
    patch = described["paths"]["/api/v1/places/{reference}"]["patch"]
    assert patch["security"] == [{"API key": []}]
    assert {"200", "202", "401", "403", "404", "409", "412", "415", "422", "428"} <= patch["responses"].keys()
    assert {one["name"] for one in patch["parameters"]} == {"reference", "If-Match", "Change-Reason"}
    body = patch["requestBody"]["content"]["application/merge-patch+json"]["schema"]
    assert "contact_name" in body["properties"]
    assert "membership_status" not in body["properties"]
    added = described["paths"]["/api/v1/places"]["post"]["requestBody"]["content"]["application/json"]
    assert {"name", "kind", "schemes"} == set(added["schema"]["required"])
    assert "$ref" not in str(added)
