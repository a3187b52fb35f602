"""API keys: made, shown once, replaced, revoked; what a program with one can do, and what it cannot."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session, col, select

from app.accounts import key_rules, rules
from app.accounts.access import bounds_of
from app.accounts.key_rules import KeyDraft
from app.accounts.sessions import hash_token
from app.db.sessions import WriteSession, confine
from app.errors import Conflict, InvalidInput
from app.permissions.identity import Identity
from app.permissions.table import KEY_SCOPES
from app.tables import ApiKey
from app.tables.base import now_utc
from app.vocabulary import Role
from tests.register import Register
from tests.signing_in import OTHER_AUTHORITY, SignedIn, SignIn, add_account, add_key

pytestmark = pytest.mark.usefixtures("built_assets")
READS_ALL = "/api/v1/register/places"


def token_in(html: str) -> str:
    """The key that a page shows."""
    (token,) = re.findall(r">(spk_[\w-]{43})<", html)
    return str(token)


def form_of(person: SignedIn, **fields: object) -> dict[str, object]:
    """A new key's form, filled in."""
    return person.form(
        **({"name": "Website", "scopes": ["places:read-all"], "days": "365", "per_minute": "60"} | fields)
    )


def bearer(token: str) -> dict[str, str]:
    """The header with a key."""
    return {"Authorization": f"Bearer {token}"}


def test_a_key_is_shown_once_and_stored_as_a_hash(as_administrator: SignedIn, session: Session) -> None:
    shown = as_administrator.client.post("/office/keys/new", data=form_of(as_administrator))
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    token = token_in(shown.text)
    key = session.exec(select(ApiKey)).one()
    assert (key.prefix, bytes(key.key_hash)) == (token[:12], hash_token(token))
    assert timedelta(days=364) < key.expires_at - now_utc() <= timedelta(days=365)
    for page in ("/office/keys", f"/office/keys/{key.id}"):
        answer = as_administrator.client.get(page)
        assert token[:12] in answer.text
        assert token not in answer.text


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["accounts:manage"]}, "scopes"),
        ({"days": "900"}, "days"),
        ({"per_minute": "0"}, "per_minute"),
        ({"per_minute": "many"}, "per_minute"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    as_administrator: SignedIn, session: Session, fault: dict[str, object], field: str
) -> None:
    answer = as_administrator.client.post("/office/keys/new", data=form_of(as_administrator, **fault))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert session.exec(select(ApiKey)).all() == []


def test_a_key_follows_another_and_both_work_meanwhile(
    as_administrator: SignedIn, client: TestClient, session: WriteSession
) -> None:
    old = add_key(session, as_administrator.account, "places:read-all")
    (key,) = session.exec(select(ApiKey))
    answer = as_administrator.client.post(f"/office/keys/{key.id}/rotate", data=as_administrator.form(overlap="7"))
    new = token_in(answer.text)
    session.expire_all()
    follower = session.exec(select(ApiKey).where(col(ApiKey.replaces_id) == key.id)).one()
    assert (follower.scopes, follower.per_minute, follower.prefix) == (key.scopes, key.per_minute, new[:12])
    assert timedelta(days=6) < key.expires_at - now_utc() <= timedelta(days=7)
    assert [client.get(READS_ALL, headers=bearer(token)).status_code for token in (old, new)] == [200, 200]
    again = as_administrator.client.post(f"/office/keys/{key.id}/rotate", data=as_administrator.form(overlap="7"))
    assert again.status_code == 422
    key_rules.revoke_key(session, follower)
    with pytest.raises(Conflict):
        key_rules.rotate_key(session, follower, as_administrator.account, timedelta(days=1))
    at_once = key_rules.make_key(session, as_administrator.account, KeyDraft("Leaked", ["places:read-all"]))
    key_rules.rotate_key(session, at_once[0], as_administrator.account, timedelta(0))
    assert client.get(READS_ALL, headers=bearer(at_once[1])).status_code == 401


def test_a_revoked_key_is_refused_at_once(
    as_administrator: SignedIn, client: TestClient, session: WriteSession
) -> None:
    token = add_key(session, as_administrator.account, "places:read-all")
    assert client.get(READS_ALL, headers=bearer(token)).status_code == 200
    (key,) = session.exec(select(ApiKey))
    answer = as_administrator.client.post(
        f"/office/keys/{key.id}/revoke", data=as_administrator.form(), follow_redirects=False
    )
    assert answer.headers["location"] == "/office/keys?done=revoked"
    assert client.get(READS_ALL, headers=bearer(token)).status_code == 401


