"""Positions as people type them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.faults import CoordinatesFaultyError, OutsideGreatBritain
from geo.points import check_grid_point, check_lonlat, locate, parse_lonlat, parse_number
from tests.geo.answering import answer_of


def test_a_position_in_durham() -> None:
    position = parse_lonlat(" -1.5757, 54.7761 ")
    assert position == (-1.5757, 54.7761)
    assert locate(position) == pytest.approx((427_397, 542_500), abs=500)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_what_is_written_is_read_again(lon: float, lat: float) -> None:
    position, fault = answer_of(parse_lonlat, f"{lon!r},{lat!r}")
    if fault:
        assert "swapped" in fault.what
        assert 49 < lon < 62
    else:
        assert position == (lon, lat)


@given(st.text(max_size=60))
def test_any_text_is_read_or_explained(text: str) -> None:
    position, fault = answer_of(parse_lonlat, text)
    if fault:
        assert fault.remedy
        assert 0 < len(fault.what) < 100
        assert fault.what.isprintable()
    else:
        assert position
        assert all(map(math.isfinite, position))


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1e999", "1_0", "", " ", "0x1", "1,5", "54°", "٥٤", "--1"])
def test_not_a_number(text: str) -> None:
    with pytest.raises(CoordinatesFaultyError, match="not a number"):
        parse_number(text, "lat")


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "1;2", "54.7761 -1.5757"])
def test_not_a_pair(text: str) -> None:
    with pytest.raises(CoordinatesFaultyError, match="not a position"):
        parse_lonlat(text)


def test_swapped_is_seen_and_put_right() -> None:
    with pytest.raises(CoordinatesFaultyError, match=r"try longitude -1\.5757 and latitude 54\.7761"):
        check_lonlat(54.7761, -1.5757)


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 90.1), (427_000, 543_000)])
def test_off_the_globe(lon: float, lat: float) -> None:
    with pytest.raises(CoordinatesFaultyError, match="not on the globe") as caught:
        check_lonlat(lon, lat)
    assert ("Eastings" in caught.value.remedy) == (lon > 1000)


@pytest.mark.parametrize("pair", [(math.nan, 54.0), (-1.5, math.inf)])
def test_not_finite(pair: tuple[float, float]) -> None:
    with pytest.raises(CoordinatesFaultyError, match="finite"):
        check_lonlat(*pair)
    with pytest.raises(CoordinatesFaultyError, match="finite"):
        check_grid_point(*pair)


def test_grid_points() -> None:
    assert check_grid_point(427_350, 542_450) == (427_350, 542_450)
    with pytest.raises(CoordinatesFaultyError, match="look like degrees"):
        check_grid_point(-1.5757, 54.7761)
    with pytest.raises(CoordinatesFaultyError, match="try easting 447000 and northing 1138000"):
        check_grid_point(1_138_000, 447_000)
    with pytest.raises(OutsideGreatBritain, match="extra digits"):
        check_grid_point(4_273_500, 542_450)
