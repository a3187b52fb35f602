"""Changes of many places, and saved views, by programs with a key."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.http.rate_limits import KEY_BULK
from app.permissions.identity import Identity
from app.places.register_settings import write_setting
from app.vocabulary import Role
from tests.http.keys import Program, make_program
from tests.minutes import early_in_a_minute
from tests.register import AUTHORITY, Register
from tests.signing_in import add_account, add_key

SUSPEND = {"kind": "status", "value": "suspended", "reason": "Flood"}
JOIN = {"kind": "add_scheme", "value": "safe_haven", "reason": "Joined"}


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


@pytest.fixture
def program(register: Register, client: TestClient, session: WriteSession) -> Program:  # noqa: ARG001 - the authority first
    return make_program(client, session)


def preview(program: Program, **asked: object) -> dict[str, Any]:
    answer = program.post("register/bulk/preview", asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


def statuses(program: Program) -> dict[str, str]:
    places = program.get("register/places").json()["places"]
    return {place["reference"]: place["membership_status"] for place in places}


def faulty(answer: Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    faults = answer.json()["errors"]
    assert all(fault["what"] and fault["remedy"] for fault in faults), faults
    return {fault["field"] for fault in faults}


def test_what_was_previewed_is_done_once(program: Program, register: Register, session: WriteSession) -> None:
    one, two = (register.add_place(name).reference for name in ("One", "Two"))
    other = register.add_place("Three", town="Seaham").reference
    asked = {"references": [two, one, one], "action": SUSPEND}
    found = preview(program, **asked)
    assert [(row["reference"], row["before"], row["after"], row["changes"]) for row in found["rows"]] == [
        (one, "Listed", "Suspended", True),
        (two, "Listed", "Suspended", True),
    ]
    assert found["action"] == SUSPEND
    assert set(statuses(program).values()) == {"listed"}

    confirmed = asked | {"token": found["token"]}
    done = program.post("register/bulk", confirmed, Idempotency_Key="abc-1")
    assert (done.status_code, done.json()) == (200, {"changed": 2, "waiting": 0})
    again = program.post("register/bulk", confirmed, Idempotency_Key="abc-1")
    assert (again.content, again.headers["idempotency-replayed"]) == (done.content, "true")
    assert statuses(program) == {one: "suspended", two: "suspended", other: "listed"}
    revisions = session.connection().execute(
        text("SELECT DISTINCT version, actor, via, reason FROM place_revision WHERE version > 1")
    )
    assert [tuple(row) for row in revisions] == [(2, f"key:{program.token[:12]}", "api", "Flood")]
    assert program.post("register/bulk", confirmed).status_code == 409, "without the key it is another request"


def test_all_that_fit_a_search(program: Program, register: Register) -> None:
    here = register.add_place("One", town="Seaham").reference
    there = register.add_place("Two", town="Durham").reference
    asked = {"query": "q=seaham&sort=town", "action": SUSPEND}
    found = preview(program, **asked)
    assert [row["reference"] for row in found["rows"]] == [here]
    register.add_place("Three", town="Seaham")
    late = program.post("register/bulk", asked | {"token": found["token"]})
    assert (late.status_code, late.json()["type"]) == (409, "/problems#conflict")
    assert set(statuses(program).values()) == {"listed"}
    found = preview(program, **asked)
    assert program.post("register/bulk", asked | {"token": found["token"]}).json() == {"changed": 2, "waiting": 0}
    assert statuses(program)[there] == "listed"


def test_a_place_that_changed_since_stops_all(program: Program, register: Register) -> None:
    one, two = (register.add_place(name).reference for name in ("One", "Two"))
    asked = {"references": [one, two], "action": SUSPEND}
    token = preview(program, **asked)["token"]
    assert program.patch(two, {"town": "Durham"}, f'"{two}.1"').status_code == 200
    refused = program.post("register/bulk", asked | {"token": token})
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert set(statuses(program).values()) == {"listed"}


def test_one_place_that_cannot_stops_all_and_is_named(program: Program, register: Register) -> None:
    good = register.add_place("Good").reference
    bad = register.add_place("Bad", membership_status="proposed").reference
    asked = {"references": [good, bad, "SP-99999"], "action": SUSPEND}
    found = preview(program, **asked)
    assert {row["reference"] for row in found["rows"] if row["fault"]} == {bad, "SP-99999"}
    assert faulty(program.post("register/bulk", asked | {"token": found["token"]})) == {bad, "SP-99999"}
    assert statuses(program)[good] == "listed"


def test_places_of_others_are_unknown(
    program: Program, register: Register, client: TestClient, session: WriteSession
) -> None:
    mine = register.add_place("Zanzibarhouse", membership_status="proposed").reference
    other = make_program(client, session, authority_code="E06000057")
    answer = other.post("register/bulk/preview", {"references": [mine], "action": SUSPEND})
    assert "Zanzibarhouse" not in answer.text
    assert answer.json()["rows"][0]["fault"] == "There is no such place that you can see."
    asked = {"references": [mine], "action": SUSPEND, "token": answer.json()["token"]}
    assert faulty(other.post("register/bulk", asked)) == {mine}
    assert statuses(program) == {mine: "proposed"}


def test_edits_wait_where_that_is_set(program: Program, register: Register, session: WriteSession) -> None:
    administrator = Identity(Role.ADMINISTRATOR, account_id=3, authority_code=AUTHORITY)
    write_setting(session, administrator, "second_person_for_listed_places", True)
    listed = register.add_place("One").reference
    proposed = register.add_place("Two", membership_status="proposed").reference
    asked = {"references": [listed, proposed], "action": JOIN}
    found = preview(program, **asked)
    assert {row["reference"]: row["waits"] for row in found["rows"]} == {listed: True, proposed: False}
    done = program.post("register/bulk", asked | {"token": found["token"]})
    assert done.json() == {"changed": 1, "waiting": 1}
    assert [one["reference"] for one in program.get("places/changes").json()["changes"]] == [listed]


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, {"action"}),
        ({"action": SUSPEND}, {"references"}),
        ({"action": SUSPEND, "references": []}, {"references"}),
        ({"action": SUSPEND, "references": "SP-0042"}, {"references"}),
        ({"action": SUSPEND, "references": ["42", "SP-0042\u0000"]}, {"references.0", "references.1"}),
        ({"action": SUSPEND, "references": ["SP-0042"], "query": ""}, {"references"}),
        ({"action": SUSPEND, "query": "colour=red"}, {"colour"}),
        ({"action": SUSPEND, "query": "q=%00%00"}, {"q"}),
        ({"action": SUSPEND, "query": "x" * 2001}, {"query"}),
        ({"action": "suspend", "references": ["SP-0042"]}, {"action"}),
        ({"action": SUSPEND | {"kind": "delete"}, "references": ["SP-0042"]}, {"action.kind"}),
        ({"action": SUSPEND | {"also": 1, "reason": 2}, "references": ["SP-0042"]}, {"action.also", "action.reason"}),
        ({"action": SUSPEND | {"value": "gone", "reason": " "}, "query": ""}, {"action.value", "action.reason"}),
        ({"action": SUSPEND, "references": ["SP-0042"] * 1001}, {"references"}),
        ({"action": SUSPEND, "references": ["SP-0042"], "token": "x"}, {"token"}),
    ],
    ids=lambda given: ",".join(sorted(given)),
)
def test_what_cannot_be_asked(program: Program, register: Register, asked: dict[str, Any], fields: set[str]) -> None:
    register.add_place("One")
    assert faulty(program.post("register/bulk/preview", asked)) == fields


def test_doing_it_needs_the_token(program: Program, register: Register) -> None:
    reference = register.add_place("One").reference
    asked = {"references": [reference], "action": SUSPEND}
    assert faulty(program.post("register/bulk", asked)) == {"token"}
    assert program.post("register/bulk", asked | {"token": "x"}).status_code == 409
    assert statuses(program) == {reference: "listed"}


def test_each_kind_of_action_needs_its_scope(register: Register, client: TestClient, session: WriteSession) -> None:
    reference = register.add_place("One").reference
    suspend, join = ({"references": [reference], "action": action} for action in (SUSPEND, JOIN))
    allowed = {"places:status": (200, 403), "places:write": (403, 200), "places:merge": (403, 403)}
    for scope, expected in allowed.items():
        program = make_program(client, session, "places:read-all", scope)
        found = tuple(program.post("register/bulk/preview", one).status_code for one in (suspend, join))
        assert found == expected, scope
        done = program.post("register/bulk", suspend | {"token": "x"})
        assert done.status_code == (409 if expected[0] == 200 else 403)
        assert make_program(client, session, scope).post("register/bulk/preview", suspend).status_code == 403


def test_changes_of_many_places_are_counted_by_themselves(program: Program, register: Register) -> None:
    register.add_place("One")
    asked = {"query": "", "action": SUSPEND}
    early_in_a_minute(20)
    for _ in range(KEY_BULK.amount):
        answer = program.post("register/bulk/preview", asked)
        assert answer.status_code == 200
    assert answer.headers["ratelimit-policy"] == f'"key-bulk";q={KEY_BULK.amount};w=60'
    refused = program.post("register/bulk", asked | {"token": "x"})
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems#too-many-requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert program.get("register/places").status_code == 200


def test_views_are_those_of_the_key_s_account(register: Register, client: TestClient, session: WriteSession) -> None:  # noqa: ARG001
    account = add_account(session, Role.OFFICER)
    program = Program(client, add_key(session, account, "places:read-all", "places:write"))
    colleague = make_program(client, session)
    made = program.post("register/views", {"name": " To  chase ", "query": "?status=listed&sort=valid_until&limit=5"})
    assert made.status_code == 201, made.text
    view = made.json()
    assert (view["name"], view["query"]) == ("To chase", "status=listed&sort=valid_until")
    again = program.post("register/views", {"name": "To chase", "query": "flag=no_consent"})
    assert (again.status_code, again.json()) == (200, view | {"query": "flag=no_consent"})
    program.post("register/views", {"name": "All"})

    follower = Program(client, add_key(session, account, "places:read-all"))
    listed = follower.get("register/views")
    assert listed.headers["cache-control"] == "no-store"
    assert [(one["name"], one["query"]) for one in listed.json()["views"]] == [
        ("All", ""),
        ("To chase", "flag=no_consent"),
    ]
    assert colleague.get("register/views").json() == {"views": []}
    assert colleague.send("DELETE", f"register/views/{view['id']}").status_code == 404
    assert follower.send("DELETE", f"register/views/{view['id']}").status_code == 403
    assert follower.post("register/views", {"name": "Mine"}).status_code == 403

    gone = program.send("DELETE", f"register/views/{view['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert program.send("DELETE", f"register/views/{view['id']}").status_code == 404
    assert [one["name"] for one in program.get("register/views").json()["views"]] == ["All"]


def test_views_that_cannot_be(program: Program) -> None:
    for given, fields in (
        ({}, {"name"}),
        ({"name": "x" * 61}, {"name"}),
        ({"name": "A\u0000"}, {"name"}),
        ({"name": {}}, {"name"}),
        ({"name": "A", "query": "colour=red"}, {"colour"}),
        ({"name": "A", "query": "listed"}, {"query"}),
        ({"name": "A", "query": "q=" + "x" * 1999}, {"query"}),
        ({"name": "A", "query": "status=gone"}, {"status"}),
        ({"name": "A", "colour": "red"}, {"colour"}),
    ):
        assert faulty(program.post("register/views", given)) == fields
    for number in ("0", "x", str(2**31)):
        assert program.send("DELETE", f"register/views/{number}").status_code == 422


def test_a_view_leads_to_its_places_and_to_a_change_of_them(program: Program, register: Register) -> None:
    reference = register.add_place("One", consent_on=None).reference
    register.add_place("Two")
    program.post("register/views", {"name": "No consent", "query": "flag=no_consent"})
    (view,) = program.get("register/views").json()["views"]
    places = program.send("GET", f"register/places?{view['query']}").json()["places"]
    assert [place["reference"] for place in places] == [reference]
    found = preview(program, query=view["query"], action=SUSPEND)
    assert [row["reference"] for row in found["rows"]] == [reference]
