"""Signing in with Chromium: invitation, password, authenticator, recovery code, sessions, an administrator's people."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine
from sqlmodel import Session

from app.accounts.authenticators import draw_seed
from app.accounts.queries import make_link
from app.accounts.rules import INVITATION
from app.db.sessions import WriteSession
from app.settings import Settings
from app.vocabulary import Role
from scripts.local.postgis import Cluster
from tests.accounts import PASSWORD, SECRET
from tests.browser.office_site import OfficeSite
from tests.browsing import serving
from tests.signing_in import add_account

Axe = Callable[[Page], list[str]]
Screenshot = Callable[[Page, str], Path]
DATABASE = "safeplaces_sign_in"


@pytest.fixture(scope="module")
def accounts_server(cluster: Cluster, sample_template: str, built_assets: Path) -> Iterator[tuple[str, str]]:
    """A server with a secret of its own over a copy of the sample data."""
    cluster.query(f"CREATE DATABASE {DATABASE} TEMPLATE {sample_template}")
    url = cluster.url(DATABASE)
    with serving(url, SAFEPLACES_STATIC_FOLDER=str(built_assets), SAFEPLACES_SECRET=SECRET) as address:
        yield address, url
    cluster.query(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture
def site(accounts_server: tuple[str, str], browser: Browser) -> Iterator[OfficeSite]:
    """The service, with browsers that are closed after the test."""
    address, url = accounts_server
    engine = create_engine(Settings.model_validate({"DATABASE_URL": url}).sqlalchemy_url)
    site = OfficeSite(address, engine, browser)
    yield site
    site.close()
    engine.dispose()


def stranger(site: OfficeSite, **options: object) -> Page:
    """A page of a browser in which nobody signed in."""
    context = site.browser.new_context(base_url=site.address, locale="en-GB", **options)  # type: ignore[arg-type]
    site.contexts.append(context)
    page = context.new_page()
    page.on("pageerror", lambda error: site.complaints.append(str(error)))
    return page


def invited(site: OfficeSite, name: str, role: Role = Role.OFFICER) -> tuple[str, str]:
    """Somebody new: their address, and the page on which they choose a password."""
    with Session(site.engine) as session, session.begin():
        account = add_account(session, role, name=name)
        account.email = f"{name.lower().replace(' ', '.')}@example.gov.uk"
        session.add(account)
        session.flush()
        account_id, email = account.id, account.email
    assert account_id is not None
    with WriteSession(site.engine) as session, session.begin():
        token = make_link(session, account_id, "invitation", INVITATION)
    return email, f"/sign-in/invitation/{token}"


def check(page: Page, axe: Axe, screenshot: Screenshot, name: str) -> None:
    """Accessible and whole on a desk and in a hand."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe(page) == [], f"{name} at {width}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width} is too wide"
        screenshot(page, f"accounts_{name}_{width}")
    page.set_viewport_size({"width": 1280, "height": 900})


def choose_password(page: Page, address: str) -> None:
    """Accept an invitation."""
    page.goto(address)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Save the password").click()
    expect(page.locator(".govuk-inset-text")).to_contain_text("Your password is set")


