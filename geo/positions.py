"""Many numbered positions in memory, found by box in the order of their numbers."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.bbox import BoundingBox

_SCANNED_AT_ONCE = 8192
_LARGE_SHARE = 0.05
"""A box over more than this share of the whole is read through in the order of numbers: it soon fills a page."""


class Positions:
    """Points in CRS84 (degrees, longitude first), each with a number that is unique and orders them."""

    def __init__(self, numbers: NDArray[np.int64], lons: NDArray[np.float64], lats: NDArray[np.float64]) -> None:
        """Index the points.

        Args:
            numbers: ascending, none twice.
            lons: degrees, as many as numbers.
            lats: the same.

        Raises:
            ValueError: the arrays differ in length, or the numbers do not ascend.
        """
        if not len(numbers) == len(lons) == len(lats) or (np.diff(numbers) <= 0).any():
            raise ValueError("positions need as many longitudes and latitudes as numbers, and ascending numbers")
        self._numbers, self._lons, self._lats = numbers, lons, lats
        self._tree = shapely.STRtree(np.asarray(shapely.points(lons, lats), dtype=object))
        bounds = (lons.min(), lats.min(), lons.max(), lats.max()) if len(numbers) else (0.0, 0.0, 0.0, 0.0)
        self._bounds = BoundingBox(*(float(bound) for bound in bounds))

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, box: BoundingBox, *, limit: int, after: int | None = None) -> list[int]:
        """The numbers of the points in a box (edges included), ascending: the first `limit` beyond `after`."""
        start = 0 if after is None else int(np.searchsorted(self._numbers, after, side="right"))
        if self._share(box) > _LARGE_SHARE:
            return self._scan(box, limit, start)
        found = self._tree.query(shapely.box(*box))
        if start:
            found = found[found >= start]
        if len(found) > limit:
            found = np.partition(found, limit - 1)[:limit]
        found.sort()
        return list(self._numbers[found].tolist())

    def _scan(self, box: BoundingBox, limit: int, start: int) -> list[int]:
        found: list[int] = []
        for begin in range(start, len(self._numbers), _SCANNED_AT_ONCE):
            part = slice(begin, begin + _SCANNED_AT_ONCE)
            lons, lats = self._lons[part], self._lats[part]
            inside = (lons >= box.min_lon) & (lons <= box.max_lon) & (lats >= box.min_lat) & (lats <= box.max_lat)
            found += self._numbers[part][inside][: limit - len(found)].tolist()
            if len(found) == limit:
                break
        return found

    def _share(self, box: BoundingBox) -> float:
        """How much of the extent of all points a box covers, 0 to 1."""
        whole = (self._bounds.max_lon - self._bounds.min_lon) * (self._bounds.max_lat - self._bounds.min_lat)
        across = min(box.max_lon, self._bounds.max_lon) - max(box.min_lon, self._bounds.min_lon)
        up = min(box.max_lat, self._bounds.max_lat) - max(box.min_lat, self._bounds.min_lat)
        return max(across, 0.0) * max(up, 0.0) / whole if whole else 1.0
