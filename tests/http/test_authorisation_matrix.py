"""Every route by every role, of the own authority and of another, compared with the table of permissions."""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.permissions.identity import PUBLIC, Identity
from app.permissions.table import KEY_SCOPES, Action, is_public_address, may
from app.tables import MailMessage, PlaceChange, PlacePrivate, SavedView
from app.tables.base import now_utc
from app.vocabulary import ACCOUNT_ROLES, Role
from tests.register import AUTHORITY, Register
from tests.routes import Walked, walk_routes
from tests.signing_in import OTHER_AUTHORITY, SignedIn, SignIn, add_account, add_key

pytestmark = pytest.mark.usefixtures("built_assets")

MARKER = "Zanzibarhouse"
"""In the name and the private facts of a place that is not published."""
REFUSED = {401, 403}
NOT_DONE = {400, 403, 404, 405, 409, 412, 415, 422, 428}
"""What somebody of another authority may be answered: nothing is shown and nothing is done."""


@pytest.fixture
def subjects(session: WriteSession) -> dict[str, str]:
    """What addresses name: an unpublished place, an account, a key, a change, a view, a message of one authority."""
    register = Register(session)
    place = register.add_place(MARKER, membership_status="proposed")
    into = register.add_place(f"{MARKER} two", membership_status="proposed", east_m=530)
    session.add(PlacePrivate(place_id=place.id or 0, contact_name=MARKER, notes=MARKER))
    account = add_account(session, Role.OFFICER, name=MARKER)
    add_key(session, account, "places:read-all")
    key_id = session.execute(text("UPDATE api_key SET name = :name RETURNING id"), {"name": MARKER}).scalar_one()
    change = PlaceChange(
        place_id=into.id or 0,
        authority_code=AUTHORITY,
        base_version=1,
        facts={"name": MARKER},
        proposed_by=f"account:{account.id}",
        proposed_at=now_utc(),
    )
    view = SavedView(account_id=account.id or 0, name=MARKER, query="", created_at=now_utc())
    mail = MailMessage(
        authority_code=AUTHORITY,
        kind="sign_in_link",
        to_address=f"{MARKER}@example.org",
        subject="s",
        text="t",
        state="kept",
        expires_at=now_utc(),
    )
    session.add_all([change, view, mail])
    session.flush()
    return {
        "{reference}": place.reference,
        "{account_id}": str(account.id),
        "{session_id}": "999999",
        "{key_id}": str(key_id),
        "{change_id}": str(change.id),
        "{number}": str(change.id),
        "{view_id}": str(view.id),
        "{message_id}": str(mail.id),
    }


@dataclass
class Matrix:
    """The routes that are not for everybody, and requests to them after which the database is as it was."""

    client: TestClient
    session: WriteSession
    routes: list[Walked]
    subjects: dict[str, str]

    def path_of(self, route: Walked) -> str:
        """The route's address with the subjects in it."""
        return re.sub(r"\{\w+\}", lambda found: self.subjects.get(found.group(), "x"), route.path)

    def ask(self, route: Walked, person: SignedIn | None = None, *, csrf: str | None = None, key: str = "") -> Response:
        """One request of a route's kind: of the public, of a person with the form's token, or with a key."""
        (method, *_) = sorted(route.methods - {"HEAD"}) or ["HEAD"]
        body: dict[str, Any] = {}
        if route.writes and route.path.startswith("/api/"):
            body = {"json": {}}
        elif route.writes:
            body = {"data": {"csrf_token": csrf if csrf is not None else person.csrf if person else ""}}
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client = person.client if person else self.client
        self.session.flush()
        with self.session.connection().begin_nested() as savepoint:
            before = fingerprint(self.session)
            answer = client.request(method, self.path_of(route), headers=headers, follow_redirects=False, **body)
            answer.extensions["changed"] = fingerprint(self.session) != before
            savepoint.rollback()
        self.session.expire_all()
        return answer


@pytest.fixture
def matrix(app: FastAPI, client: TestClient, session: WriteSession, subjects: dict[str, str]) -> Matrix:
    routes = [route for route in walk_routes(app) if route.actions]
    routes.sort(key=lambda route: route.path == "/sign-out")  # last: the browser forgets its cookie
    return Matrix(client, session, routes, subjects)


def fingerprint(session: WriteSession) -> str:
    """What a request of another authority must not change."""
    statement = text("""
        SELECT concat((SELECT sum(version) FROM place), ' ', (SELECT count(*) FROM place_merge), ' ',
            (SELECT string_agg(concat(id, role, is_active, email), ',' ORDER BY id) FROM account), ' ',
            (SELECT string_agg(concat(id, expires_at, revoked_at), ',' ORDER BY id) FROM api_key), ' ',
            (SELECT string_agg(concat(id, decision), ',' ORDER BY id) FROM place_change), ' ',
            (SELECT string_agg(concat(id, state), ',' ORDER BY id) FROM mail_message), ' ',
            (SELECT count(*) FROM saved_view), ' ', (SELECT count(*) FROM sign_in_link))""")
    return str(session.execute(statement).scalar_one())


def is_refused(answer: Response) -> bool:
    """Refused for who one is: not signed in (pages lead to signing in), or not allowed."""
    to = answer.headers.get("location", "")
    return answer.status_code in REFUSED or (answer.status_code == 303 and to.startswith("/sign-in"))


