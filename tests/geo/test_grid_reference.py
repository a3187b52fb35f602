"""Grid references: known ones, there and back, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.faults import GeographyError
from geo.grid_reference import parse_grid_position, to_grid_reference


@pytest.mark.parametrize(
    ("reference", "easting", "northing"),
    [
        ("NZ 27350 42450", 427_350, 542_450),  # the middle of Durham
        ("TG 51409 13177", 651_409, 313_177),  # the example of Ordnance Survey's guide to transformations
        ("SV 00000 00000", 0, 0),
        ("NN 16600 71200", 216_600, 771_200),  # Ben Nevis
        ("HP 61000 15000", 461_000, 1_215_000),  # Unst, in the northernmost row
    ],
)
def test_known_references(reference: str, easting: float, northing: float) -> None:
    assert parse_grid_position(reference) == (easting, northing)
    assert to_grid_reference(easting, northing) == reference


@given(st.integers(0, 699_999), st.integers(0, 1_299_999))
def test_there_and_back_to_the_metre(easting: int, northing: int) -> None:
    assert parse_grid_position(to_grid_reference(easting, northing)) == (easting, northing)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("nz2735042450", (427_350, 542_450)),
        (" NZ 273 424 ", (427_350, 542_450)),  # the middle of its 100 metres
        ("427350, 542450", (427_350, 542_450)),
        ("427350.25 542450.5", (427_350.25, 542_450.5)),
    ],
)
def test_ways_of_writing(text: str, position: tuple[float, float]) -> None:
    assert parse_grid_position(text) == position


@pytest.mark.parametrize(
    "text", ["", "NZ", "NZ 273", "IZ 27350 42450", "54.77, -1.57", "542450", "XX 1 1", "427350, 5424500"]
)
def test_what_is_no_position_is_refused_with_words(text: str) -> None:
    with pytest.raises(GeographyError) as refused:
        parse_grid_position(text)
    assert refused.value.what
    assert refused.value.remedy
    assert refused.value.field in {"grid", "easting"}


@given(st.text(max_size=30))
def test_any_text_is_a_position_or_refused(text: str) -> None:
    try:
        easting, northing = parse_grid_position(text)
    except GeographyError:
        return
    assert 0 <= easting <= 700_000
    assert 0 <= northing <= 1_300_000
