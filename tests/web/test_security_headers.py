"""The headers of every answer, and how built files are served."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.http.security_headers import content_security_policy, tile_origin
from tests.browser.gallery_server import make_gallery
from web.assets import read_manifest


@pytest.fixture
def gallery(built_assets: Path) -> Iterator[TestClient]:
    assert built_assets.is_dir()
    with TestClient(make_gallery([])) as client:
        yield client


def test_pages_carry_the_headers_and_no_cookie(gallery: TestClient) -> None:
    answer = gallery.get("/home")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "geolocation=(self)" in answer.headers["permissions-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "set-cookie" not in answer.headers


def test_only_a_configured_tile_server_may_send_pictures() -> None:
    assert "img-src 'self' data:;" in content_security_policy()
    policy = content_security_policy("https://{s}.tiles.example:8443/{z}/{x}/{y}.png?key=1")
    assert "img-src 'self' data: https://*.tiles.example:8443;" in policy


@pytest.mark.parametrize(
    "address",
    ["tiles.example/{z}", "javascript:alert(1)", "https://a.example; script-src *", "https://a.example,b/{z}"],
)
def test_a_tile_address_cannot_widen_the_policy(address: str) -> None:
    with pytest.raises(ValueError, match="SAFEPLACES_TILE_URL"):
        tile_origin(address)


def test_files_of_this_build_are_kept_for_ever(gallery: TestClient) -> None:
    version, _ = read_manifest()
    answer = gallery.get(f"/static/{version}/main.css")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


def test_a_page_from_before_an_update_still_finds_its_styles(gallery: TestClient) -> None:
    answer = gallery.get("/static/000000000000/main.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["manifest.json", "%2e%2e/%2e%2e/package.json", "nothing.css"])
def test_nothing_else_is_served(gallery: TestClient, path: str) -> None:
    assert gallery.get(f"/static/x/{path}").status_code == 404
