"""The map's script and data: the published places and nothing else, compact, kept as long as they are right."""

import gzip
import json
from http import HTTPStatus
from typing import Any

import brotli  # type: ignore[import-untyped]  # it has no stubs
import pytest
from fastapi.testclient import TestClient

from app.public_map.kept import Body, Kept, to_body
from app.public_map.maps import GREAT_BRITAIN, box_around
from tests.http.sample import published, read
from tests.http.walking import read_page

pytestmark = pytest.mark.usefixtures("built_assets")

PLACES = "/map/places.geojson"
DIVISIONS = "/map/divisions.geojson"
FILES = ("/map/surroundings.geojson", "/map/settlements.geojson")
OUTLINES = "SELECT gss_code, outline_lonlat FROM division"
PROPERTIES = {"reference", "name", "kind", "kind_label", "assurance", "town", "opening_hours_text", "url"}


def features(client: TestClient, path: str, **parameters: str) -> list[dict[str, Any]]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == HTTPStatus.OK
    assert answer.headers["content-type"] == "application/geo+json"
    collection = answer.json()
    assert collection["type"] == "FeatureCollection"
    found: list[dict[str, Any]] = collection["features"]
    return found


def script_address(client: TestClient, path: str = "/divisions") -> str:
    return next(address for address in read_page(client.get(path).text).loads if address.startswith("/map/"))


def test_the_places_of_the_map_are_the_published_ones(sample_client: TestClient, sample_database_url: str) -> None:
    shown = features(sample_client, PLACES)
    assert {feature["properties"]["reference"] for feature in shown} == {
        place.reference for place in published(sample_database_url)
    }
    assert all(feature["properties"].keys() == PROPERTIES for feature in shown)
    listed = {place["reference"]: place for place in sample_client.get("/api/v1/places?limit=1000").json()["places"]}
    for feature in shown:
        facts, place = feature["properties"], listed[feature["properties"]["reference"]]
        assert facts["name"] == place["name"]
        assert facts["assurance"] == place["assurance"]
        assert feature["geometry"]["coordinates"] == [round(place["lon"], 6), round(place["lat"], 6)]


def test_the_hours_are_those_of_today_in_words(sample_client: TestClient) -> None:
    words = {feature["properties"]["opening_hours_text"] for feature in features(sample_client, PLACES)}
    assert all(text.startswith("Today: ") or text in {"Closed today", "Opening hours not known"} for text in words)
    assert any(text.startswith("Today: ") for text in words)


def test_the_places_of_one_division(sample_client: TestClient) -> None:
    divisions = sample_client.get("/api/v1/divisions").json()["divisions"]
    fullest = max(divisions, key=lambda division: int(division["places"]))["gss_code"]
    linked = sample_client.get(f"/api/v1/divisions/{fullest}/places").json()["places"]
    shown = features(sample_client, PLACES, division=fullest)
    assert len(shown) > 2
    assert {feature["properties"]["reference"] for feature in shown} == {place["reference"] for place in linked}
    assert sample_client.get(PLACES, params={"division": "E05000000"}).status_code == HTTPStatus.NOT_FOUND


def test_the_divisions_carry_outline_and_count(sample_client: TestClient, sample_database_url: str) -> None:
    shown = features(sample_client, DIVISIONS)
    listed = {one["gss_code"]: one["places"] for one in sample_client.get("/api/v1/divisions").json()["divisions"]}
    assert {feature["properties"]["gss_code"]: feature["properties"]["places"] for feature in shown} == listed
    outlines = {str(code): str(outline) for code, outline in read(sample_database_url, OUTLINES)}
    for feature in shown:
        assert feature["geometry"] == json.loads(outlines[feature["properties"]["gss_code"]])
        assert feature["properties"].keys() == {"gss_code", "name", "places", "url"}


@pytest.mark.parametrize("path", [PLACES, DIVISIONS, *FILES])
def test_data_are_compressed_once_and_asked_about_each_time(sample_client: TestClient, path: str) -> None:
    plain = sample_client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["cache-control"] == "public, no-cache"
    assert "Accept-Encoding" in plain.headers["vary"]
    for name, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        with sample_client.stream("GET", path, headers={"Accept-Encoding": name}) as packed:
            assert packed.headers["content-encoding"] == name
            raw = b"".join(packed.iter_raw())
        assert len(raw) == int(packed.headers["content-length"]) < len(plain.content) / 2
        assert unpack(raw) == plain.content
        assert packed.headers["etag"] == plain.headers["etag"]
    again = sample_client.get(path, headers={"If-None-Match": plain.headers["etag"]})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
    assert again.content == b""
    assert sample_client.head(path).headers["etag"] == plain.headers["etag"]


def test_the_script_is_small_holds_nothing_of_the_register_and_is_kept_for_ever(
    sample_client: TestClient, sample_database_url: str
) -> None:
    address = script_address(sample_client)
    script = sample_client.get(address)
    assert script.status_code == HTTPStatus.OK
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert len(script.content) < 20_000
    assert not [place.name for place in published(sample_database_url) if place.name in script.text]
    assert PLACES in script.text
    known = {"If-None-Match": script.headers["etag"]}
    assert sample_client.get(address, headers=known).status_code == HTTPStatus.NOT_MODIFIED


def test_every_page_with_a_map_shares_one_script(sample_client: TestClient) -> None:
    pages = ("/divisions", "/divisions/E05009070", "/places/SP-0001")
    assert len({script_address(sample_client, path) for path in pages}) == 1


def test_an_old_address_of_the_script_gives_the_present_one_but_not_for_ever(sample_client: TestClient) -> None:
    present = sample_client.get(script_address(sample_client))
    old = sample_client.get("/map/0123456789ab/register.js")
    assert old.content == present.content
    assert old.headers["cache-control"] == "public, no-cache"


def test_bundled_files_have_addresses_that_carry_their_content(sample_client: TestClient) -> None:
    script = sample_client.get(script_address(sample_client)).text
    for path in FILES:
        name = path.rpartition("/")[2]
        address = next(part for part in script.split('"') if part.endswith(f"/{name}"))
        versioned = sample_client.get(address)
        assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert versioned.content == sample_client.get(path).content


@pytest.mark.parametrize("path", ["/map/nothing.js", "/map/0123456789ab/passwd", "/map/..%2f..%2fpyproject.toml"])
def test_nothing_else_is_served(sample_client: TestClient, path: str) -> None:
    answer = sample_client.get(path)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_map_shows_great_britain_where_no_boundaries_are_held() -> None:
    assert box_around([]) == GREAT_BRITAIN


def test_what_is_kept_is_made_once_and_makes_room_for_newer() -> None:
    made: list[str] = []

    def making(name: str) -> Body:
        made.append(name)
        return to_body(name.encode(), "text/plain")

    kept = Kept(size=2)
    for name in "abacab":
        assert kept.get(name, lambda name=name: making(name)).plain == name.encode()  # type: ignore[misc]  # bound now
    assert made == ["a", "b", "c", "b"]


def test_what_could_not_be_made_is_tried_again() -> None:
    kept = Kept()

    def failing() -> Body:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        kept.get("a", failing)
    assert kept.get("a", lambda: to_body(b"a", "text/plain")).plain == b"a"
