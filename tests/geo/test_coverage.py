"""Coverages hold what they promise: shared edges, no gaps, no overlaps, guarded points in place."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import Polygon

from geo import coverage
from geo.coverage import Coverage, CoverageFaultyError

FRAME = shapely.box(0, 0, 1000, 1000)

Labelled = tuple[NDArray[np.float64], NDArray[np.str_]]


@st.composite
def labelled_points(draw: st.DrawFn) -> Labelled:
    """Between 5 and 60 points on a metre grid, as postcode units lie, with up to six labels."""
    cells = draw(st.sets(st.tuples(st.integers(1, 999), st.integers(1, 999)), min_size=5, max_size=60))
    points = np.array(sorted(cells), dtype=np.float64)
    labels = draw(st.lists(st.sampled_from("ABCDEF"), min_size=len(points), max_size=len(points)))
    return points, np.array(labels, dtype=np.str_)


def made_from(points: NDArray[np.float64], labels: NDArray[np.str_]) -> Coverage:
    return coverage.dissolve(coverage.thiessen(points, FRAME), labels)


def total_area(areas: Coverage) -> float:
    return sum(area.area for area in areas.values())


@given(labelled_points())
def test_thiessen_areas_cover_the_frame_and_hold_their_points(labelled: Labelled) -> None:
    points, labels = labelled
    areas = made_from(points, labels)
    coverage.require_valid(areas)
    union = shapely.union_all(list(areas.values()))
    assert union.covers(FRAME)
    assert total_area(areas) == pytest.approx(union.area)
    assert len(coverage.misplaced(areas, points, labels.tolist())) == 0


@given(labelled_points())
def test_each_position_is_nearest_to_a_point_of_its_label(labelled: Labelled) -> None:
    points, labels = labelled
    areas = made_from(points, labels)
    for x, y in ((250.3, 250.7), (500.1, 499.9), (801.5, 133.2)):
        distances = np.hypot(points[:, 0] - x, points[:, 1] - y)
        nearest = labels[distances <= distances.min() + 1e-6]
        holders = [label for label, area in areas.items() if area.covers(shapely.Point(x, y))]
        assert set(holders) & set(nearest.tolist())


@settings(deadline=None)
@given(labelled_points(), st.floats(10, 400))
def test_simplifying_keeps_edges_shared_and_guarded_points_in_place(labelled: Labelled, tolerance_m: float) -> None:
    points, labels = labelled
    clipped = coverage.clip(made_from(points, labels), FRAME)
    inside = {label: points[labels == label] for label in clipped}
    simplified = coverage.simplify(clipped, tolerance_m, inside, outline=False)
    coverage.require_valid(simplified)
    assert total_area(simplified) == pytest.approx(FRAME.area)
    assert len(coverage.misplaced(simplified, points, labels.tolist())) == 0
    holes = [ring for area in simplified.values() for part in shapely.get_parts(area) for ring in part.interiors]
    assert all(Polygon(ring).area > 0.5 for ring in holes), "guards must be filled again"


def test_guards_are_what_keeps_points_in_place() -> None:
    """Without guards the same simplification loses points: the test above would fail."""
    rng = np.random.default_rng(7)
    points = np.unique(rng.integers(1, 999, size=(400, 2)), axis=0).astype(float)
    labels = np.where(points[:, 0] + rng.normal(0, 60, len(points)) < 500, "west", "east")
    areas = coverage.clip(made_from(points, labels), FRAME)
    guarded = {label: points[labels == label] for label in areas}
    assert len(coverage.misplaced(coverage.simplify(areas, 60.0), points, labels.tolist())) > 0
    kept = coverage.simplify(areas, 60.0, guarded)
    assert len(coverage.misplaced(kept, points, labels.tolist())) == 0
    before, after = (sum(shapely.get_num_coordinates(list(found.values()))) for found in (areas, kept))
    assert after < before


@settings(deadline=None)
@given(labelled_points(), st.floats(50, 450), st.floats(-200, 200))
def test_clipping_keeps_edges_shared_and_nothing_outside(labelled: Labelled, radius: float, shift: float) -> None:
    areas = made_from(*labelled)
    mask = shapely.Point(500 + shift, 500).buffer(radius)
    clipped = coverage.clip(areas, mask)
    coverage.require_valid(clipped)
    assert total_area(clipped) == pytest.approx(mask.area)
    for label, area in clipped.items():
        assert area.area == pytest.approx(areas[label].intersection(mask).area, abs=1e-3)


@settings(deadline=None)
@given(labelled_points())
def test_rounding_keeps_edges_shared(labelled: Labelled) -> None:
    areas = coverage.clip(made_from(*labelled), FRAME)
    moved = coverage.transform(areas, lambda pairs: pairs / 3.0 + 0.123456789, 4)
    coverage.require_valid(moved)
    assert total_area(moved) == pytest.approx(FRAME.area / 9.0, rel=1e-3)


def test_rounding_that_collapses_an_area_is_refused() -> None:
    with pytest.raises(CoverageFaultyError, match="empty or invalid"):
        coverage.transform({"A": shapely.box(0, 0, 10, 10)}, lambda pairs: pairs / 1000.0, 0)


def test_overlaps_and_gaps_are_found() -> None:
    one, other = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
    coverage.require_valid({"one": one, "other": other})
    with pytest.raises(CoverageFaultyError, match="one, other"):
        coverage.require_valid({"one": one, "other": shapely.box(9, 0, 20, 10)})
    with pytest.raises(CoverageFaultyError, match="one, other"):
        coverage.require_valid({"one": one, "other": shapely.box(10.1, 0, 20, 10)}, gap_width=0.5)
    with pytest.raises(CoverageFaultyError, match="bow"):
        coverage.require_valid({"bow": Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])})


def test_misplaced_points_are_found() -> None:
    areas: Coverage = {"one": shapely.box(0, 0, 10, 10), "other": shapely.box(10, 0, 20, 10)}
    points = np.array([[5.0, 5.0], [15.0, 5.0], [5.0, 5.0], [5.0, 5.0]])
    assert coverage.misplaced(areas, points, ["one", "one", "other", "nowhere"]).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((1, 2)), "shape"),
        (np.zeros((3, 3)), "shape"),
        (np.array([[0.0, 0.0], [np.nan, 1.0]]), "finite"),
        (np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 1.0]]), "differ"),
    ],
)
def test_thiessen_refuses_what_it_cannot_do(points: NDArray[np.float64], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        coverage.thiessen(points, FRAME)


def test_guarding_a_point_outside_its_area_is_refused() -> None:
    with pytest.raises(CoverageFaultyError, match="outside one"):
        coverage.simplify({"one": shapely.box(0, 0, 10, 10)}, 1.0, {"one": np.array([[50.0, 50.0]])})


def test_only_areas_are_areas() -> None:
    with pytest.raises(CoverageFaultyError, match="LineString"):
        coverage.to_area(shapely.LineString([(0, 0), (1, 1)]))


def test_intersection_over_union() -> None:
    one = shapely.box(0, 0, 2, 1)
    assert coverage.intersection_over_union(one, one) == 1.0
    assert coverage.intersection_over_union(one, shapely.box(1, 0, 3, 1)) == pytest.approx(1 / 3)
    assert coverage.intersection_over_union(one, shapely.box(5, 5, 6, 6)) == 0.0
    assert coverage.intersection_over_union(Polygon(), Polygon()) == 0.0
