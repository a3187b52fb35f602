"""Areas from files: good ones untouched, faulty ones repaired and explained, others refused."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.faults import ShapeFaultyError
from geo.shapes import to_area
from tests.geo.answering import answer_of

SQUARE = Polygon([(0, 0), (100, 0), (100, 100), (0, 100)])
corners = st.tuples(st.integers(0, 1000), st.integers(0, 1000))


def test_a_good_polygon_is_left_alone() -> None:
    area = to_area(SQUARE)
    assert area.polygon.equals(SQUARE)
    assert isinstance(area.polygon, MultiPolygon)
    assert (area.repairs, area.holes, area.slivers) == ([], 0, 0)


def test_a_bow_tie_becomes_two_triangles() -> None:
    area = to_area(Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]))
    assert area.polygon.is_valid
    assert area.polygon.area == pytest.approx(5000)
    assert area.repairs == ["An outline that crosses itself at 50 50 was repaired; the area is now 5,000 m²."]


def test_overlapping_parts_do_not_become_a_hole() -> None:
    other = Polygon([(50, 0), (150, 0), (150, 100), (50, 100)])
    area = to_area(MultiPolygon([SQUARE, other]))
    assert area.polygon.area == pytest.approx(15_000)
    assert area.repairs


def test_holes_and_slivers_are_counted() -> None:
    lake = [(10, 10), (10, 20), (20, 20), (20, 10)]
    slip = [(50, 50), (50, 51), (51, 51)]
    area = to_area(MultiPolygon([Polygon(SQUARE.exterior, [lake, slip]), Polygon([(200, 0), (201, 0), (201, 1)])]))
    assert (area.holes, area.slivers, area.repairs) == (2, 2, [])


def test_heights_are_dropped_and_said() -> None:
    area = to_area(shapely.force_3d(SQUARE, 7.0))
    assert area.polygon.has_z is False
    assert area.repairs == ["Heights were dropped."]


@pytest.mark.parametrize(
    ("geometry", "what"),
    [
        (None, "no shape"),
        (Polygon(), "no shape"),
        (Point(1, 2), "a Point, not an area"),
        (LineString([(0, 0), (1, 1)]), "a LineString, not an area"),
        (GeometryCollection([SQUARE]), "a GeometryCollection, not an area"),
        (Polygon([(0, 0), (10, 10), (20, 20)]), "no extent"),
        (Polygon([(0, 0), (float("nan"), 10), (20, 20)]), "not numbers"),
    ],
)
def test_refused_in_words(geometry: BaseGeometry | None, what: str) -> None:
    with pytest.raises(ShapeFaultyError) as caught:
        to_area(geometry)
    assert what in caught.value.what
    assert caught.value.remedy


@given(st.lists(corners, min_size=3, max_size=12, unique=True))
def test_any_ring_becomes_valid_or_is_refused(ring: list[tuple[int, int]]) -> None:
    drawn = Polygon(ring)
    area, fault = answer_of(to_area, drawn)
    if fault:
        assert "no extent" in fault.what
    else:
        assert area
        assert area.polygon.is_valid
        assert area.polygon.area > 0
        assert bool(area.repairs) != drawn.is_valid
