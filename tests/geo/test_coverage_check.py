"""Gaps, overlaps and duplicates are found where they are and measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from geo.coverage_check import check_coverage
from geo.faults import ShapeFaultyError


def square(x: float, y: float, width: float = 100, height: float = 100) -> MultiPolygon:
    return MultiPolygon([box(x, y, x + width, y + height)])


def test_a_perfect_fit() -> None:
    report = check_coverage({"A": square(0, 0), "B": square(100, 0)})
    assert report.is_clean
    assert (report.areas, report.area_m2, report.unmatched_m) == (2, 20_000, 0)


@given(st.floats(2, 90))
def test_an_overlap_is_measured(width: float) -> None:
    report = check_coverage({"A": square(0, 0), "B": square(100 - width, 0)})
    (overlap,) = report.overlaps
    assert overlap.labels == ("A", "B")
    assert overlap.area_m2 == pytest.approx(width * 100)
    assert 100 - width < overlap.easting < 100
    assert report.unmatched_m > 0


@given(st.floats(2, 90))
def test_an_enclosed_gap_is_measured(side: float) -> None:
    ring = MultiPolygon([Polygon(box(0, 0, 100, 100).exterior, [box(5, 5, 5 + side, 5 + side).exterior])])
    report = check_coverage({"A": ring, "B": square(100, 0)})
    (gap,) = report.gaps
    assert gap.area_m2 == pytest.approx(side * side)
    assert gap.neighbours == ("A",)
    assert not report.is_clean


def test_a_slit_between_neighbours_counts_as_unmatched_edges() -> None:
    report = check_coverage({"A": square(0, 0), "B": square(100.5, 0)})
    assert report.unmatched_m > 190


def test_a_duplicate_is_no_overlap() -> None:
    report = check_coverage({"A": square(0, 0), "B": square(0, 0), "C": square(100, 0)})
    assert report.duplicates == [("A", "B")]
    assert report.overlaps == []


def test_nothing_to_check() -> None:
    with pytest.raises(ShapeFaultyError):
        check_coverage({})