def enter_password(page: Page, email: str) -> None:
    """Fill and send the form of the password."""
    page.goto("/sign-in/password?next=/account")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_from_the_invitation_to_the_office(site: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    email, address = invited(site, "Robin Newcome")
    page = stranger(site)
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    check(page, axe, screenshot, "sign_in")
    page.goto(address)
    field = page.get_by_label("New password", exact=True)
    field.fill("Password2026!")
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")
    check(page, axe, screenshot, "invitation")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("alert")).to_contain_text("would be guessed early")
    expect(page).to_have_title(re.compile("^Error: "))
    check(page, axe, screenshot, "invitation_refused")
    choose_password(page, address)
    check(page, axe, screenshot, "password")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is not good any more")
    enter_password(page, email)
    expect(page).to_have_url(f"{site.address}/account")
    expect(page.locator("main")).to_contain_text(email)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(site.address.replace("http:", "https:"))}
    assert set(cookies) == {"__Host-session", "__Host-browser"}
    assert all(cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Lax" for cookie in cookies.values())
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert not [said for said in site.complaints if "status of 422" not in said]


def test_an_authenticator_and_a_recovery_code(site: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    email, address = invited(site, "Sasha Careful")
    page = stranger(site)
    choose_password(page, address)
    enter_password(page, email)
    page.get_by_role("link", name="Set up an authenticator").click()
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    check(page, axe, screenshot, "confirm")
    page.get_by_role("button", name="Continue").click()
    seed = page.locator(".seed").inner_text().replace(" ", "")
    assert page.locator(".qr-frame").inner_html() == _as_chromium_writes(page, draw_seed(seed, email))
    check(page, axe, screenshot, "authenticator")
    page.get_by_label("Code from the app").fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Use this authenticator").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(set(codes)) == 10
    check(page, axe, screenshot, "codes")
    page.get_by_role("button", name="I have kept them").click()
    expect(page.locator("main")).to_contain_text("10 codes left")
    check(page, axe, screenshot, "account")
    page.get_by_role("button", name="Sign out").click()
    enter_password(page, email)
    expect(page).to_have_url(f"{site.address}/sign-in/code?next=/account")
    page.get_by_label("Code", exact=True).fill("12345x")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    check(page, axe, screenshot, "code_wrong")
    page.get_by_label("Code", exact=True).fill(codes[0].lower())
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("9 codes left")
    assert not [said for said in site.complaints if "status of 422" not in said]


def _as_chromium_writes(page: Page, svg: str) -> str:
    """An SVG element as the browser serialises it."""
    script = "svg => new DOMParser().parseFromString(svg, 'text/html').body.innerHTML"
    return str(page.evaluate(script, svg))


def test_a_session_is_ended_from_another_browser_without_scripts(site: OfficeSite) -> None:
    email, address = invited(site, "Pat Elsewhere")
    here = stranger(site, java_script_enabled=False)
    choose_password(here, address)
    enter_password(here, email)
    phone = stranger(site, user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1")
    enter_password(phone, email)
    here.reload()
    here.get_by_role("button", name=re.compile("End Safari on iPhone")).click()
    expect(here.get_by_role("alert")).to_contain_text("That session is ended")
    phone.goto("/account")
    expect(phone.locator(".govuk-inset-text")).to_contain_text("You were signed out")
    here.goto("/account/password")
    here.get_by_label("Your present password").fill(PASSWORD)
    here.get_by_label("New password", exact=True).fill("thimble orchard walrus")
    here.get_by_role("button", name="Change it").click()
    expect(here.get_by_role("alert")).to_contain_text("Your password is changed")


def test_an_administrators_people(site: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    invited(site, "Kim Colleague")
    page = site.page_for("Ash Sample", Role.ADMINISTRATOR)
    page.goto("/office/accounts")
    check(page, axe, screenshot, "people")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Name", exact=True).fill("Toni Councillor")
    page.get_by_label("E-mail address").fill("toni.councillor@example.gov.uk")
    expect(page.get_by_label("Which councillor?")).to_be_hidden()
    page.get_by_label("Councillor", exact=True).check()
    check(page, axe, screenshot, "add")
    page.get_by_role("button", name="Add and invite").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the councillor")
    page.get_by_label("Which councillor?").select_option(index=1)
    page.get_by_role("button", name="Add and invite").click()
    expect(page.get_by_role("alert")).to_contain_text("The person is added")
    page.get_by_role("link", name="Toni Councillor").click()
    check(page, axe, screenshot, "one")
    page.get_by_label("Auditor", exact=True).check()
    page.get_by_role("button", name="Change the role").click()
    expect(page.get_by_role("alert")).to_contain_text("The role is changed")
    page.get_by_role("button", name="End this account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People who sign in")
    page.get_by_role("link", name="Toni Councillor").click()
    expect(page.get_by_role("button", name="Let them sign in again")).to_be_visible()
    assert not [said for said in site.complaints if "status of 422" not in said]
