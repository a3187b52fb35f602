"""A newcomer on the real service: postcode, division, list, map; on wide and narrow screens, and without scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_pages import complaints_of
from tests.browsing import at_rest

Axe = Callable[[Page], list[str]]
Screenshot = Callable[[Page, str], Path]

SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
TOLD_AS_AN_ERROR = "422 (Unprocessable"
"""Chromium writes to the console that a search with an error was answered so."""


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, browser: Browser, live_server: str) -> Iterator[tuple[str, Page, set[str]]]:
    """The size by name, a page of that size, and the hosts that it has asked."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=live_server, locale="en-GB")
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda asked: hosts.add(asked.url.split("/")[2]))
    yield request.param, page, hosts
    assert hosts == {live_server.split("/")[2]}
    assert context.cookies() == []
    context.close()


def search(page: Page, where: str) -> None:
    page.goto("/")
    page.get_by_label("Where are you?").fill(where)
    page.get_by_role("button", name="Find places").click()


def see_map(page: Page) -> None:
    """Wait until the map has drawn everything."""
    page.locator("[data-map]").scroll_into_view_if_needed()
    expect(page.locator("[data-map].leaflet-container")).to_be_visible()
    expect(page.locator("[data-map][aria-busy]")).to_have_count(0)
    expect(page.locator(".map-status.is-failed")).to_have_count(0)
    assert page.locator(".leaflet-marker-icon").count() > 0


def faults(page: Page, axe: Axe) -> list[str]:
    """What axe finds at the top of the page; further down "Exit this page" stays over whatever is scrolled under it."""
    page.evaluate("scrollTo(0, 0)")
    return axe(page)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_from_a_postcode_to_division_list_and_map(
    visit: tuple[str, Page, set[str]], axe: Axe, screenshot: Screenshot
) -> None:
    size, page, _ = visit
    complaints = complaints_of(page)
    search(page, "dh1 5ul")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in the Neville's Cross division")
    assert page.url.endswith("/")
    expect(page.locator(".card")).to_have_count(10)
    see_map(page)
    expect(page.get_by_role("img", name="Where you searched")).to_be_visible()
    expect(page.locator("path.map-chosen")).to_have_count(1)
    assert fits(page)
    assert faults(page, axe) == []
    screenshot(page, f"service-results-{size}")

    page.get_by_role("link", name="See the division and its councillors").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Neville's Cross")
    expect(page.get_by_role("heading", name="Councillors")).to_be_visible()
    see_map(page)
    assert fits(page)
    screenshot(page, f"service-division-{size}")

    page.locator(".card a").first.click()
    expect(page.get_by_role("table", name="Opening hours, next seven days")).to_be_visible()
    see_map(page)
    expect(page.locator(".map-sign.is-chosen")).to_be_visible()
    assert fits(page)
    assert faults(page, axe) == []
    screenshot(page, f"service-place-{size}")
    assert complaints == []


def test_a_sign_on_the_map_leads_to_its_page(visit: tuple[str, Page, set[str]]) -> None:
    _, page, _ = visit
    page.goto("/divisions/E05009070")
    see_map(page)
    sign = page.locator(".map-sign[aria-label^='Thrupp and Daughter Hardware']")
    sign.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="Thrupp and Daughter Hardware")
    expect(card).to_contain_text("Shop, Durham")
    at_rest(page)
    card.get_by_role("link", name="See this place").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thrupp and Daughter Hardware")


def test_all_divisions_with_their_map(visit: tuple[str, Page, set[str]], axe: Axe, screenshot: Screenshot) -> None:
    size, page, _ = visit
    page.goto("/divisions")
    see_map(page)
    expect(page.locator("path.map-division")).to_have_count(63)
    assert fits(page)
    assert faults(page, axe) == []
    screenshot(page, f"service-divisions-{size}")


def test_half_a_postcode_says_what_to_do(visit: tuple[str, Page, set[str]], axe: Axe, screenshot: Screenshot) -> None:
    size, page, _ = visit
    complaints = complaints_of(page)
    search(page, "DH1")
    expect(page.get_by_role("alert")).to_contain_text("This is only the first half of a postcode")
    expect(page.get_by_label("Where are you?")).to_have_value("DH1")
    assert faults(page, axe) == []
    screenshot(page, f"service-error-{size}")
    assert [complaint for complaint in complaints if TOLD_AS_AN_ERROR not in complaint] == []


def test_where_the_browser_is(browser: Browser, live_server: str) -> None:
    durham = {"longitude": -1.586, "latitude": 54.786}
    context = browser.new_context(base_url=live_server, permissions=["geolocation"], geolocation=durham)  # type: ignore[arg-type]  # a TypedDict
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Use my position").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in the Neville's Cross division")
    assert page.url == f"{live_server}/"
    context.close()


@pytest.fixture
def without_scripts(browser: Browser, live_server: str) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled=False, base_url=live_server)
    yield context
    context.close()


def test_everything_works_without_scripts(without_scripts: BrowserContext) -> None:
    page = without_scripts.new_page()
    search(page, "DH1 5UL")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in the Neville's Cross division")
    expect(page.locator(".card")).to_have_count(10)
    expect(page.get_by_text("The map needs JavaScript.")).to_be_visible()
    page.get_by_role("link", name="Divisions", exact=True).click()
    page.get_by_label("Part of a division").fill("chester")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".letter li")).to_have_count(4)
    search(page, "library")
    page.locator("a.choice").first.click()
    expect(page.get_by_role("heading", name="How to get there")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/divisions", "/divisions/E05009033", "/places/SP-0001", "/about/data", "/problems", "/api/docs"]
)
def test_pages_fit_narrow_screens(browser: Browser, live_server: str, path: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, base_url=live_server)
    page = context.new_page()
    page.goto(path)
    assert fits(page)
    context.close()
