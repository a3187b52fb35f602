"""The map of the officers' list in a browser: signs that tell assurance, the way to a place, a telephone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.office_site import OfficeSite
from tests.browsing import at_rest

Axe = Callable[[Page], list[str]]
Screenshot = Callable[[Page, str], Path]
ROWS = ".register-table tbody tr"
SIGN = ".map-sign.leaflet-marker-icon"


def drawn(page: Page) -> None:
    page.locator("[data-map][data-drawn='whole']").wait_for()


def test_the_map_of_the_list_is_whole_at_both_widths(office: OfficeSite, axe: Axe, screenshot: Screenshot) -> None:
    page = office.page_for("Jo Example", bypass_csp=True)
    page.goto("/office/places")
    expect(page.locator("[data-map]")).to_have_count(0)
    page.get_by_role("link", name="Show on a map").click()
    drawn(page)
    expect(page.locator(ROWS)).to_have_count(50)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("[data-map]").scroll_into_view_if_needed()
        drawn(page)
        screenshot(page, f"office-map-{width}")
        assert axe(page) == [], f"{width} pixels wide"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert office.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_signs_tell_the_assurance_of_what_the_filters_find_and_lead_to_the_office(
    office: OfficeSite, screenshot: Screenshot, width: int
) -> None:
    page = office.page_for("Jo Example", viewport={"width": width, "height": 900})
    page.goto("/office/places?view=map")
    drawn(page)
    if width < 1000:
        page.get_by_role("button", name="Show filters").click()
    page.get_by_label("Suspended").check()
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**status=suspended**")
    drawn(page)
    expect(page.get_by_text("Status: Suspended")).to_be_visible()
    found = set(page.locator(".register-table__reference").all_text_contents())
    places = page.evaluate("fetch(document.querySelector('[data-map]').dataset.places).then((got) => got.json())")
    assert {one["properties"]["reference"] for one in places["features"]} == found
    signs = page.locator(SIGN)
    shown = {sign.get_attribute("data-place-reference") for sign in signs.all()}
    assert shown
    assert shown <= found
    kinds = {one["properties"]["assurance"] for one in places["features"]}
    drawn_kinds = page.locator(f"{SIGN} svg.sign").evaluate_all("all => all.map((one) => one.classList[1].slice(6))")
    assert set(drawn_kinds) <= kinds
    key = page.get_by_role("button", name="Key")
    if key.get_attribute("aria-expanded") == "false":
        key.click()
    lines = page.locator(".map-key__line:visible .map-key__sign svg.sign").evaluate_all(
        "all => all.map((one) => one.classList[1].slice(6))"
    )
    assert set(lines) == kinds
    expect(page.locator(".map-key__tints")).to_be_hidden()
    key.click()
    reference = page.locator(f"{SIGN}:visible").first.get_attribute("data-place-reference")
    sign = page.locator(f"{SIGN}[data-place-reference='{reference}']")
    sign.focus()
    expect(sign).to_be_focused()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("Suspended")
    at_rest(page)
    screenshot(page, f"office-map-card-{width}")
    card.get_by_role("link", name="See this place").click()
    page.wait_for_url(f"**/office/places/{reference}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert office.complaints == []


def test_a_division_on_the_map_narrows_the_list(office: OfficeSite) -> None:
    page = office.page_for("Jo Example")
    page.goto("/office/places?view=map")
    drawn(page)
    expect(page.locator(".map-division--unknown")).not_to_have_count(0)
    page.locator(".map-division--unknown").nth(5).dispatch_event("click")
    page.get_by_role("dialog").get_by_role("link", name="Only the places of this division").press("Enter")
    page.wait_for_url("**division=E05*&view=map")
    expect(page.locator(".chips")).to_contain_text("Division: ")
    assert office.complaints == []


def test_without_scripts_the_list_says_the_same(office: OfficeSite) -> None:
    page = office.page_for("Jo Example", java_script_enabled=False)
    page.goto("/office/places?view=map")
    expect(page.get_by_text("The map needs JavaScript. Everything that it shows is in the list.")).to_be_visible()
    expect(page.locator(ROWS)).to_have_count(50)
