"""Boundaries from a map server: pages, marks, busy times, errors with status 200."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from app.divisions.arcgis import TRIES, FeatureLayer, LayerUnavailable, write_features
from app.divisions.files import read_divisions
from app.errors import InvalidInput
from tests.register import AUTHORITY
from tests.rules.boundary_files import feature, square
from tests.rules.map_server import MapServer, serving

OTHER = "E06000005"


def features(count: int = 5, **properties: object) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"LAD25CD": AUTHORITY} | properties
    return [feature(square(at), f"E05{at:06d}", f"Division {at}", **given) for at in range(count)]


def fetch(server: MapServer, waits: list[float] | None = None) -> list[Any]:
    with serving(server) as url, httpx.Client(trust_env=False) as client:
        return FeatureLayer(url, client, pause=(waits if waits is not None else []).append).fetch(AUTHORITY)


@pytest.mark.parametrize("marks_inside", [True, False])
@pytest.mark.parametrize("page", [1, 2, 4, 5, 6])
def test_all_pages_are_read_in_order(page: int, marks_inside: bool) -> None:  # noqa: FBT001  # a parameter
    server = MapServer(features(5), page=page, marks_inside=marks_inside)
    codes = [one["properties"]["WD25CD"] for one in fetch(server)]
    assert codes == [f"E05{at:06d}" for at in range(5)]
    queries = [asked for asked in server.asked if "resultOffset" in asked]
    assert {asked["outSR"] for asked in queries} == {"4326"}
    assert {asked["orderByFields"] for asked in queries} == {"FID"}
    assert len(queries) == -(-5 // page)


def test_only_the_authority_is_asked_for() -> None:
    server = MapServer([*features(2), *features(3, LAD25CD=OTHER)])
    assert len(fetch(server)) == 2
    assert server.asked[1]["where"] == f"LAD25CD='{AUTHORITY}'"


def test_a_layer_without_an_authority_field_is_read_whole() -> None:
    server = MapServer([feature(square(at), f"E05{at:06d}", "D") for at in range(3)])
    assert len(fetch(server)) == 3
    assert server.asked[1]["where"] == "1=1"


def test_what_was_fetched_loads_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "fetched.geojson"
    write_features(fetch(MapServer(features(3))), path)
    read = read_divisions(path, AUTHORITY)
    assert [record.name for record in read.records] == ["Division 0", "Division 1", "Division 2"]
    assert read.records[0].area.polygon.hausdorff_distance(square(0)) < 0.0015


def test_a_busy_server_is_asked_again_after_a_while() -> None:
    waits: list[float] = []
    assert len(fetch(MapServer(features(2), busy=2), waits)) == 2
    assert waits == [2.0, 4.0]
    with pytest.raises(LayerUnavailable, match=f"status 503, {TRIES} tries"):
        fetch(MapServer(features(2), busy=99))


def test_a_server_that_is_not_there() -> None:
    with httpx.Client(trust_env=False) as client:
        layer = FeatureLayer("http://127.0.0.1:9/FeatureServer/0", client, pause=lambda _: None)
        with pytest.raises(LayerUnavailable, match="ConnectError"):
            layer.fetch(AUTHORITY)


def test_an_error_with_status_200_is_an_error() -> None:
    fault = {"code": 400, "message": "Invalid URL", "details": ["Cannot perform query."]}
    with pytest.raises(LayerUnavailable, match=r"Invalid URL; Cannot perform query. \(code 400\)"):
        fetch(MapServer(features(2), refuses=fault))


def test_features_that_went_missing_are_noticed() -> None:
    with pytest.raises(LayerUnavailable, match="says that it has 5 features, and gave 4"):
        fetch(MapServer(features(5), loses=1))


def test_a_layer_of_points_is_refused() -> None:
    with pytest.raises(LayerUnavailable, match="has no areas"):
        fetch(MapServer(features(1), described={"geometryType": "esriGeometryPoint"}))


@pytest.mark.parametrize("url", ["", "ftp://x/FeatureServer/0", "http://x/FeatureServer", "file:///etc/passwd"])
def test_addresses_that_are_none_of_a_layer(url: str) -> None:
    with httpx.Client() as client, pytest.raises(InvalidInput, match="FeatureServer/0"):
        FeatureLayer(url, client)


def test_an_authority_that_is_no_code_never_reaches_the_server() -> None:
    server = MapServer(features(1))
    with serving(server) as url, httpx.Client(trust_env=False) as client:
        layer = FeatureLayer(f"{url}/query?f=html", client)
        with pytest.raises(InvalidInput, match="GSS code"):
            layer.fetch("x' OR '1'='1")
    assert server.asked == []
