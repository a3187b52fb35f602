"""Single sign-on in a real browser at a real, certified provider."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy import Engine, create_engine, text

from app.accounts.sessions import COOKIE
from app.settings import Settings
from scripts.local.postgis import Cluster
from tests.browsing import free_port, serving
from tests.oidc_provider import running_provider, settings_of

DATABASE = "safeplaces_oidc"
BOUND = "__Host-sign-in-oidc"


@dataclass
class Council:
    """A service, its database, and the port on which its provider runs when it does."""

    address: str
    provider_port: int
    engine: Engine
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, width: int = 1280) -> Page:
        """A page of a browser that nobody used before."""
        viewport: ViewportSize = {"width": width, "height": 900}
        context = self.browser.new_context(base_url=self.address, locale="en-GB", viewport=viewport)
        self.contexts.append(context)
        return context.new_page()

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What the database holds, or a change of it."""
        with self.engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []


@pytest.fixture(scope="module")
def council_server(cluster: Cluster, sample_template: str, built_assets: Path) -> Iterator[tuple[str, str, int]]:
    """A service for which a provider is set up: its address, its database's, and the provider's port."""
    cluster.query(f"CREATE DATABASE {DATABASE} TEMPLATE {sample_template}")
    url, port = cluster.url(DATABASE), free_port()
    environment = settings_of(f"http://127.0.0.1:{port}") | {"SAFEPLACES_STATIC_FOLDER": str(built_assets)}
    with serving(url, **environment) as address:
        yield address, url, port
    cluster.query(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture
def council(council_server: tuple[str, str, int], browser: Browser) -> Iterator[Council]:
    """The service with nobody in it, and browsers that are closed after the test."""
    address, url, port = council_server
    engine = create_engine(Settings.model_validate({"DATABASE_URL": url}).sqlalchemy_url)
    council = Council(address, port, engine, browser)
    council.rows("TRUNCATE account CASCADE")
    yield council
    for context in council.contexts:
        context.close()
    engine.dispose()


@pytest.fixture
def provider(council: Council) -> Iterator[str]:
    """The provider, running."""
    with running_provider(council.provider_port, council.address) as issuer:
        yield issuer


def begin(page: Page, wanted: str = "") -> None:
    """Choose single sign-on; the provider's page is there afterwards."""
    page.goto(f"/sign-in{wanted}")
    page.get_by_role("link", name="Use your council account").click()
    page.wait_for_url(re.compile("/interaction/"))


def sign_in(page: Page, login: str, wanted: str = "") -> None:
    """Sign in at the provider, and agree that it tells the service."""
    begin(page, wanted)
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda address: "/interaction/" not in address)


def cookies_of(page: Page, council: Council) -> set[str]:
    """Our cookies; those of the provider are at the same host, as cookies know no ports."""
    secure = council.address.replace("http:", "https:")
    names = {cookie.get("name", "") for cookie in page.context.cookies([secure])}
    return {name for name in names if name.startswith("__Host-")}


@pytest.mark.usefixtures("provider")
def test_officers_and_administrators_sign_in_with_the_role_of_their_group(council: Council) -> None:
    page = council.page()
    sign_in(page, "olive", wanted="?next=/account")
    expect(page).to_have_url(f"{council.address}/account")
    expect(page.get_by_text("With single sign-on")).to_be_visible()
    assert cookies_of(page, council) == {COOKIE}, "the cookie of the sign-in is gone"
    other = council.page()
    sign_in(other, "adam")
    expect(other).to_have_url(f"{council.address}/office/places")
    assert council.rows("SELECT name, email, role, oidc_subject FROM account ORDER BY name") == [
        ("Adam Admin", "adam@example.gov.uk", "administrator", "adam"),
        ("Olive Officer", "olive@example.gov.uk", "officer", "olive"),
    ]
    assert council.rows("SELECT DISTINCT method FROM sign_in_session") == [("oidc",)]


@pytest.mark.usefixtures("provider")
def test_whoever_has_no_role_is_told_so(
    council: Council, axe: Callable[[Page], list[str]], screenshot: Callable[[Page, str], Path]
) -> None:
    page = council.page(390)
    sign_in(page, "nora")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not signed in")
    expect(page.get_by_text("it has no part in the register")).to_be_visible()
    assert axe(page) == []
    screenshot(page, "sign-in-oidc-refused-390")
    assert cookies_of(page, council) == set()
    assert council.rows("SELECT count(*) FROM account") == [(0,)]