def test_the_last_use_is_noted_once_a_minute(client: TestClient, session: WriteSession) -> None:
    token = add_key(session, add_account(session), "places:read-all")
    assert client.get(READS_ALL, headers=bearer(token)).status_code == 200
    (key,) = session.exec(select(ApiKey))
    session.refresh(key)
    first = key.last_used_at
    assert first is not None
    client.get(READS_ALL, headers=bearer(token))
    session.refresh(key)
    assert key.last_used_at == first
    session.execute(text("UPDATE api_key SET last_used_at = last_used_at - interval '2 minutes'"))
    client.get(READS_ALL, headers=bearer(token))
    session.refresh(key)
    assert key.last_used_at >= first


def test_a_key_dies_with_its_makers_account(client: TestClient, session: WriteSession) -> None:
    maker = add_account(session)
    token = add_key(session, maker, "places:read-all")
    maker.is_active = False
    session.flush()
    assert client.get(READS_ALL, headers=bearer(token)).status_code == 401
    again = add_account(session)
    token = add_key(session, again, "places:read-all")
    confine(session, bounds_of(Identity(Role.OFFICER, again.id, authority_code=again.authority_code)))
    rules.deactivate(session, again)
    assert client.get(READS_ALL, headers=bearer(token)).status_code == 401


def test_a_key_does_no_more_than_its_maker(client: TestClient, session: WriteSession) -> None:
    auditor = add_account(session, Role.AUDITOR)
    token = add_key(session, auditor, "places:read-all", "places:write")
    assert client.get(READS_ALL, headers=bearer(token)).status_code == 200
    place = Register.__new__(Register)
    place.session = session
    reference = place.add_place().reference
    refused = client.patch(
        f"/api/v1/places/{reference}",
        json={"name": "Other"},
        headers=bearer(token) | {"Content-Type": "application/merge-patch+json", "If-Match": "*"},
    )
    assert refused.status_code == 403


def test_a_key_in_an_address_or_a_cookie_is_refused_and_says_so(client: TestClient, session: WriteSession) -> None:
    token = add_key(session, add_account(session), "places:read-all")
    for answer in (
        client.get(READS_ALL, params={"q": token}),
        client.get(READS_ALL, headers={"Cookie": f"key={token}"}),
    ):
        assert answer.status_code == 401
        assert "Authorization: Bearer" in answer.text
    assert client.get(READS_ALL, headers={"Authorization": f"Basic {token}"}).status_code == 401
    assert client.get(READS_ALL, headers=bearer(token[:-1] + "x")).status_code == 401


def test_a_key_is_not_for_pages(client: TestClient, session: WriteSession) -> None:
    token = add_key(session, add_account(session, Role.ADMINISTRATOR), "places:read-all")
    answer = client.get("/office/keys", headers=bearer(token), follow_redirects=False)
    assert answer.status_code in {303, 401}


def test_keys_of_another_authority_are_not_there(as_administrator: SignedIn, sign_in: SignIn, session: Session) -> None:
    other = sign_in(Role.ADMINISTRATOR, authority_code=OTHER_AUTHORITY)
    add_key(session, other.account, "places:read-all")
    (key,) = session.exec(select(ApiKey))
    assert key.prefix not in as_administrator.client.get("/office/keys").text
    assert as_administrator.client.get(f"/office/keys/{key.id}").status_code == 404
    answer = as_administrator.client.post(f"/office/keys/{key.id}/revoke", data=as_administrator.form())
    assert answer.status_code == 404
    assert key.prefix in other.client.get("/office/keys").text


def test_limits_of_a_key(session: WriteSession) -> None:
    maker = add_account(session)
    with pytest.raises(InvalidInput):
        key_rules.make_key(session, maker, KeyDraft("Too long", ["places:read-all"], timedelta(days=732)))
    key, _ = key_rules.make_key(session, maker, KeyDraft("Long", sorted(KEY_SCOPES), timedelta(days=730)))
    with pytest.raises(InvalidInput):
        key_rules.rotate_key(session, key, maker, timedelta(days=91))
    assert set(key_rules.SCOPE_LABELS) == KEY_SCOPES
