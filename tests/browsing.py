"""Fixtures for browser tests: a real server over the bundled data, Debian's Chromium, axe, screenshots.

`page` is pytest-playwright's; its addresses are relative to the live server: `page.goto("/divisions")`.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from scripts.local.assets import ensure_assets

PROJECT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
START_S = 180
"""A service starts in seconds, but not on a machine that has other work."""
QUIET = ["--no-access-log", "--no-proxy-headers"]  # as scripts/serve has it
CHROMIUM_FLAGS = [
    "--no-sandbox",  # Chromium's own sandbox does not run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """A browser on a busy machine may take its time; what holds at once is not waited for."""
    expect.set_options(timeout=20_000)


def at_rest(page: Page) -> None:
    """Wait until the map stands still: it slides to make room for a card, and whoever clicks meanwhile misses."""
    expect(page.locator(".leaflet-map-pane")).to_have_count(1)
    expect(page.locator(".leaflet-pan-anim")).to_have_count(0)


@pytest.fixture(scope="session")
def built_assets() -> Path:
    """The folder of built styles and scripts; builds them when they are older than their sources."""
    return ensure_assets(PROJECT)


@pytest.fixture(scope="session")
def live_server(sample_database_url: str, built_assets: Path) -> Iterator[str]:
    """The address of a real server over the bundled data."""
    with serving(sample_database_url, SAFEPLACES_STATIC_FOLDER=str(built_assets)) as address:
        yield address


@contextmanager
def serving(database_url: str, **environment: str) -> Iterator[str]:
    """Run uvicorn as `scripts/serve` does, on a free port, and give its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app", f"--port={port}", *QUIET]
    surroundings = os.environ | {"DATABASE_URL": database_url} | environment
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=PROJECT, env=surroundings, stdout=log, stderr=log)
        try:
            wait_until_live(address, server)
            yield address
        except TimeoutError as error:
            log.seek(0)
            pytest.fail(f"{error}\n{log.read().decode(errors='replace')}")
        finally:
            server.terminate()
            server.wait(timeout=60)


def wait_until_live(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return as soon as the server answers; raises TimeoutError."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        connection = HTTPConnection(address.removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", "/health/live")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise TimeoutError(f"The server at {address} did not start.")


def free_port() -> int:
    """A port of the loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, and silence: no request but those of the page."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], live_server: str) -> dict[str, Any]:
    """A British visitor of the live server: `page.goto("/divisions")`."""
    here = {"locale": "en-GB", "timezone_id": "Europe/London", "base_url": live_server}
    return {**browser_context_args, **here}


@pytest.fixture(scope="session")
def axe_source(built_assets: Path) -> str:
    """The script of axe-core, from the npm packages."""
    assert built_assets.is_dir()
    return (PROJECT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def axe(axe_source: str) -> Callable[..., list[str]]:
    """Check the page as it stands against WCAG 2.2 A and AA, or these rules of axe: one line for each violation."""

    def check(page: Page, *rules: str) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe_source)
        options: dict[str, Any] = {
            "runOnly": list(rules) or ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            "resultTypes": ["violations"],  # what passes would be described too, which takes most of the time
        }
        if not rules:
            options["rules"] = {"target-size": {"enabled": True}}  # of WCAG 2.2 AA, and off unless asked for
        asked = "options => axe.run(document, options).then(({ violations }) => violations)"
        return [
            f"{fault['id']}: {fault['help']}: {' | '.join(str(node['target']) for node in fault['nodes'])}"
            for fault in cast("list[dict[str, Any]]", page.evaluate(asked, options))
        ]

    return check


@pytest.fixture
def screenshot() -> Callable[[Page, str], Path]:
    """Keep a picture of the whole page under test-results/screenshots."""

    def take(page: Page, name: str) -> Path:
        path = PROJECT / "test-results" / "screenshots" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True)
        return path

    return take
