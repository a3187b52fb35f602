"""Pages about mail: administrators see how messages stand and never what they say; the viewer is for development."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.db.sessions import WriteSession, make_engine
from app.http import health
from app.mail.rules import queue_mail
from app.main import create_app
from app.settings import Settings
from app.tables import Authority
from app.tables.base import now_utc
from app.vocabulary import Role
from tests.http.test_health import load
from tests.signing_in import AUTHORITY, OTHER_AUTHORITY, SignedIn, SignIn

LINK = "https://example.org/sign-in/link/a-very-secret-token"


def write(session: WriteSession, state: str, *, to: str = "jo@example.org", authority: str = AUTHORITY) -> int:
    """A message of an authority in a state; its number."""
    queue_mail(session, to=to, subject="Your secret link", text=f"Use it:\n\n{LINK}\n\nBye", kind="sign_in_link")
    connection = session.connection()
    number = int(connection.execute(text("SELECT max(id) FROM mail_message")).scalar_one())
    wipe = ", subject = NULL, text = NULL" if state == "sent" else ""
    claim = "NULL" if state in {"waiting", "kept"} else "gen_random_uuid()"
    connection.execute(
        text(
            f"UPDATE mail_message SET state = CAST(:state AS text), claim = {claim}, authority_code = :authority{wipe},"
            " settled_at = CASE WHEN CAST(:state AS text) <> 'waiting' THEN now() END WHERE id = :id"
        ),
        {"state": state, "authority": authority, "id": number},
    )
    return number


def state_of(session: WriteSession, number: int) -> str:
    found = session.connection().execute(text("SELECT state FROM mail_message WHERE id = :id"), {"id": number})
    return str(found.scalar_one())


@pytest.fixture
def administrator(sign_in: SignIn) -> SignedIn:
    return sign_in(Role.ADMINISTRATOR)


def test_how_messages_stand_and_never_what_they_say(session: WriteSession, administrator: SignedIn) -> None:
    for state in ("waiting", "claimed", "handing_over", "sent", "failed", "uncertain"):
        write(session, state, to=f"{state}@example.org")
    page = administrator.client.get("/office/mail")
    assert page.status_code == HTTPStatus.OK, page.text
    for state in ("waiting", "claimed", "handing_over", "sent", "failed", "uncertain"):
        assert f"{state}@example.org" in page.text
    assert "secret" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_messages_of_another_authority_are_not_there(session: WriteSession, sign_in: SignIn) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    other = sign_in(Role.ADMINISTRATOR, authority_code=OTHER_AUTHORITY)
    theirs = write(session, "uncertain", to="theirs@example.org", authority=OTHER_AUTHORITY)
    assert "theirs@example.org" not in administrator.client.get("/office/mail").text
    assert "theirs@example.org" in other.client.get("/office/mail").text
    refused = administrator.client.post(f"/office/mail/{theirs}", data=administrator.form(what="again"))
    assert refused.status_code == HTTPStatus.CONFLICT
    assert state_of(session, theirs) == "uncertain"


@pytest.mark.parametrize("role", [Role.COUNCILLOR, Role.AUDITOR, Role.OFFICER])
def test_others_do_not_see_it(session: WriteSession, sign_in: SignIn, role: Role) -> None:
    person = sign_in(role)
    number = write(session, "uncertain")
    assert person.client.get("/office/mail").status_code == HTTPStatus.FORBIDDEN
    sent = person.client.post(f"/office/mail/{number}", data=person.form(what="again"))
    assert sent.status_code == HTTPStatus.FORBIDDEN
    assert state_of(session, number) == "uncertain"


@pytest.mark.parametrize(
    ("before", "what", "after"),
    [("uncertain", "again", "waiting"), ("uncertain", "arrived", "sent"), ("failed", "again", "waiting")],
)
def test_what_an_administrator_decides(
    session: WriteSession, administrator: SignedIn, before: str, what: str, after: str
) -> None:
    number = write(session, before)
    session.connection().execute(text("DELETE FROM procrastinate_jobs"))
    answer = administrator.client.post(
        f"/office/mail/{number}", data=administrator.form(what=what), follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (HTTPStatus.SEE_OTHER, f"/office/mail?done={what}")
    assert state_of(session, number) == after
    row = session.connection().execute(text("SELECT text, decided_by FROM mail_message WHERE id = :id"), {"id": number})
    body, decided_by = row.one()
    assert decided_by == f"account:{administrator.account.id}"
    assert (body is None) is (after == "sent")
    jobs = session.connection().execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one()
    assert jobs == (1 if what == "again" else 0)


@pytest.mark.parametrize(
    ("before", "what"),
    [("sent", "again"), ("waiting", "again"), ("handing_over", "again"), ("failed", "arrived"), ("sent", "arrived")],
)
def test_what_cannot_be_decided(session: WriteSession, administrator: SignedIn, before: str, what: str) -> None:
    number = write(session, before)
    answer = administrator.client.post(f"/office/mail/{number}", data=administrator.form(what=what))
    assert answer.status_code == HTTPStatus.CONFLICT
    assert state_of(session, number) == before


def test_a_decision_needs_the_forms_token(session: WriteSession, administrator: SignedIn) -> None:
    number = write(session, "uncertain")
    answer = administrator.client.post(f"/office/mail/{number}", data={"what": "again"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert state_of(session, number) == "uncertain"


# The viewer


@contextmanager
def installation(
    url: str, *, address: str = "127.0.0.1", host: str = "localhost", **settings: str
) -> Iterator[TestClient]:
    """A browser at a network address that asks an installation by a name."""
    app = create_app(Settings.model_validate({"DATABASE_URL": url} | settings))
    with TestClient(app, base_url=f"http://{host}", client=(address, 50_000)) as client:
        yield client


@pytest.fixture
def kept(empty_database_url: str) -> str:
    """A database with one message that was kept."""
    engine = make_engine(Settings.model_validate({"DATABASE_URL": empty_database_url}))
    with WriteSession(engine) as session, session.begin():
        session.add(Authority(code=AUTHORITY, name="Testshire"))
        session.flush()
        write(session, "kept")
        write(session, "uncertain", to="leaving@example.org")
    engine.dispose()
    return empty_database_url


@pytest.mark.parametrize(("address", "host"), [("127.0.0.1", "localhost:8000"), ("::1", "[::1]:8000")])
def test_the_viewer_shows_what_was_kept(kept: str, address: str, host: str) -> None:
    with installation(kept, address=address, host=host) as client:
        page = client.get("/dev/mail")
    assert page.status_code == HTTPStatus.OK, page.text
    assert f'href="{LINK}"' in page.text
    assert "leaving@example.org" not in page.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"address": "192.0.2.10"},
        {"address": "testclient"},
        {"host": "rebound.example"},
        {
            "environment": "production",
            "public_address": "https://safe.example.org",
            "secret": "crumpet lantern estuary 0123456789 abc",
            "trusted_proxies": "127.0.0.1",
        },
        {"public_address": "https://safe.example.org"},
        {"smtp_host": "mail.example.org"},
        {"notify_api_key": "key"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_the_viewer_is_nowhere_else(kept: str, elsewhere: dict[str, str]) -> None:
    with installation(kept, **elsewhere) as client:
        page = client.get("/dev/mail")
    assert page.status_code == HTTPStatus.NOT_FOUND
    assert "secret" not in page.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_the_viewer_is_not_for_who_comes_through_another_server(kept: str, header: str) -> None:
    with installation(kept) as client:
        assert client.get("/dev/mail", headers={header: "127.0.0.1"}).status_code == HTTPStatus.NOT_FOUND


def test_readiness_tells_of_mail_without_a_worker(
    session: WriteSession, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:

    load(session, valid_from=date(2025, 5, 1), valid_to=None)
    queue_mail(session, to="jo@example.org", subject="Hello", text="Read this.", kind="notice")
    assert client.get("/health/ready").json()["warnings"] == []
    session.connection().execute(text("UPDATE procrastinate_events SET at = now() - interval '5 minutes'"))
    monkeypatch.setattr(health, "STARTED", now_utc())
    assert client.get("/health/ready").json()["warnings"] == [], "a worker that starts with us has not spoken yet"
    monkeypatch.setattr(health, "STARTED", now_utc() - timedelta(minutes=2))
    answer = client.get("/health/ready")
    assert answer.status_code == HTTPStatus.OK
    (warning,) = answer.json()["warnings"]
    assert "safeplaces worker" in warning
    session.connection().execute(text("SELECT procrastinate_register_worker_v1()"))
    assert client.get("/health/ready").json()["warnings"] == []
