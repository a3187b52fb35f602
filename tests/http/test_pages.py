"""Pages of the register over the sample data: what they say, what they refuse, what they never show."""

import re
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from app.http.pages import holds_sample_data
from app.public_map import routes
from tests.http.sample import published, read, unpublished
from tests.http.walking import walk

pytestmark = pytest.mark.usefixtures("built_assets")

PAGE = {"Accept": "text/html"}


def heading(html: str) -> str:
    """The text of the page's first heading."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    return found.group(1).strip() if found else ""


def cards(html: str) -> list[str]:
    """References of the places in the page's list, in order."""
    return re.findall(r'card__name"><a [^>]*href="/places/(SP-\d+)"', html)


def test_home_asks_one_question(sample_client: TestClient) -> None:
    answer = sample_client.get("/", headers=PAGE)
    assert answer.status_code == HTTPStatus.OK
    assert "Where are you?" in answer.text
    assert '<form method="post" action="/"' in answer.text


def test_the_sample_places_are_said_to_be_invented_on_every_page(sample_client: TestClient) -> None:
    pages = [answer for answer in walk(sample_client).values() if "<!DOCTYPE html>" in answer.text]
    assert len(pages) > 140
    assert [str(page.url) for page in pages if "This is sample data" not in page.text] == []
    assert "This is sample data" in sample_client.get("/no-such-page", headers=PAGE).text
    assert holds_sample_data(sample_client.app.state.engine)  # type: ignore[attr-defined]  # TestClient hides FastAPI


def test_a_place_page_says_what_the_register_holds(sample_client: TestClient, sample_database_url: str) -> None:
    columns = "reference, name, town, postcode, description, assessed_on"
    row = read(
        sample_database_url,
        f"SELECT {columns} FROM published_place WHERE description IS NOT NULL AND postcode IS NOT NULL LIMIT 1",
    )[0]
    reference, name, town, postcode, _, assessed_on = row
    answer = sample_client.get(f"/places/{reference}", headers=PAGE)
    assert answer.status_code == HTTPStatus.OK
    page = answer.text.replace("&#39;", "'")
    assert heading(page) == name
    for fact in (town, postcode, reference, f"{assessed_on:%-d %B %Y}", "Opening hours"):
        assert str(fact) in page


def test_every_published_place_has_a_page_and_no_other(sample_client: TestClient, sample_database_url: str) -> None:
    for place in published(sample_database_url):
        assert sample_client.get(f"/places/{place.reference}").status_code == HTTPStatus.OK
    hidden = unpublished(sample_database_url)
    assert len(hidden) > 10
    for place in hidden:
        answer = sample_client.get(f"/places/{place.reference}", headers=PAGE)
        assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
        assert place.name not in answer.text.replace("&#39;", "'")


def test_unpublished_places_are_nowhere(sample_client: TestClient, sample_database_url: str) -> None:
    """Every page, list, file and datum that can be reached from the first page."""
    answers = walk(sample_client)
    assert "/map/places.geojson" in answers
    hidden = unpublished(sample_database_url)
    seen_names = {place.name for place in published(sample_database_url)}
    for path, answer in answers.items():
        if answer.headers.get("content-type", "").startswith("font/"):
            continue
        text = answer.text.replace("&#39;", "'").replace("&amp;", "&")
        for place in hidden:
            assert place.reference not in re.findall(r"SP-\d+", text), f"{place.reference} in {path}"
            assert place.name in seen_names or place.name not in text, f"{place.name} in {path}"


def test_a_search_for_an_unpublished_place_finds_nothing_of_it(
    sample_client: TestClient, sample_database_url: str
) -> None:
    for place in unpublished(sample_database_url):
        for where in (place.name, place.reference):
            answer = sample_client.post("/", data={"where": where}, headers=PAGE)
            assert f"/places/{place.reference}" not in answer.text
            assert heading(answer.text) != f"Places near {place.name}"


def test_a_place_that_never_was_public_is_not_found(sample_client: TestClient) -> None:
    answer = sample_client.get("/places/SP-987654", headers=PAGE)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "Not found" in heading(answer.text)


