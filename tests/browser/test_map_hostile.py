"""Texts of the register that try to run: in pop-ups, names, tooltips and signs they stay texts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.map_page import Complaints, browser_context_args
from tests.browser.map_server import MapSite, divisions, feature, map_running

__all__ = ["browser_context_args"]

ATTACKS = (
    "${window.ran = 1}",
    "`+(window.ran = 2)+`",
    '<img src=x onerror="window.ran = 3">',
    "</script><script>window.ran = 4</script>",
    '"onfocus="window.ran = 5" autofocus="',
    "'; window.ran = 6; '",
    "<svg onload=window.ran=7>",
    "{{ 7 * 7 }}{% raw %}",
    "\\u003cimg src=x onerror=window.ran=8\\u003e",
    "&lt;img src=x onerror=window.ran=9&gt;",
)


@pytest.fixture(scope="module")
def site(built_assets: Path) -> Iterator[MapSite]:
    assert (built_assets / "map" / "map.js").is_file()
    with map_running(MapSite()) as running:
        running.places = [
            feature(
                -2.3 + number % 5 * 0.2,
                54.6 + number // 5 * 0.1,
                number,
                attack,
                kind_label=attack,
                town=attack,
                opening_hours_text=attack,
                kind=attack,
                assurance=attack,
                url="javascript:window.ran=10",
            )
            for number, attack in enumerate(ATTACKS, start=1)
        ]
        yield running


def test_no_text_of_the_register_runs(page: Page, site: MapSite) -> None:
    ran: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", on_dialog)
    complaints = Complaints(page)
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => { window.violation = event.violatedDirective })"
    )
    page.goto(f"{site.address}/divisions")
    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "whole")
    for attack in ATTACKS:
        sign = page.get_by_role("button", name=f"{attack}, {attack}", exact=True)
        sign.press("Enter")
        card = page.get_by_role("dialog", name=attack, exact=True)
        expect(card.get_by_role("heading")).to_have_text(attack)
        expect(card).to_contain_text(f"{attack}, {attack}")
        assert card.get_by_role("link").count() == 0, "an address that is no page of ours is not a link"
        page.keyboard.press("Escape")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("window.violation") is None
    assert page.locator("[data-map] img, [data-map] script").count() == 0
    assert ran == []
    assert complaints.said == []


def test_hostile_names_of_divisions_stay_text(page: Page, site: MapSite, monkeypatch: pytest.MonkeyPatch) -> None:
    square = [[[-2, 54.5], [-1.4, 54.5], [-1.4, 54.9], [-2, 54.9], [-2, 54.5]]]
    hostile = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": square},
        "properties": {"gss_code": "E05000001", "name": ATTACKS[2], "places": 1, "url": "https://elsewhere.example/"},
    }
    monkeypatch.setattr("tests.browser.map_server.divisions", lambda: [hostile])
    page.goto(f"{site.address}/divisions")
    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "whole")
    division = page.locator(".map-division")
    division.hover(position={"x": 20, "y": 20})
    expect(page.locator(".map-tip")).to_contain_text(ATTACKS[2])
    division.click(position={"x": 20, "y": 20})
    expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text(ATTACKS[2])
    assert page.get_by_role("dialog").get_by_role("link").count() == 0
    assert page.evaluate("window.ran") is None
    assert page.locator("[data-map] img").count() == 0


def test_an_area_without_an_outline_does_not_spoil_the_others(
    page: Page, site: MapSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = divisions()
    nothing: tuple[object, ...] = (None, {})
    empty = [{**real[0], "geometry": geometry} for geometry in nothing]
    monkeypatch.setattr("tests.browser.map_server.divisions", lambda: [*empty, *real[1:]])
    page.goto(f"{site.address}/divisions")
    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "whole")
    expect(page.locator(".map-division")).to_have_count(len(real) - 1)