def test_every_route_names_an_action_or_is_listed_as_public(app: FastAPI) -> None:
    routes = walk_routes(app)
    assert len(routes) > 90
    unknown = [
        (method, route.path)
        for route in routes
        for method in sorted(route.methods)
        if not route.actions and not is_public_address(method, route.path)
    ]
    assert unknown == []
    both = [route.path for route in routes if route.actions and is_public_address(min(route.methods), route.path)]
    assert both == []


def test_signed_in_routes_are_at_addresses_that_cookies_or_keys_are_for(matrix: Matrix) -> None:
    for route in matrix.routes:
        assert route.path.startswith(("/office", "/account", "/sign-out", "/api/v1/")), route.path


def test_the_public_is_refused(matrix: Matrix) -> None:
    for route in matrix.routes:
        answer = matrix.ask(route)
        expected = not all(may(PUBLIC, action) for action in route.actions)
        assert is_refused(answer) == expected, (route.path, answer.status_code)
        assert MARKER not in answer.text


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
def test_roles_of_the_own_authority(matrix: Matrix, sign_in: SignIn, role: Role) -> None:
    person = sign_in(role)
    seen = {True: 0, False: 0}
    for route in matrix.routes:
        answer = matrix.ask(route, person)
        identity = PUBLIC if route.path.startswith("/api/") else person.identity  # cookies are not for programs
        expected = not all(may(identity, action) for action in route.actions)
        if route.path != "/sign-out":  # which leads to signing in, too
            assert is_refused(answer) == expected, (route.path, route.actions, answer.status_code)
        assert answer.status_code < 500
        seen[expected] += 1
    assert min(seen.values()) > 10


def test_nothing_that_is_for_somebody_is_kept_on_the_way(matrix: Matrix, sign_in: SignIn) -> None:
    person = sign_in(Role.ADMINISTRATOR)
    read = 0
    for route in matrix.routes:
        answer = matrix.ask(route, person)
        if not route.writes and answer.status_code == HTTPStatus.OK:
            assert answer.headers["cache-control"] == "no-store", route.path
            read += 1
    assert read > 10


@pytest.mark.parametrize("role", ACCOUNT_ROLES)
def test_roles_of_another_authority_see_and_do_nothing(matrix: Matrix, sign_in: SignIn, role: Role) -> None:
    person = sign_in(role, authority_code=OTHER_AUTHORITY)
    for route in matrix.routes:
        answer = matrix.ask(route, person)
        assert MARKER not in answer.text, route.path
        assert not answer.extensions["changed"], route.path
        if "{" in route.path and not is_refused(answer) and "{session_id}" not in route.path:
            assert answer.status_code in NOT_DONE, (route.path, answer.status_code)


@pytest.mark.parametrize("authority_code", [AUTHORITY, OTHER_AUTHORITY])
@pytest.mark.parametrize("scope", sorted(KEY_SCOPES))
def test_keys_by_their_scopes(matrix: Matrix, scope: str, authority_code: str) -> None:
    maker = add_account(matrix.session, Role.ADMINISTRATOR, authority_code=authority_code)
    key = add_key(matrix.session, maker, scope)
    identity = Identity(Role.OFFICER, maker.id, authority_code=authority_code, scopes=frozenset({scope}))
    for route in matrix.routes:
        is_page = not route.path.startswith("/api/")
        if is_page and (scope != "places:read-all" or route.writes):
            continue
        answer = matrix.ask(route, key=key)
        allowed = not is_page and all(may(identity, action) for action in route.actions)
        needs = re.search(r"has no scope '([\w:-]+)'", answer.text)
        if allowed and needs:  # what is done there needs to read, too
            allowed = may(identity, Action(needs.group(1)))
        assert is_refused(answer) != allowed, (route.path, scope, answer.status_code, answer.text)
        if authority_code != AUTHORITY:
            assert MARKER not in answer.text
            assert not answer.extensions["changed"], route.path


def test_a_key_with_every_scope_is_refused_nothing_at_the_api(matrix: Matrix) -> None:
    key = add_key(matrix.session, add_account(matrix.session, Role.ADMINISTRATOR), *KEY_SCOPES)
    programs = [route for route in matrix.routes if route.path.startswith("/api/")]
    assert len(programs) > 10
    answers = {route.path: matrix.ask(route, key=key) for route in programs}
    assert [path for path, answer in answers.items() if answer.status_code == 401 or "scope" in answer.text] == []


def test_forms_without_their_token_are_refused(matrix: Matrix, sign_in: SignIn) -> None:
    person = sign_in(Role.ADMINISTRATOR)
    forms = [route for route in matrix.routes if route.writes and not route.path.startswith("/api/")]
    assert len(forms) > 25
    for route in forms:
        for csrf in ("", "of-another-session"):
            answer = matrix.ask(route, person, csrf=csrf)
            assert answer.status_code == 403, route.path
            assert not answer.extensions["changed"]


def test_partners_are_as_the_public(as_officer: SignedIn) -> None:
    """Partner sites have no accounts: what they may is what everybody may."""
    partner = replace(as_officer.identity, role=Role.PARTNER)
    assert {scope for scope in KEY_SCOPES if may(partner, scope)} == set()