def test_references_and_codes_in_small_letters_lead_to_the_page(sample_client: TestClient) -> None:
    for small, right in (("/places/sp-0001", "/places/SP-0001"), ("/divisions/e05009036", "/divisions/E05009036")):
        answer = sample_client.get(small, follow_redirects=False)
        assert answer.status_code == HTTPStatus.PERMANENT_REDIRECT
        assert answer.headers["location"] == right
    foreign = sample_client.get("/places/%2f%2fevil.example", follow_redirects=False)
    assert "evil" not in foreign.headers.get("location", "")


def test_divisions_are_listed_a_to_z_with_the_counts_of_the_api(sample_client: TestClient) -> None:
    listed = sample_client.get("/api/v1/divisions").json()["divisions"]
    page = sample_client.get("/divisions", headers=PAGE)
    assert "63 electoral divisions" in page.text
    shown = re.findall(
        r'href="/divisions/(E\d+)">.*?</a>\s*<span class="letter__count">(no|\d+) places?', page.text, re.DOTALL
    )
    counts = {code: 0 if number == "no" else int(number) for code, number in shown}
    assert counts == {division["gss_code"]: division["places"] for division in listed}
    names = [division["name"] for division in listed]
    assert [code for code, _ in shown] == [one["gss_code"] for one in sorted(listed, key=lambda one: one["name"])]
    assert len(names) == 63


def test_divisions_can_be_narrowed_by_name(sample_client: TestClient) -> None:
    answer = sample_client.get("/divisions", params={"q": "nevilles"}, headers=PAGE)
    assert re.findall(r'href="/divisions/(E\d+)">', answer.text) == ["E05009070"]
    assert "1 of 63 shown" in answer.text
    nothing = sample_client.get("/divisions", params={"q": "<xyz>"}, headers=PAGE)
    assert "No division has “&lt;xyz&gt;” in its name" in nothing.text
    assert sample_client.get("/divisions", params={"q": "x" * 500}, headers=PAGE).status_code == 422


def test_a_division_page_has_the_places_and_councillors_of_the_api(sample_client: TestClient) -> None:
    with_places = without = 0
    for division in sample_client.get("/api/v1/divisions").json()["divisions"]:
        code = division["gss_code"]
        page = sample_client.get(f"/divisions/{code}", headers=PAGE).text
        linked = sample_client.get(f"/api/v1/divisions/{code}/places").json()["places"]
        assert heading(page).replace("&#39;", "'") == division["name"]
        assert f"<dt>Safe places</dt><dd>{division['places']}</dd>" in page
        if linked:
            with_places += 1
            assert set(cards(page)) == {place["reference"] for place in linked}
        else:
            without += 1
            assert "There is no safe place in this division yet" in page
            assert len(cards(page)) == 5
        assert "councillors.example.org" in page or "Vacant seat" in page
    assert with_places > 30
    assert without > 5


def test_a_place_close_to_a_boundary_names_the_other_division(
    sample_client: TestClient, sample_database_url: str
) -> None:
    flagged = read(
        sample_database_url,
        "SELECT place.reference, division.gss_code, division.name FROM published_place AS place"
        " JOIN place_division AS link ON link.place_id = place.id AND NOT link.is_assigned"
        " JOIN division ON division.id = link.division_id",
    )
    assert flagged
    for reference, code, name in flagged:
        page = sample_client.get(f"/places/{reference}", headers=PAGE).text
        assert "Close to the boundary with" in page
        assert str(name) in page.replace("&#39;", "'")
        assert str(reference) in cards(sample_client.get(f"/divisions/{code}", headers=PAGE).text)


def test_pages_say_that_the_boundaries_are_old_and_approximate(sample_client: TestClient) -> None:
    for path in ("/divisions", "/divisions/E05009070", "/places/SP-0001", "/about/data"):
        page = sample_client.get(path, headers=PAGE).text
        assert "1 May 2025" in page
        assert "approximate" in page
    assert "OS Code-Point Open" in sample_client.get("/about/data").text


def test_open_now_is_as_of_this_minute(sample_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_minute", lambda: "202611231159")
    first = sample_client.get("/places/SP-0001")
    known = {"If-None-Match": first.headers["etag"]}
    assert sample_client.get("/places/SP-0001", headers=known).status_code == HTTPStatus.NOT_MODIFIED
    monkeypatch.setattr(routes, "_minute", lambda: "202611231200")
    assert sample_client.get("/places/SP-0001", headers=known).status_code == HTTPStatus.OK
