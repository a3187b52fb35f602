"""What an attacker sends who has read the code: each was tried against a running service, and each has an answer."""

import csv
import json
from collections.abc import Iterator
from io import StringIO

import pytest
from fastapi.testclient import TestClient

from app.db.sessions import WriteSession
from app.http.spreadsheets import FORMULA_STARTS
from app.main import MAXIMUM_BODY_BYTES, create_app
from app.settings import Settings
from tests.register import Register
from tests.signing_in import SignedIn

pytestmark = pytest.mark.usefixtures("built_assets")

ODD_TOKENS = ["", "é", "x" * 100_000, "\x00", "token of somebody else"]
HUGE = "9" * 20


@pytest.mark.parametrize("token", ODD_TOKENS, ids=["none", "accented", "long", "nul", "foreign"])
def test_a_forms_token_can_be_anything_and_is_refused(as_officer: SignedIn, token: str) -> None:
    answer = as_officer.client.post("/account/sessions/end-others", data={"csrf_token": token})
    assert answer.status_code == 403
    header = as_officer.client.post(
        "/account/sessions/end-others", headers=[(b"X-CSRF-Token", token.replace("\x00", "").encode("latin-1"))]
    )
    assert header.status_code == 403


def test_a_file_is_no_token_and_plain_text_is_no_form(as_officer: SignedIn) -> None:
    sent = as_officer.client.post("/account/sessions/end-others", files={"csrf_token": ("a.txt", as_officer.csrf)})
    assert sent.status_code == 403
    sent = as_officer.client.post(
        "/account/sessions/end-others",
        content=f"csrf_token={as_officer.csrf}",
        headers={"Content-Type": "text/plain"},
    )
    assert sent.status_code == 403


@pytest.mark.parametrize("days", ["9" * 10, HUGE, "-1", "²", "1e9", "\x00"])
def test_how_long_a_key_is_good_cannot_be_a_number_that_nothing_holds(as_administrator: SignedIn, days: str) -> None:
    form = as_administrator.form(name="Website", scopes=["places:read-all"], days=days, per_minute="60")
    assert as_administrator.client.post("/office/keys/new", data=form).status_code == 422


@pytest.mark.parametrize(
    "address",
    [
        f"/office/accounts/{HUGE}",
        f"/office/keys/{HUGE}",
        f"/office/changes/{HUGE}",
        "/office/accounts/-1",
        "/office/accounts/9223372036854775808",
        "/office/places?q=%00",
        "/office/places/%00",
        "/office/places/SP-0001%0d%0aX-Evil:%201",
        "/account?done=%00",
    ],
)
def test_odd_addresses_are_answered_like_others(as_administrator: SignedIn, address: str) -> None:
    answer = as_administrator.client.get(address, follow_redirects=False)
    assert answer.status_code in {200, 308, 404, 422}
    assert "x-evil" not in answer.headers
    assert "\r" not in answer.headers.get("location", "")


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "OPTIONS"])
def test_other_methods_do_nothing(as_officer: SignedIn, method: str) -> None:
    answer = as_officer.client.request(
        method, "/office/places", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("way", ["header", "query"])
def test_a_method_cannot_be_put_on(as_officer: SignedIn, way: str) -> None:
    query = f"?_method=POST&csrf_token={as_officer.csrf}" if way == "query" else ""
    headers = {"X-HTTP-Method-Override": "POST"} if way == "header" else {}
    answer = as_officer.client.get(f"/account/sessions/end-others{query}", headers=headers)
    assert answer.status_code == 405


def test_bodies_have_an_end(as_officer: SignedIn) -> None:
    too_long = b"a" * (MAXIMUM_BODY_BYTES + 1)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert as_officer.client.post("/sign-in/password", content=too_long, headers=headers).status_code == 413
    in_pieces = (too_long[at : at + 65_536] for at in range(0, len(too_long), 65_536))
    assert as_officer.client.post("/sign-in/password", content=in_pieces, headers=headers).status_code in {400, 413}
    fields = "&".join(f"f{number}=1" for number in range(2_000))
    assert as_officer.client.post("/sign-in/password", content=fields, headers=headers).status_code == 400


@pytest.fixture
def known_as(sample_database_url: str) -> Iterator[TestClient]:
    """A service that knows its public address, as production has to, asked by another name."""
    settings = {"DATABASE_URL": sample_database_url, "public_address": "https://safe.example.org"}
    with TestClient(create_app(Settings.model_validate(settings)), base_url="https://evil.example") as client:
        yield client


def test_no_answer_repeats_the_host_of_a_request(known_as: TestClient) -> None:
    listed = known_as.get("/api/v1/places?limit=2", headers={"X-Forwarded-Host": "evil.example"})
    assert listed.json()["next"].startswith("https://safe.example.org/api/v1/places?limit=2&cursor=")
    assert listed.headers["link"].startswith("<https://safe.example.org/api/v1/places?")
    pages = ["/", "/divisions", "/api", "/sign-in/link", "/office/places", "/.well-known/security.txt", "/robots.txt"]
    for address in (*pages, "/api/v1/places?limit=2&f=geojson", "/api/openapi.json"):
        answer = known_as.get(address, follow_redirects=False)
        assert "evil.example" not in answer.text + str(answer.headers), address


@pytest.fixture
def register(session: WriteSession) -> Register:
    """A register with an authority and no place."""
    return Register(session)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_of_a_file_runs_in_a_spreadsheet(
    session: WriteSession, register: Register, as_officer: SignedIn, start: str
) -> None:
    place = register.add_place(f"{start}cmd|' /C calc'!A1")
    place.name, place.description = f"{start}calc(1)", f"{start}calc(2)"
    session.flush()
    for address in ("/office/places.csv", f"/office/places/{place.reference}/history.csv", "/api/v1/places?f=csv"):
        answer = as_officer.client.get(address, headers={"Accept": "*/*"})
        cells = [cell for line in csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")) for cell in line]
        dangerous = [cell for cell in cells if "calc" in cell]
        assert dangerous or "/api/" in address
        assert not [cell for cell in dangerous if not cell.startswith("'")]


def test_json_that_is_hard_to_read_is_no_fault_of_ours(client: TestClient) -> None:
    hard = ["[" * 100_000, '{"points": [1e400]}', json.dumps({"points": [[1e308] * 3]})]
    for body in hard:
        answer = client.post("/api/v1/divisions/lookup", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {200, 400, 422}, body[:40]
