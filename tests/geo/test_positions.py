"""Positions in memory are found as a plain comparison of every point finds them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.bbox import BoundingBox
from geo.positions import Positions

CORNERS = st.tuples(*(st.integers(-4, 44) for _ in range(4)))


def scattered(count: int, seed: int) -> tuple[Positions, list[tuple[int, float, float]]]:
    """Points on a coarse lattice, so that many lie on the edges of boxes and on each other."""
    chance = np.random.default_rng(seed)
    numbers = np.sort(chance.choice(count * 3 + 1, size=count, replace=False)).astype(np.int64)
    lons, lats = chance.integers(0, 40, count) / 8 - 3.0, chance.integers(0, 40, count) / 8 + 52.0
    rows = zip(numbers.tolist(), lons.tolist(), lats.tolist(), strict=True)
    return Positions(numbers, lons, lats), list(rows)


@given(
    count=st.integers(0, 300),
    seed=st.integers(0, 50),
    corners=CORNERS,
    limit=st.integers(1, 400),
    after=st.none() | st.integers(-1, 900),
)
def test_the_first_points_of_a_box_in_order(
    count: int, seed: int, corners: tuple[int, int, int, int], limit: int, after: int | None
) -> None:
    positions, rows = scattered(count, seed)
    (west, east), (south, north) = sorted(corners[:2]), sorted(corners[2:])
    box = BoundingBox(west / 8 - 3.0, south / 8 + 52.0, east / 8 - 3.0, north / 8 + 52.0)
    expected = [number for number, lon, lat in rows if box.holds(lon, lat) and (after is None or number > after)]
    assert positions.find(box, limit=limit, after=after) == expected[:limit]


def test_boxes_larger_than_one_scan() -> None:
    positions, rows = scattered(30_000, 1)
    box = BoundingBox(-3.0, 52.0, -1.0, 54.0)
    expected = [number for number, lon, lat in rows if box.holds(lon, lat)]
    assert len(expected) > 4_000
    assert positions.find(box, limit=len(expected)) == expected
    assert len(positions) == 30_000


def test_numbers_must_ascend() -> None:
    with pytest.raises(ValueError, match="ascending"):
        Positions(np.array([2, 1]), np.zeros(2), np.zeros(2))
