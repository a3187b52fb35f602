"""Clients that are signed in: each with an account of its own, its session, and the token that forms carry."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.accounts.keys import PREFIX_LENGTH
from app.accounts.sessions import COOKIE, hash_token, new_token
from app.permissions.identity import Identity
from app.tables import Account, ApiKey, Authority, SignInSession
from app.tables.base import now_utc
from app.vocabulary import Role

AUTHORITY = "E06000047"
OTHER_AUTHORITY = "E06000005"

_numbers = count(1)


@dataclass
class SignedIn:
    """A person at a browser. `client` sends the session's cookie; `csrf` is what its forms hold."""

    client: TestClient
    account: Account
    session_id: int
    csrf: str

    @property
    def identity(self) -> Identity:
        """Who they are to rules that are called without HTTP."""
        return Identity(
            role=Role(self.account.role),
            account_id=self.account.id,
            name=self.account.name,
            authority_code=self.account.authority_code,
            councillor_id=self.account.councillor_id,
            session_id=self.session_id,
            csrf_token=self.csrf,
        )

    def form(self, **fields: object) -> dict[str, object]:
        """What a form of one of our pages sends: the fields and the token."""
        return {"csrf_token": self.csrf, **fields}


def add_account(
    session: Session,
    role: Role = Role.OFFICER,
    *,
    authority_code: str = AUTHORITY,
    councillor_id: int | None = None,
    name: str | None = None,
) -> Account:
    """An account of its own, and its authority where that is not there yet."""
    if session.get(Authority, authority_code) is None:
        session.add(Authority(code=authority_code, name="Testshire" if authority_code == AUTHORITY else "Othershire"))
        session.flush()
    number = next(_numbers)
    account = Account(
        authority_code=authority_code,
        role=role,
        name=name or f"{role.value.title()} {number}",
        email=f"{role.value}{number}@example.org",
        councillor_id=councillor_id,
    )
    session.add(account)
    session.flush()
    return account


def add_session(session: Session, account: Account) -> tuple[str, SignInSession]:
    """A session of a browser at which somebody signed in just now: its token, and its row."""
    token, now = new_token(), now_utc()
    row = SignInSession(
        account_id=account.id or 0,
        token_hash=hash_token(token),
        csrf_token=new_token(),
        method="password",
        browser="Firefox on Linux",
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=12),
    )
    session.add(row)
    session.flush()
    return token, row


def add_key(session: Session, account: Account, *scopes: str, per_minute: int = 600) -> str:
    """A key that somebody made, good for these scopes: its token."""
    token = f"spk_{new_token()}"
    session.add(
        ApiKey(
            authority_code=account.authority_code,
            account_id=account.id or 0,
            name="Key of a test",
            prefix=token[:PREFIX_LENGTH],
            key_hash=hash_token(token),
            scopes=list(scopes),
            per_minute=per_minute,
            expires_at=now_utc() + timedelta(days=30),
        )
    )
    session.flush()
    return token


SignIn = Callable[..., SignedIn]


@pytest.fixture
def sign_in(client: TestClient, session: Session) -> SignIn:
    """Signs somebody in at a browser of their own: `sign_in(Role.AUDITOR, authority_code="E06000005")`."""

    def sign_in(role: Role = Role.OFFICER, **facts: object) -> SignedIn:
        account = add_account(session, role, **facts)  # type: ignore[arg-type]  # the keywords of add_account
        token, row = add_session(session, account)
        browser = TestClient(client.app, base_url="https://testserver", raise_server_exceptions=True)
        browser.portal = client.portal  # one event loop for all browsers of a test
        browser.cookies.set(COOKIE, token, domain="testserver.local", path="/")
        return SignedIn(browser, account, row.id or 0, row.csrf_token)

    return sign_in


@pytest.fixture
def as_officer(sign_in: SignIn) -> SignedIn:
    """An officer of the authority of tests."""
    return sign_in(Role.OFFICER)


@pytest.fixture
def as_auditor(sign_in: SignIn) -> SignedIn:
    """An auditor of the authority of tests."""
    return sign_in(Role.AUDITOR)


@pytest.fixture
def as_administrator(sign_in: SignIn) -> SignedIn:
    """An administrator of the authority of tests."""
    return sign_in(Role.ADMINISTRATOR)


@pytest.fixture
def as_councillor(sign_in: SignIn) -> SignedIn:
    """A councillor of the authority of tests who holds no seat: give `sign_in` a `councillor_id` for one who does."""
    return sign_in(Role.COUNCILLOR)


@pytest.fixture
def as_other_officer(sign_in: SignIn) -> SignedIn:
    """An officer of another authority."""
    return sign_in(Role.OFFICER, authority_code=OTHER_AUTHORITY)


def sessions_of(session: Session, account: Account) -> list[SignInSession]:
    """The sessions of an account that have not ended."""
    statement = select(SignInSession).where(
        col(SignInSession.account_id) == account.id, col(SignInSession.ended_at).is_(None)
    )
    return list(session.exec(statement))
