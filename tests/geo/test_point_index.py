"""Which area is a point in: one by one, all at once, and by the slow and simple way."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from geo.point_index import NOWHERE, PointIndex

coordinates = st.floats(-50, 150) | st.integers(-50, 150).map(float)
points = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=50)


def chequerboard() -> dict[str, Polygon | MultiPolygon]:
    """Nine squares, one of which has a hole and an island inside of another."""
    squares: dict[str, Polygon | MultiPolygon] = {
        f"S{x}{y}": box(x * 30, y * 30, x * 30 + 30, y * 30 + 30) for x in range(3) for y in range(3)
    }
    hole = box(40, 40, 50, 50)
    squares["S11"] = Polygon(box(30, 30, 60, 60).exterior, [hole.exterior])
    squares["S00"] = MultiPolygon([box(0, 0, 30, 30), hole])
    return squares


AREAS = chequerboard()
INDEX = PointIndex(AREAS)


@given(points)
def test_all_ways_agree(given_points: list[tuple[float, float]]) -> None:
    x, y = (np.array(column) for column in zip(*given_points, strict=True))
    located = INDEX.locate(x, y)
    for (easting, northing), position in zip(given_points, located.tolist(), strict=True):
        simple = [label for label in sorted(AREAS) if AREAS[label].covers(Point(easting, northing))]
        expected = simple[0] if simple else None
        assert INDEX.find(easting, northing) == expected
        assert (None if position == NOWHERE else INDEX.labels[position]) == expected


def test_a_shared_corner_belongs_to_the_first_label() -> None:
    assert INDEX.find(30.0, 30.0) == "S00"
    assert INDEX.find(60.0, 60.0) == "S11"


def test_not_a_number_is_nowhere() -> None:
    assert INDEX.locate(np.array([np.nan, 10.0]), np.array([10.0, np.nan])).tolist() == [NOWHERE, NOWHERE]
    assert INDEX.find(float("nan"), 10.0) is None


def test_no_areas_and_no_points() -> None:
    empty = PointIndex({})
    assert empty.find(1.0, 1.0) is None
    assert empty.locate(np.array([1.0]), np.array([1.0])).tolist() == [NOWHERE]
    assert INDEX.locate(np.array([]), np.array([])).tolist() == []


def test_areas_are_prepared() -> None:
    assert all(shapely.is_prepared(area) for area in INDEX._areas)  # noqa: SLF001  # speed rests on it
