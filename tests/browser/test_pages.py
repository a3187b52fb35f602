"""Every page in Chromium, wide, narrow, dark and at 400 % zoom, under the real Content-Security-Policy."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Route, expect

from tests.browser.gallery_server import gallery_running
from web.gallery import exhibits

SHOTS = Path(__file__).resolve().parents[2] / "test-results" / "screenshots"
WIDTHS = (1280, 390)
GIVEN_UP = "net::ERR_ABORTED"


@pytest.fixture(scope="module")
def posted() -> list[str]:
    return []


@pytest.fixture(scope="module")
def address(posted: list[str], built_assets: Path) -> Iterator[str]:
    assert (built_assets / "main.css").is_file()
    with gallery_running(posted) as running:
        yield running


def complaints_of(page: Page) -> list[str]:
    """Collects what the page complains of from now on: errors in the console, refused sources, failed requests.

    What a page was still fetching when it was left, its icon say, has not failed: the browser gave it up.
    """
    complaints: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def on_failure(request: Request) -> None:
        if request.failure != GIVEN_UP:
            complaints.append(f"failed: {request.url}: {request.failure}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", on_failure)
    return complaints


@pytest.mark.parametrize("name", sorted(exhibits()))
def test_page_is_whole_and_axe_finds_nothing(
    browser: Browser,
    address: str,
    axe: Callable[..., list[str]],
    screenshot: Callable[[Page, str], Path],
    name: str,
) -> None:
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900}, color_scheme="light")
    page = context.new_page()
    complaints = complaints_of(page)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{address}/{name}", wait_until="load")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"{name}-{width}")
        assert axe(page) == [], f"{width} pixels wide"
    page.emulate_media(color_scheme="dark")
    screenshot(page, f"{name}-{WIDTHS[1]}-dark")
    assert axe(page, "color-contrast") == [], "in dark colours"
    page.set_viewport_size({"width": 320, "height": 256})  # what 400 % zoom leaves of a 1280 pixel wide window
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, "it scrolls sideways"
    assert hosts == {address.removeprefix("http://")}, "it asks another host"
    assert complaints == []
    assert context.cookies() == []
    context.close()


def test_text_of_the_register_never_runs(browser: Browser, address: str) -> None:
    page = browser.new_page()
    ran: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", on_dialog)
    page.goto(f"{address}/place_hostile")
    expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x onerror=alert(2)>")
    assert page.locator("img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert ran == []
    page.close()


def test_a_search_works_without_javascript(browser: Browser, address: str, posted: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/home")
    expect(page.get_by_role("button", name="Use my position")).to_be_hidden()
    page.get_by_label("Where are you?").fill("DH1 4XX")
    page.get_by_role("button", name="Find places").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neville's Cross")
    assert parse_qs(posted[-1])["where"] == ["DH1 4XX"]
    assert "DH1" not in page.url
    context.close()


def test_my_position_is_asked_on_tap_and_sent_by_post(browser: Browser, address: str, posted: list[str]) -> None:
    context = browser.new_context(geolocation={"longitude": -1.5849, "latitude": 54.7761}, permissions=["geolocation"])
    page = context.new_page()
    page.goto(f"{address}/home")
    sent = len(posted)
    page.get_by_role("button", name="Use my position").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neville's Cross")
    assert len(posted) == sent + 1
    assert parse_qs(posted[-1]) == {"lon": ["-1.584900"], "lat": ["54.776100"]}
    assert "54.77" not in page.url
    context.close()


def test_a_refused_position_says_what_to_do(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=[])
    page = context.new_page()
    page.goto(f"{address}/home")
    page.get_by_role("button", name="Use my position").click()
    expect(page.get_by_role("status").filter(has_text="type a postcode")).to_be_visible()
    context.close()


@pytest.mark.parametrize("way", ["button", "shift three times", "first link"])
def test_exit_takes_this_page_out_of_the_history(browser: Browser, address: str, way: str) -> None:
    context = browser.new_context()
    page = context.new_page()

    def weather(route: Route) -> None:
        route.fulfill(body="<title>Weather</title>", content_type="text/html")

    context.route("https://www.bbc.co.uk/**", weather)
    page.goto(f"{address}/about")
    page.goto(f"{address}/place")
    if way == "button":
        page.get_by_role("button", name="Exit this page").click()
    elif way == "first link":
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator(".govuk-js-exit-this-page-skiplink")).to_be_focused()
        page.keyboard.press("Enter")
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url("https://www.bbc.co.uk/weather")
    page.go_back()
    assert page.url == f"{address}/about", "Back leads to the page before, never to the one that was left"
    context.close()


def test_exit_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/place")
    link = page.locator(".govuk-exit-this-page__button")
    assert link.get_attribute("href") == "https://www.bbc.co.uk/weather"
    assert "noreferrer" in (link.get_attribute("rel") or "")
    context.close()


def test_the_list_of_divisions_narrows_while_typing(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/divisions")
    page.get_by_label("name", exact=False).fill("nevilles")
    expect(page.get_by_role("link", name="Neville's Cross")).to_be_visible()
    expect(page.get_by_role("link", name="Brandon")).to_be_hidden()
    expect(page.locator("[data-filter-status]")).to_have_text("1 of 7 shown")
    page.close()


def test_the_keyboard_sees_where_it_is(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/results")
    page.evaluate("document.activeElement?.blur()")
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [document.activeElement.tagName, s.backgroundColor, s.outlineStyle, s.boxShadow, s.borderColor]"
            " })()"
        )
        if style[0] == "BODY":
            break
        seen.add(style[0])
        yellow = "rgb(255, 221, 0)"
        assert yellow in style[1] or yellow in style[3] or yellow in style[4] or style[2] != "none", style
    assert "A" in seen
    page.close()


def test_a_division_prints_on_a4(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/division")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Neville's Cross")).to_be_visible()
    expect(page.locator(".govuk-exit-this-page")).to_be_hidden()
    expect(page.get_by_role("button", name="Print this page")).to_be_hidden()
    SHOTS.mkdir(parents=True, exist_ok=True)
    printed = page.pdf(path=SHOTS / "division.pdf", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") <= 2
    page.close()
