"""Signs are never too near each other, or to a control, to be hit: WCAG 2.2 asks for 24 pixels (2.5.8)."""

import pytest
from playwright.sync_api import Page, expect
from shapely.geometry import Point, shape

from tests.browser.map_server import read_features

WIDTHS = (1280, 390)
CHUNKS = 6  # so that workers share the divisions
FOLLOWED = "() => register_map.getSize().x === document.querySelector('[data-map]').clientWidth"
LAID_OUT = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
TOO_SMALL = """
async () => {
  const { violations } = await axe.run('[data-map]', { runOnly: ['target-size'], resultTypes: ['violations'] })
  const tell = ({ target, any }) => [...target, ...any.map(({ message }) => message)]
  return violations.flatMap(({ nodes }) => nodes.map(tell))
}
"""
WHERE_SHOWN = """
() => register_map_places.getLayers().map((marker) => {
  const sign = register_map_places.getVisibleParent(marker)
  const isShown = sign?.getElement().checkVisibility({ visibilityProperty: true })
  const { lng, lat } = marker.getLatLng()
  return [lng, lat, isShown && register_map.getBounds().contains(sign.getLatLng())]
})
"""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_sign_on_the_page_of_a_division_can_be_hit(page: Page, axe_source: str, chunk: int) -> None:
    widths = WIDTHS
    for division in read_features("electoral_divisions.geojson")[chunk::CHUNKS]:
        page.set_viewport_size({"width": widths[0], "height": 900})
        page.goto(f"/divisions/{division['properties']['gss_code']}", wait_until="commit")
        expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "whole")
        page.evaluate(axe_source)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(FOLLOWED)
            page.evaluate(LAID_OUT)
            where = f"{division['properties']['name']}, {width} pixels wide"
            assert page.evaluate(TOO_SMALL) == [], where
            places = page.evaluate(WHERE_SHOWN)
            assert len(places) > 50
            outline = shape(division["geometry"])
            hidden = [(lon, lat) for lon, lat, shown in places if not shown and outline.contains(Point(lon, lat))]
            assert hidden == [], f"{where}: the division's own places"
        widths = widths[::-1]  # the window has this width already
