"""GeoJSON by RFC 7946."""

from typing import Any

import orjson
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon
from shapely.geometry import shape

from geo.features import feature_collection, to_feature, to_geometry_json, to_geometry_text, to_point_json

corners = st.tuples(st.floats(-2, -1), st.floats(54, 55))


@given(st.lists(corners, min_size=3, max_size=8, unique=True))
def test_outer_rings_run_anticlockwise_and_stay_where_they_are(ring: list[tuple[float, float]]) -> None:
    hull = shapely.convex_hull(shapely.multipoints(ring))
    if not isinstance(hull, Polygon) or hull.area < 1e-6:
        return
    for drawn in (hull, hull.reverse()):
        answer: Any = shape(to_geometry_json(drawn, decimals=6))
        assert shapely.is_ccw(answer.exterior)
        assert answer.is_valid
        assert answer.hausdorff_distance(hull) < 1e-6


def test_holes_run_clockwise() -> None:
    lake = [(-1.8, 54.2), (-1.2, 54.2), (-1.2, 54.8), (-1.8, 54.8)]
    area = MultiPolygon([Polygon([(-2, 54), (-2, 55), (-1, 55), (-1, 54)], [lake])])
    answers: Any = shape(to_geometry_json(area))
    (answer,) = answers.geoms
    assert shapely.is_ccw(answer.exterior)
    assert not shapely.is_ccw(answer.interiors[0])


def test_an_area_too_small_to_round_is_kept_as_it_is() -> None:
    tiny = Polygon([(-1.50000001, 54.0), (-1.5, 54.00000001), (-1.50000002, 54.00000002)])
    assert shape(to_geometry_json(tiny, decimals=6)).is_valid


def test_no_more_decimals_than_mean_something() -> None:
    text = to_geometry_text(Polygon([(-1.123456789, 54), (-1, 54), (-1, 55)]))
    assert "-1.123457" in text
    assert "-1.1234567" not in text
    assert to_point_json(-1.57571234567, 54.7) == {"type": "Point", "coordinates": [-1.5757123, 54.7]}


def test_features_carry_stored_text() -> None:
    outline = to_geometry_text(Polygon([(-1.1, 54), (-1, 54), (-1, 55)]))
    feature = to_feature("E05009030", orjson.Fragment(outline), {"name": "Annfield Plain"})
    collection = orjson.loads(orjson.dumps(feature_collection([feature], licence="OGL")))
    assert collection["licence"] == "OGL"
    assert collection["features"][0]["geometry"] == orjson.loads(outline)
    assert list(collection)[-1] == "features"
