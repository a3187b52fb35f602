"""People who sign in, for tests: accounts in a database of the test's own, and browsers that use them."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.accounts.passwords import hash_password
from app.accounts.sessions import COOKIE
from app.db.sessions import Bounds, WriteSession, confine, make_engine
from app.main import create_app
from app.settings import Settings
from app.tables import Account, Authority
from scripts.local.postgis import Cluster
from tests.register import AUTHORITY

PASSWORD = "crumpet lantern estuary"  # noqa: S105 - of people who do not exist
WRONG = "a wrong password"
SECRET = "for tests only: forty-two characters long."  # noqa: S105 - the same
HTML = {"accept": "text/html"}
OTHER_AUTHORITY = "E06000001"
_numbers = count(1)


@cache
def hashed(password: str) -> str:
    """A hash, made once for all tests: it is slow on purpose."""
    return hash_password(password)


def csrf_token_of(page: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@dataclass
class House:
    """An installation with its own database."""

    app: FastAPI
    stack: ExitStack = field(default_factory=ExitStack)

    def browser(self, *, address: str = "192.0.2.10", user_agent: str = "Firefox/140.0 (Windows)") -> TestClient:
        """A browser at a network address, with its own cookies."""
        headers = {"user-agent": user_agent} | HTML
        return TestClient(
            self.app, base_url="https://testserver", headers=headers, follow_redirects=False, client=(address, 50_000)
        )

    def add(
        self,
        email: str = "jo.example@example.gov.uk",
        role: str = "officer",
        *,
        password: str | None = PASSWORD,
        **facts: Any,  # noqa: ANN401 - columns of Account
    ) -> int:
        """An account; its id."""
        with self.writing() as session:
            standard = {"authority_code": AUTHORITY, "name": email.partition("@")[0].replace(".", " ").title()}
            account = Account(email=email, role=role, **(standard | facts))
            session.add(account)
            session.flush()
            assert account.id is not None
            if password is not None:
                confine(session, Bounds(account.id, account.authority_code, account.role))
                session.connection().execute(text("SELECT set_own_password(:hash)"), {"hash": hashed(password)})
            return account.id

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """A transaction of the owner of the tables."""
        with WriteSession(self.owner) as session, session.begin():
            yield session

    def __post_init__(self) -> None:
        self.owner = make_engine(self.app.state.settings)
        self.stack.callback(self.owner.dispose)
        with self.writing() as session:
            session.add(Authority(code=AUTHORITY, name="Testshire"))
            session.add(Authority(code=OTHER_AUTHORITY, name="Othershire"))

    def clear(self) -> None:
        """Forget everybody."""
        self.run("TRUNCATE account, sign_in_attempt, mail_message CASCADE")

    def run(self, statement: str, **values: Any) -> list[Any]:  # noqa: ANN401 - whatever the statement takes
        """Run SQL as the owner; its rows."""
        with self.owner.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []


@contextmanager
def open_house(database_url: str, **settings: Any) -> Iterator[House]:  # noqa: ANN401 - settings by their names
    """An installation over an empty database."""
    standard = {"DATABASE_URL": database_url, "secret": SECRET, "rate_limit_scale": 0}
    app = create_app(Settings.model_validate(standard | settings))
    with ExitStack() as stack:
        yield House(app, stack)
        app.state.engine.dispose()


@pytest.fixture(scope="module")
def installation(cluster: Cluster, template: str) -> Iterator[House]:
    """An installation for the tests of one file; use `house`."""
    name = f"safeplaces_accounts_{os.getpid()}_{next(_numbers)}"
    cluster.query(f"CREATE DATABASE {name} TEMPLATE {template}")
    with open_house(cluster.url(name)) as house:
        yield house
    cluster.query(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def house(installation: House, built_assets: Path) -> House:  # noqa: ARG001 - pages name built files
    """An installation with an authority and nobody in it."""
    installation.clear()
    return installation


def sign_in(browser: TestClient, email: str = "jo.example@example.gov.uk", password: str = PASSWORD) -> str:
    """Sign in with a password; the token of the session."""
    answer = browser.post("/sign-in/password", data={"email": email, "password": password})
    assert answer.status_code == 303, answer.text
    return browser.cookies[COOKIE]


def hold(browser: TestClient, token: str) -> None:
    """Have a browser send this session's cookie and no other."""
    browser.cookies.clear()
    browser.cookies.set(COOKIE, token)


def send(browser: TestClient, address: str, page: str = "/account", **fields: str) -> Any:  # noqa: ANN401 - an answer
    """Send a form with the token of the session."""
    token = csrf_token_of(browser.get(page).text)
    return browser.post(address, data={"csrf_token": token} | fields)
