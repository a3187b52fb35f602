"""OSTN15 against Ordnance Survey's published answers, and there and back again."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from geo.crs import (
    find_bng,
    find_lonlat,
    geometry_to_bng,
    geometry_to_lonlat,
    point_to_bng,
    point_to_lonlat,
    to_bng,
    to_lonlat,
)
from geo.faults import OutsideGreatBritain
from tests.geo.control_points import CONTROL_POINTS, REVERSE_INPUT, ControlPoint

MILLIMETRE = 0.001
THERE_AND_BACK_M = 0.006
"""The reverse transformation is found by iteration, which ends at a tenth of a millimetre for most of Britain and at
five millimetres in the far west; eastings and northings are rounded to whole millimetres."""
MILLIMETRE_IN_DEGREES = 1.0e-8
"""One millimetre north to south is 0.9e-8 degrees; east to west it is more."""

eastings = st.floats(80_000, 655_000)
northings = st.floats(5_000, 1_215_000)


def test_there_are_forty_different_control_points() -> None:
    assert len({(point.easting, point.northing) for point in CONTROL_POINTS}) == 40


@pytest.mark.parametrize("point", CONTROL_POINTS, ids=lambda point: point.name)
def test_lonlat_to_grid_is_exact_to_the_millimetre(point: ControlPoint) -> None:
    easting, northing = point_to_bng(point.lon, point.lat)
    assert easting == pytest.approx(point.easting, abs=MILLIMETRE)
    assert northing == pytest.approx(point.northing, abs=MILLIMETRE)


@pytest.mark.parametrize("point", CONTROL_POINTS, ids=lambda point: point.name)
def test_grid_to_lonlat_is_exact_to_millimetres(point: ControlPoint) -> None:
    lon, lat = point_to_lonlat(*REVERSE_INPUT.get(point.name, (point.easting, point.northing)))
    allowed = 2 * MILLIMETRE_IN_DEGREES
    assert lon == pytest.approx(point.lon, abs=allowed)
    assert lat == pytest.approx(point.lat, abs=allowed)


@given(st.lists(st.tuples(eastings, northings), min_size=1, max_size=30))
def test_there_and_back(points: list[tuple[float, float]]) -> None:
    given_eastings, given_northings = (np.array(column) for column in zip(*points, strict=True))
    lons, lats = find_lonlat(given_eastings, given_northings)
    covered = ~np.isnan(lons)
    back = find_bng(lons[covered], lats[covered])
    error = np.hypot(back[0] - given_eastings[covered], back[1] - given_northings[covered])
    assert (error[~np.isnan(error)] < THERE_AND_BACK_M).all()


@given(st.floats(380_000, 460_000), st.floats(500_000, 590_000))
def test_there_and_back_in_the_north_east(easting: float, northing: float) -> None:
    back = point_to_bng(*point_to_lonlat(easting, northing))
    assert back == pytest.approx((easting, northing), abs=MILLIMETRE)


@given(eastings, northings)
def test_one_and_many_agree(easting: float, northing: float) -> None:
    lons, lats = find_lonlat([easting, 427_000.0], [northing, 543_000.0])
    if np.isnan(lons[0]):
        with pytest.raises(OutsideGreatBritain):
            point_to_lonlat(easting, northing)
    else:
        assert point_to_lonlat(easting, northing) == (lons[0], lats[0])


@pytest.mark.parametrize(
    ("lon", "lat"), [(2.3522, 48.8566), (-74.0, 40.7), (0.0, 0.0), (float("nan"), 54.0), (-1.5, float("inf"))]
)
def test_elsewhere_is_said_in_words(lon: float, lat: float) -> None:
    with pytest.raises(OutsideGreatBritain) as caught:
        point_to_bng(lon, lat)
    assert "outside Great Britain" in caught.value.what
    assert caught.value.remedy


def test_the_lost_one_of_many_is_named() -> None:
    with pytest.raises(OutsideGreatBritain, match="1 of 3 positions lie outside Great Britain, the first is number 2"):
        to_bng([-1.5, 2.35, -1.6], [54.7, 48.85, 54.8])
    with pytest.raises(OutsideGreatBritain):
        to_lonlat([427_000.0, -1.0], [543_000.0, 543_000.0])


def test_nothing_is_nothing() -> None:
    assert [len(column) for column in to_bng([], [])] == [0, 0]


def test_shared_vertices_stay_shared() -> None:
    west = Polygon([(427_000, 543_000), (428_000, 543_000), (428_000, 544_000.123), (427_000, 544_000)])
    east = Polygon([(428_000, 543_000), (429_000, 543_000), (429_000, 544_000), (428_000, 544_000.123)])
    moved = geometry_to_lonlat(west), geometry_to_lonlat(east)
    assert shapely.coverage_is_valid(moved)
    assert shapely.relate_pattern(*moved, "FF2F11212")  # they share a line and nothing else


def test_geometries_of_any_type_lose_their_heights() -> None:
    assert geometry_to_bng(Point(-1.5757, 54.7761, 80.0)).has_z is False
    line = geometry_to_lonlat(LineString([(427_000, 543_000), (428_000, 543_000)]))
    assert line.geom_type == "LineString"
    assert geometry_to_bng(Polygon()).is_empty
    with pytest.raises(OutsideGreatBritain):
        geometry_to_bng(LineString([(-1.5, 54.7), (2.35, 48.85)]))
