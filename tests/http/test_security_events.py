"""What matters for security is written down: who and what, never what was typed."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.http.security_log import note_event
from app.main import create_app
from tests.conftest import settings_for
from tests.signing_in import SignedIn


@pytest.fixture
def plain_client(database_url: str) -> Iterator[TestClient]:
    """The application at an https address with a contact for weaknesses."""
    settings = settings_for(database_url).model_copy(
        update={"public_address": "https://safe.example.org", "security_contact": "mailto:weak@example.org"}
    )
    with TestClient(create_app(settings), base_url="https://testserver") as client:
        yield client


def events(captured: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in captured.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("event") in {"refused", "sign_in_failed", "signed_in", "signed_out"}]


def test_a_failed_sign_in_is_noted_without_what_was_typed(
    plain_client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    form = {"email": "somebody.typed@example.org", "password": "what somebody typed"}
    answer = plain_client.post("/sign-in/password", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 422
    written = "".join(capfd.readouterr())
    (event,) = events(written)
    assert event["event"] == "sign_in_failed"
    assert event["method"] == "password"
    assert event["request_id"] == answer.headers["x-request-id"]
    assert "typed" not in written


def test_refusals_are_noted(as_auditor: SignedIn, capfd: pytest.CaptureFixture[str]) -> None:
    assert as_auditor.client.get("/office/accounts").status_code == 403
    (event,) = events("".join(capfd.readouterr()))
    assert event["event"] == "refused"
    assert event["actor"] == f"account:{as_auditor.account.id}"
    assert event["action"] == "accounts:manage"


def test_https_is_for_a_year_and_everything_below(plain_client: TestClient) -> None:
    for path in ("/about", "/api/v1/divisions", "/nothing-here"):
        assert plain_client.get(path).headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_weaknesses_have_an_address(plain_client: TestClient, client: TestClient) -> None:
    told = plain_client.get("/.well-known/security.txt")
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Contact: mailto:weak@example.org\n" in told.text
    assert "Expires: 20" in told.text
    assert client.get("/.well-known/security.txt").status_code == 404


def test_no_line_of_the_log_can_be_forged(plain_client: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
    forged = '\r\n{"event":"signed_in","actor":"account:1"}\n\x1b[2J'
    note_event("sign_in_failed", method="oidc", cause=forged)
    plain_client.post("/sign-in/password", data={"email": forged, "password": forged})
    written = [line for line in "".join(capfd.readouterr()).split("\n") if line]
    assert [json.loads(line)["event"] for line in written].count("signed_in") == 0
    assert len(written) >= 3
    assert not {"\r", "\x1b"} & set("".join(written))