@pytest.mark.usefixtures("provider")
def test_an_account_is_taken_over_only_by_a_verified_address(council: Council) -> None:
    council.rows(
        "INSERT INTO account (authority_code, role, name, email, is_active) VALUES"
        " ('E06000047', 'auditor', 'Olive Old', 'olive@example.gov.uk', true),"
        " ('E06000047', 'administrator', 'Una Old', 'una@example.gov.uk', true)"
    )
    sign_in(council.page(), "olive")
    sign_in(council.page(), "una")
    assert council.rows("SELECT name, role, email, oidc_subject FROM account ORDER BY id") == [
        ("Olive Officer", "officer", "olive@example.gov.uk", "olive"),
        ("Una Old", "administrator", "una@example.gov.uk", None),
        ("Una Unverified", "officer", None, "una"),
    ]


@pytest.mark.usefixtures("provider")
def test_signing_out_ends_both_sessions(council: Council, axe: Callable[[Page], list[str]]) -> None:
    page = council.page()
    sign_in(page, "olive")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/session/end"))
    assert council.rows("SELECT ended_at IS NULL, oidc_id_token FROM sign_in_session") == [(False, None)]
    assert COOKIE not in cookies_of(page, council)
    [there] = [url for url in asked if "/session/end?" in url]
    assert "id_token_hint=" in there
    assert "post_logout_redirect_uri=" in there
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(re.compile("/sign-in"))
    assert page.url.startswith(f"{council.address}/sign-in")
    assert axe(page) == []
    begin(page)
    expect(page.locator("input[name=login]")).to_be_visible()


@pytest.mark.usefixtures("provider")
def test_an_answer_counts_once_and_in_the_browser_that_asked(council: Council) -> None:
    page, other = council.page(), council.page()
    answers: list[str] = []
    page.on("request", lambda request: answers.append(request.url) if "/oidc/callback" in request.url else None)
    sign_in(page, "olive")
    [answer] = answers
    for browser in (page, other):
        browser.goto(answer)
        expect(browser.get_by_text("was not begun in this browser")).to_be_visible()
    assert COOKIE not in cookies_of(other, council)
    begin(other)  # now it has a cookie of its own, whose state is another
    other.goto(answer)
    expect(other.get_by_text("was not begun in this browser")).to_be_visible()
    assert council.rows("SELECT count(*) FROM sign_in_session") == [(1,)]


@pytest.mark.usefixtures("provider")
def test_a_code_that_was_used_is_refused_by_the_provider(council: Council) -> None:
    """The same answer with its cookie put back, as a thief of both would send it."""
    page = council.page()
    answers: list[str] = []
    page.on("request", lambda request: answers.append(request.url) if "/oidc/callback" in request.url else None)
    begin(page)
    secure = council.address.replace("http:", "https:")
    [bound] = [cookie["value"] for cookie in page.context.cookies([secure]) if cookie["name"] == BOUND]
    page.locator("input[name=login]").fill("olive")
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile("/office/places"))
    thief = council.page()
    thief.context.add_cookies([{"name": BOUND, "value": bound, "url": secure, "secure": True, "httpOnly": True}])
    thief.goto(answers[0])
    expect(thief.get_by_text("Your sign-in could not be confirmed")).to_be_visible()
    assert cookies_of(thief, council) == set()


def test_new_keys_of_the_provider_are_taken_at_once(council: Council) -> None:
    for login in ("olive", "adam"):  # the provider has another key each time that it starts
        with running_provider(council.provider_port, council.address):
            page = council.page()
            sign_in(page, login)
            expect(page).to_have_url(f"{council.address}/office/places")


def test_stopping_at_the_provider_is_no_fault(council: Council, provider: str) -> None:
    page = council.page()
    begin(page)
    page.get_by_role("link", name=re.compile("Cancel")).click()
    page.wait_for_url(re.compile("/callback"))
    assert provider not in page.url.partition("?")[0]
    expect(page.get_by_text("You stopped signing in")).to_be_visible()


def test_a_provider_that_is_down_is_said_plainly(
    council: Council, axe: Callable[[Page], list[str]], screenshot: Callable[[Page, str], Path], cluster: Cluster
) -> None:
    closed = f"http://127.0.0.1:{free_port()}"
    with serving(cluster.url(DATABASE), **settings_of(closed)) as address:
        page = council.page()
        page.goto(f"{address}/sign-in")
        screenshot(page, "sign-in-with-single-sign-on")
        page.get_by_role("link", name="Use your council account").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your council's sign-in does not answer")
        assert axe(page) == []
        page.get_by_role("button", name="Go to sign in").click()
        expect(page.get_by_role("link", name="Use a password")).to_be_visible()
