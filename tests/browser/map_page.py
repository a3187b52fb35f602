"""What tests of the map share: a site for each module, a page that is opened and drawn, what it complains of."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.map_server import MapSite, feature, map_running, scattered

CLUSTER = ".map-cluster.leaflet-marker-icon"
SIGN = ".map-sign.leaflet-marker-icon"
DURHAM = (-1.5849, 54.7761)


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, str]:
    """These pages have a server of their own: the live one is not needed."""
    return {"locale": "en-GB", "timezone_id": "Europe/London"}


@pytest.fixture(scope="module")
def running(built_assets: Path) -> Iterator[MapSite]:
    assert (built_assets / "map" / "map.js").is_file()
    with map_running(MapSite()) as site:
        yield site


@pytest.fixture
def site(running: MapSite) -> MapSite:
    running.places = scattered(120)
    running.attributes = {}
    running.faults = {}
    running.last = ""
    running.style = "kind"
    running.height = "36rem"
    return running


class Complaints:
    """Everything that a page says against what it was given, and every host that it asks."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.said.append(message.text)


def open_map(page: Page, site: MapSite, name: str = "divisions") -> Complaints:
    """Open one of the pages and wait until its map is drawn."""
    complaints = Complaints(page)
    page.goto(f"{site.address}/{name}")
    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "whole")
    return complaints


def far_apart(count: int) -> list[dict[str, Any]]:
    """Places whose signs have room beside each other on a map of the county, in rows of eight."""
    return [feature(-2.3 + (at % 8) * 0.13, 54.47 + at // 8 * 0.07, at + 1) for at in range(count)]
