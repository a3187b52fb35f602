"""Signing in by a link in a real browser: ask, read the mail, press the button."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.accounts.sessions import COOKIE
from tests.browser.office_site import OfficeSite

ALEX = "alex.link@example.gov.uk"
WIDTHS = (1280, 390)


@pytest.fixture
def site(office: OfficeSite) -> Iterator[OfficeSite]:
    """The office with Alex, who has no password."""
    office.run(
        "INSERT INTO account (authority_code, role, name, email, is_active)"
        " VALUES ('E06000047', 'councillor', 'Alex Link', :email, true) ON CONFLICT DO NOTHING",
        email=ALEX,
    )
    office.run("TRUNCATE sign_in_attempt")
    yield office
    office.run("DELETE FROM mail_message")


def visitor(site: OfficeSite, browser: Browser, width: int = 1280) -> Page:
    """A page of a browser that nobody used before."""
    size: ViewportSize = {"width": width, "height": 900}
    context = browser.new_context(base_url=site.address, locale="en-GB", viewport=size)
    site.contexts.append(context)
    page = context.new_page()
    page.on("console", lambda said: site.complaints.append(said.text) if said.type == "error" else None)
    return page


def ask(page: Page) -> None:
    """From the choice of ways to "check your e-mail"."""
    page.goto("/sign-in?next=/account")
    page.get_by_role("link", name="Have a link sent").click()
    page.get_by_label("E-mail address").fill(ALEX)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")


def link_in_mail(site: OfficeSite) -> str:
    """The link of the newest letter."""
    text = site.value("SELECT text FROM mail_message WHERE kind = 'sign_in_link' ORDER BY id DESC LIMIT 1")
    found = re.search(r"http\S+/sign-in/link/\S+", text)
    assert found
    return found[0]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_councillor_signs_in_by_a_link(
    site: OfficeSite,
    browser: Browser,
    width: int,
    axe: Callable[[Page], list[str]],
    screenshot: Callable[[Page, str], Path],
) -> None:
    page = visitor(site, browser, width)
    page.goto("/sign-in/link")
    assert axe(page) == []
    screenshot(page, f"sign-in-link-{width}")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    assert axe(page) == []
    ask(page)
    assert axe(page) == []
    screenshot(page, f"sign-in-link-sent-{width}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("referer", "")))
    page.goto(link_in_mail(site))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert axe(page) == []
    screenshot(page, f"sign-in-link-use-{width}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{site.address}/account")
    expect(page.get_by_text("By a link in an e-mail").first).to_be_visible()
    token = link_in_mail(site).partition("?")[0].rpartition("/")[2]
    assert sent
    assert not [referrer for referrer in sent if token in referrer]
    names = {cookie.get("name") for cookie in page.context.cookies([site.address.replace("http:", "https:")])}
    assert names == {COOKIE, "__Host-browser"}
    page.goto(link_in_mail(site))
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is not good any more")
    assert axe(page) == []
    screenshot(page, f"sign-in-link-over-{width}")


def test_in_another_browser_it_says_so_and_offers_a_new_one(
    site: OfficeSite, browser: Browser, axe: Callable[[Page], list[str]], screenshot: Callable[[Page, str], Path]
) -> None:
    ask(visitor(site, browser))
    telephone = visitor(site, browser, 390)
    telephone.goto(link_in_mail(site))
    expect(telephone.get_by_role("heading", level=1)).to_have_text("Open this link where you asked for it")
    assert axe(telephone) == []
    screenshot(telephone, "sign-in-link-elsewhere-390")
    telephone.get_by_role("button", name="Have a new link sent").click()
    expect(telephone.get_by_role("heading", level=1)).to_have_text("Have a link sent to you")
    ask(telephone)
    telephone.goto(link_in_mail(site))
    telephone.get_by_role("button", name="Sign in", exact=True).click()
    expect(telephone).to_have_url(f"{site.address}/account")


def test_it_works_without_scripts(site: OfficeSite, browser: Browser) -> None:
    context = browser.new_context(base_url=site.address, java_script_enabled=False)
    site.contexts.append(context)
    page = context.new_page()
    ask(page)
    page.goto(link_in_mail(site))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{site.address}/account")
