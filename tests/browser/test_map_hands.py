"""The map by keyboard, finger, mouse and wheel."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Geolocation, Page, expect

from tests.browser.map_page import CLUSTER, DURHAM, SIGN, browser_context_args, open_map, running, site
from tests.browser.map_server import MapSite, feature

__all__ = ["browser_context_args", "running", "site"]


def test_every_place_can_be_opened_by_keyboard_and_left_again(page: Page, site: MapSite) -> None:
    site.places = [feature(*DURHAM, 12, "The Willow Tree Café", kind="cafe", kind_label="Café")]
    site.attributes = {"data-bounds": "-1.7,54.7,-1.4,54.85"}
    open_map(page, site)
    sign = page.get_by_role("button", name="The Willow Tree Café, Café")
    sign.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog", name="The Willow Tree Café")
    expect(card).to_contain_text("Café, Durham")
    expect(card).to_contain_text("Open now until 5pm")
    expect(card).to_contain_text("Checked: fit")
    link = card.get_by_role("link", name="See this place")
    expect(link).to_be_focused()
    assert link.get_attribute("href") == "/places/SP-0012"
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(sign).to_be_focused()
    page.keyboard.press("Space")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Close").press("Enter")
    expect(card).to_have_count(0)
    expect(sign).to_be_focused()


FOCUS_HANDED_ON = """
(pressed) => document.activeElement !== pressed && document.activeElement.classList.contains('leaflet-marker-icon')
"""


def press_first_cluster(page: Page) -> None:
    """Enter on a cluster; returns once the focus is on one of the signs that came of it."""
    cluster = page.locator(CLUSTER).first.element_handle()
    cluster.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUS_HANDED_ON, arg=cluster)


def test_a_cluster_opens_by_keyboard_and_hands_the_focus_on(page: Page, site: MapSite) -> None:
    open_map(page, site)
    for _ in range(12):
        if not page.locator(CLUSTER).count():
            break
        press_first_cluster(page)
        if "map-sign" in page.evaluate("document.activeElement.className"):
            break
    expect(page.locator(SIGN).first).to_be_visible()


def test_places_at_one_spot_spread_out_when_asked(page: Page, site: MapSite) -> None:
    site.places = [feature(*DURHAM, number) for number in (1, 2, 3)]
    open_map(page, site)
    for _ in range(10):
        if page.locator(SIGN).count() == 3:
            break
        press_first_cluster(page)
    expect(page.locator(SIGN)).to_have_count(3)
    page.get_by_role("button", name="Place 2").press("Enter")
    expect(page.get_by_role("dialog", name="Place 2")).to_be_visible()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    yield context
    context.close()


def test_one_finger_scrolls_the_page_not_the_map(phone: BrowserContext, site: MapSite) -> None:
    page = phone.new_page()
    open_map(page, site)
    box = page.locator("[data-map]")
    box.evaluate("map => map.scrollIntoView({ block: 'start' })")
    assert "pan-y" in box.evaluate("element => getComputedStyle(element).touchAction")
    scrolled = page.evaluate("scrollY")
    frame = box.bounding_box()
    assert frame
    session = phone.new_cdp_session(page)
    x, y = frame["x"] + 200, frame["y"] + 400
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 16):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - step * 10}]})
        page.wait_for_timeout(16)
    expect(page.get_by_text("Use two fingers to move the map")).to_have_class("map-hint is-shown")
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("(before) => scrollY > before + 50", arg=scrolled)


def test_targets_are_large_enough_for_a_finger(phone: BrowserContext, site: MapSite) -> None:
    page = phone.new_page()
    open_map(page, site)
    controls = page.locator(".leaflet-control a[role=button], .leaflet-control button, .leaflet-marker-icon:visible")
    assert controls.count() > 6
    for control in controls.all():
        size = control.bounding_box()
        assert size
        assert min(size["width"], size["height"]) >= 32, control.get_attribute("class")
    for control in page.locator(".leaflet-bar a, .leaflet-control-layers-toggle, .map-key button").all():
        size = control.bounding_box()
        assert size
        assert min(size["width"], size["height"]) >= 44, control.get_attribute("class")


def test_the_wheel_scrolls_the_page_until_the_map_is_clicked(page: Page, site: MapSite) -> None:
    open_map(page, site)
    width = "document.querySelector('path.map-edge').getBoundingClientRect().width"
    frame = page.locator("[data-map]").bounding_box()
    assert frame
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + 40)
    before = page.evaluate(width)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(500)
    assert page.evaluate(width) == before
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + 20)
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"(before) => {width} !== before", arg=before)


def test_my_position_is_asked_for_on_tap_only(browser: Browser, site: MapSite) -> None:
    here: Geolocation = {"longitude": DURHAM[0], "latitude": DURHAM[1]}
    context = browser.new_context(geolocation=here, permissions=["geolocation"])
    context.add_init_script(
        "window.asked = 0; const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);"
        "navigator.geolocation.getCurrentPosition = (...given) => { window.asked += 1; real(...given) }"
    )
    page = context.new_page()
    complaints = open_map(page, site)
    assert page.evaluate("asked") == 0
    page.get_by_role("button", name="Show my position on the map").click()
    expect(page.locator(".leaflet-control-locate-location")).to_be_visible()
    assert page.evaluate("asked") == 1
    assert complaints.said == []
    assert complaints.hosts == {site.address.removeprefix("http://")}
    context.close()


def test_the_full_screen_keeps_a_way_out_of_the_page(browser: Browser, site: MapSite) -> None:
    context = browser.new_context()
    context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="weather", content_type="text/html"))
    page = context.new_page()
    complaints = open_map(page, site)
    page.get_by_role("button", name="Show the map on the full screen").click()
    way_out = page.locator(".map-exit")
    expect(way_out).to_be_visible()
    page.wait_for_timeout(500)
    size = page.viewport_size
    county = page.locator("path.map-edge").bounding_box()
    assert size
    assert county
    share = max(county["width"] / size["width"], county["height"] / size["height"])
    assert share > 0.8, "the county fills the larger map"
    assert county["x"] >= 0
    assert county["x"] + county["width"] <= size["width"]
    assert complaints.said == []
    way_out.click()
    page.wait_for_url("https://www.bbc.co.uk/weather")
    context.close()
