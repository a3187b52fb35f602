"""The office in a browser: a real server over its own copy of the sample data, and people signed in at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session

from app.accounts.sessions import COOKIE
from app.settings import Settings
from app.vocabulary import Role
from scripts.local.postgis import Cluster
from tests.browsing import serving
from tests.signing_in import add_account, add_session

DATABASE = "safeplaces_office"


@dataclass
class OfficeSite:
    """A running office. `page_for("Jo Example")` is a page of a browser at which that officer signed in."""

    address: str
    engine: Engine
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page_for(self, name: str, role: Role = Role.OFFICER, **options: Any) -> Page:  # noqa: ANN401 - of new_context
        """A page of somebody's own browser; errors in its console are collected in `complaints`."""
        with Session(self.engine) as session, session.begin():
            token, _ = add_session(session, add_account(session, role, name=name))
        standard = {"base_url": self.address, "locale": "en-GB", "viewport": {"width": 1280, "height": 900}}
        context = self.browser.new_context(**(standard | options))
        secure = self.address.replace("http:", "https:")  # Chromium takes 127.0.0.1 for safe, the tool does not
        context.add_cookies([{"name": COOKIE, "value": token, "url": secure, "secure": True, "httpOnly": True}])
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        return page

    def value(self, statement: str, **values: object) -> Any:  # noqa: ANN401 - whatever is asked for
        """One value of the database, as its owner sees it."""
        with self.engine.begin() as connection:
            return connection.execute(text(statement), values).scalar_one_or_none()

    def run(self, statement: str, **values: object) -> None:
        """Change the database behind the office's back."""
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def close(self) -> None:
        """Close all browsers of a test."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture(scope="session")
def office_server(cluster: Cluster, sample_template: str, built_assets: Path) -> Iterator[tuple[str, str]]:
    """The address of a server over a copy of the sample data, and that copy's address."""
    cluster.query(f"CREATE DATABASE {DATABASE} TEMPLATE {sample_template}")
    url = cluster.url(DATABASE)
    with serving(url, SAFEPLACES_STATIC_FOLDER=str(built_assets)) as address:
        yield address, url
    cluster.query(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture
def office(office_server: tuple[str, str], browser: Browser) -> Iterator[OfficeSite]:
    """The office, with browsers that are closed after the test."""
    address, url = office_server
    engine = create_engine(Settings.model_validate({"DATABASE_URL": url}).sqlalchemy_url)
    site = OfficeSite(address, engine, browser)
    yield site
    site.close()
    engine.dispose()
