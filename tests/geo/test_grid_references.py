"""Grid references with letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.faults import CoordinatesFaultyError, OutsideGreatBritain
from geo.grid_references import parse_grid_reference, to_grid_reference


@pytest.mark.parametrize(
    ("text", "easting", "northing", "side"),
    [
        ("NZ 274 425", 427_450, 542_550, 100),
        ("nz2742", 427_500, 542_500, 1_000),
        ("NZ 27412 42531", 427_412.5, 542_531.5, 1),
        ("TQ 30 80", 530_500, 180_500, 1_000),  # central London
        ("SV 00 00", 500, 500, 1_000),  # the false origin's own square
        ("HP 60 15", 460_500, 1_215_500, 1_000),  # Unst
        ("NN 166 712", 216_650, 771_250, 100),  # Ben Nevis
    ],
)
def test_known_squares(text: str, easting: float, northing: float, side: float) -> None:
    square = parse_grid_reference(text)
    assert square == ((easting, northing), side)


@pytest.mark.parametrize(
    "text", ["", "NZ", "NZ 274 42", "NI 27 42", "427350 542450", "NZ 274,425", "NZ \uff11\uff12", "\u00d1Z2742"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(CoordinatesFaultyError) as caught:
        parse_grid_reference(text)
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["AA 00 00", "ZZ 00 00", "EA 00 00", "EE 5"])
def test_squares_off_the_map(text: str) -> None:
    with pytest.raises((OutsideGreatBritain, CoordinatesFaultyError)) as caught:
        parse_grid_reference(text)
    assert caught.value.remedy


@given(st.floats(0, 699_999.99), st.floats(0, 1_299_999.99))
def test_there_and_back(easting: float, northing: float) -> None:
    square = parse_grid_reference(to_grid_reference(easting, northing))
    assert abs(square.middle.easting - easting) <= 0.5
    assert abs(square.middle.northing - northing) <= 0.5
    assert square.uncertainty_m < 1


@pytest.mark.parametrize(("easting", "northing"), [(-1, 5), (5, -1), (700_000, 5), (5, 1_300_000)])
def test_off_the_grid_has_no_reference(easting: float, northing: float) -> None:
    with pytest.raises(OutsideGreatBritain):
        to_grid_reference(easting, northing)
