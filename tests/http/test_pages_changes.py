"""What pages and map do when the register changes, and when it holds hostile or very many places."""

import re
import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from app.db.version import FRESH_FOR_S, forget_version
from app.main import create_app
from tests.conftest import settings_for
from tests.http.sample import change, published, read
from tests.http.test_pages import PAGE, cards, heading
from tests.http.walking import walk

pytestmark = pytest.mark.usefixtures("built_assets")

HOSTILE = "<script>alert(1)</script>${x}`<img src=x onerror=alert(2)>\"'"
LARGEST_PAGE = 60_000


@pytest.fixture
def client(own_sample_database_url: str) -> Iterator[TestClient]:
    with TestClient(create_app(settings_for(own_sample_database_url))) as client:
        yield client


def suspend(reference: str) -> str:
    return f"UPDATE place SET membership_status = 'suspended' WHERE reference = '{reference}'"


def test_a_change_shows_everywhere_within_a_second(client: TestClient, own_sample_database_url: str) -> None:
    reference, name = published(own_sample_database_url)[0]
    division = client.get(f"/api/v1/places/{reference}").json()["division"]["gss_code"]
    paths = (
        f"/places/{reference}",
        f"/divisions/{division}",
        "/divisions",
        "/map/places.geojson",
        "/map/divisions.geojson",
    )
    etags = {path: client.get(path).headers["etag"] for path in paths}
    assert reference in client.get("/map/places.geojson").text
    change(own_sample_database_url, suspend(reference))
    time.sleep(FRESH_FOR_S)
    for path in paths:
        answer = client.get(path, headers={"If-None-Match": etags[path]})
        assert answer.status_code != HTTPStatus.NOT_MODIFIED, path
        assert reference not in answer.text
        assert name not in answer.text.replace("&#39;", "'")


def test_a_place_that_left_the_list_offers_the_nearest(client: TestClient, own_sample_database_url: str) -> None:
    reference, name = published(own_sample_database_url)[3]
    change(own_sample_database_url, suspend(reference))
    answer = client.get(f"/places/{reference}", headers=PAGE)
    assert answer.status_code == HTTPStatus.GONE
    assert heading(answer.text) == "This place is no longer on the list"
    assert name not in answer.text.replace("&#39;", "'")
    assert len(cards(answer.text)) == 5
    assert answer.headers["cache-control"] == "no-store"
    search = client.post("/", data={"where": reference}, headers=PAGE)
    assert "no longer on the list" in search.text


def test_text_of_the_register_is_text_on_every_page(client: TestClient, own_sample_database_url: str) -> None:
    reference = published(own_sample_database_url)[0].reference
    quoted = HOSTILE.replace("'", "''")
    change(
        own_sample_database_url,
        f"UPDATE place SET name = '{quoted}', description = '{quoted}', town = '{quoted}', address_1 = '{quoted}',"
        f" website = 'javascript:alert(3)', languages = ARRAY['{quoted}'] WHERE reference = '{reference}'",
        f"UPDATE division SET name = '{quoted}' WHERE gss_code = 'E05009030'",
        f"UPDATE councillor SET name = '{quoted}', party = '{quoted}', email = '{quoted}'",
    )
    forget_version(client.app.state.engine)  # type: ignore[attr-defined]  # TestClient hides FastAPI
    pages = walk(client, f"/places/{reference}", "/divisions", "/divisions/E05009030")
    pages["search"] = client.post("/", data={"where": HOSTILE}, headers=PAGE)
    shown = 0
    for path, answer in pages.items():
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            shown += "&lt;script&gt;alert(1)&lt;/script&gt;${x}" in answer.text
            assert "<script>alert" not in answer.text, path
            assert "<img src=x" not in answer.text, path
            assert not re.search(r'(?:href|src)="javascript:', answer.text), path
        elif "javascript" in kind:
            assert "alert(1)" not in answer.text, path
    assert shown > 60


def test_pages_stay_small_with_ten_thousand_places(client: TestClient, own_sample_database_url: str) -> None:
    change(
        own_sample_database_url,
        """
        WITH model AS (SELECT * FROM published_place ORDER BY id LIMIT 1),
        many AS (
            INSERT INTO place (authority_code, name, kind, schemes, offers, description, address_1, town, postcode,
                               location, lon, lat, location_source, location_quality_m, opening_hours, closures,
                               languages, consent_on, membership_status, version)
            SELECT authority_code, name || ' ' || number, kind, schemes, offers, description, address_1, town, postcode,
                   location, lon, lat, location_source, location_quality_m, opening_hours, '[]', '{}',
                   DATE '2026-01-01', 'listed', 1
            FROM model, generate_series(1, 10000) AS number RETURNING id),
        linked AS (
            INSERT INTO place_division (place_id, division_id, division_set_id, basis, is_assigned, distance_m,
                                        near_boundary, postcode_disagrees)
            SELECT many.id, link.division_id, link.division_set_id, 'covers', true, 500, false, false
            FROM many, model JOIN place_division AS link ON link.place_id = model.id AND link.is_assigned)
        INSERT INTO audit (place_id, audited_on, auditor, verdict, valid_until, signed_off_by, effective_at)
        SELECT id, DATE '2026-10-01', 'A', 'fit', CURRENT_DATE + 300, 'B', TIMESTAMPTZ '2026-10-02 12:00Z' FROM many
        """,
        "ANALYZE",
    )
    (division, count), *_ = read(
        own_sample_database_url,
        "SELECT gss_code, count(*) FROM place_division JOIN division ON division.id = division_id"
        " GROUP BY gss_code ORDER BY count(*) DESC LIMIT 1",
    )
    assert int(str(count)) > 10_000
    paths = (f"/divisions/{division}", f"/divisions/{division}?page=3", "/divisions", "/places/SP-0001", "/")
    answers = [client.get(path, headers=PAGE) for path in paths]
    answers.append(client.post("/", data={"where": "DH1 5UL"}, headers=PAGE))
    for answer in answers:
        assert answer.status_code == HTTPStatus.OK
        assert len(answer.content) < LARGEST_PAGE, answer.request.url.path
    assert len(client.get("/map/places.geojson").json()["features"]) > 10_000
    assert "Page 3 of 501" in answers[1].text
    assert len(cards(answers[1].text)) == 20
    assert not set(cards(answers[0].text)) & set(cards(answers[1].text))
    beyond = client.get(f"/divisions/{division}?page=900", headers=PAGE)
    assert beyond.status_code == HTTPStatus.NOT_FOUND
