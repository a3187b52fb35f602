"""Pages that explain, what browsers ask for unasked, and errors as pages."""

from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from app.http.problems import STATUS_OF, slug_of
from app.http.security_headers import content_security_policy

pytestmark = pytest.mark.usefixtures("built_assets")

PAGES = {
    "/about": "About",
    "/about/data": "About the data",
    "/privacy": "Privacy",
    "/accessibility": "Accessibility statement",
    "/api": "Open data and API",
    "/api/docs": "API reference",
    "/problems": "Problems that the API reports",
}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_a_page_has_its_title_and_the_help_lines(sample_client: TestClient, path: str, title: str) -> None:
    answer = sample_client.get(path, headers=BROWSER)
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<title>{title} \N{EN DASH} Safe places</title>" in answer.text
    assert 'href="tel:999"' in answer.text
    assert "Exit this page" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_has_not_changed_is_not_sent_again(sample_client: TestClient, path: str) -> None:
    first = sample_client.get(path)
    assert first.headers["cache-control"] == "public, no-cache"
    again = sample_client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    assert again.content == b""
    assert again.headers["content-security-policy"] == content_security_policy()


@pytest.mark.parametrize("path", PAGES)
def test_head_answers_as_get_does(sample_client: TestClient, path: str) -> None:
    answer = sample_client.head(path)
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["etag"] == sample_client.get(path).headers["etag"]


def test_a_trailing_slash_leads_to_the_page(sample_client: TestClient) -> None:
    assert sample_client.get("/about/").status_code == HTTPStatus.OK


def test_every_problem_type_leads_to_its_explanation(sample_client: TestClient) -> None:
    page = sample_client.get("/problems").text
    for kind in STATUS_OF:
        assert f'id="{slug_of(kind)}"' in page
    faulty = sample_client.get("/api/v1/no-such-address").json()
    path, _, slug = faulty["type"].partition("#")
    assert path == "/problems"
    assert f'id="{slug}"' in page


def test_robots_may_read_pages_only(sample_client: TestClient) -> None:
    answer = sample_client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Disallow: /api/v1/" in answer.text


def test_the_favicon_is_the_built_picture(sample_client: TestClient) -> None:
    answer = sample_client.get("/favicon.ico")
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_unknown_page_says_so_kindly(sample_client: TestClient) -> None:
    answer = sample_client.get("/no-such-page", headers=BROWSER)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Page not found" in answer.text
    assert 'href="tel:999"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_method_is_a_page_for_people(sample_client: TestClient) -> None:
    answer = sample_client.post("/about", headers=BROWSER)
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "This address does not work that way" in answer.text


def test_an_old_build_in_an_address_still_gives_the_file_but_not_for_ever(sample_client: TestClient) -> None:
    answer = sample_client.get("/static/0123456789ab/main.css")
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["cache-control"] == "no-cache"
