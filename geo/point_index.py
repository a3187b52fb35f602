"""Which area is a point in? Answered from memory, for one point or a million."""

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.crs import Numbers

NOWHERE = -1


class PointIndex:
    """An index of areas by position, in one planar system (EPSG:27700, metres).

    The outline belongs to an area (`covers`, not `contains`); a point on a shared edge goes to the area whose label
    comes first in the alphabet, as in the statement that assigns places. Safe to use from several threads.

    Attributes:
        labels: the labels in alphabetical order; look-ups answer with positions in this list.
    """

    def __init__(self, areas: Mapping[str, Polygon | MultiPolygon]) -> None:
        self.labels = sorted(areas)
        self._areas = np.array([areas[label] for label in self.labels], dtype=object)
        # Prepared areas answer from an index of their edges. Preparing happens here once: it is not thread-safe.
        shapely.prepare(self._areas)
        self._box = shapely.total_bounds(self._areas) if len(self._areas) else np.full(4, np.nan)
        self._tree = shapely.STRtree(self._areas)

    def find(self, easting: float, northing: float) -> str | None:
        """The label of the area that covers a point, or None."""
        position = self.find_position(easting, northing)
        return None if position == NOWHERE else self.labels[position]

    def find_position(self, easting: float, northing: float) -> int:
        """The position in `labels` of the area that covers a point, or `NOWHERE` (-1)."""
        for candidate in sorted(self._tree.query(shapely.points((easting, northing))).tolist()):
            if shapely.intersects_xy(self._areas[candidate], easting, northing):
                return int(candidate)
        return NOWHERE

    def locate(self, eastings: Numbers, northings: Numbers) -> NDArray[np.intp]:
        """Positions in `labels` of the areas that cover the points, `NOWHERE` (-1) for none.

        Args:
            eastings: shape (n,), metres; NaN is nowhere.
            northings: shape (n,), metres.

        Returns:
            Array of shape (n,).
        """
        found = np.full(len(eastings), NOWHERE, dtype=np.intp)
        west, south, east, north = self._box
        # Most of a national file is elsewhere; comparing four numbers costs a hundredth of making a point.
        near = np.flatnonzero((eastings >= west) & (eastings <= east) & (northings >= south) & (northings <= north))
        x, y = eastings[near], northings[near]
        which_point, which_area = self._tree.query(shapely.points(x, y))
        inside = shapely.intersects_xy(self._areas[which_area], x[which_point], y[which_point])
        which_point, which_area = which_point[inside], which_area[inside]
        last_to_first = np.argsort(-which_area, kind="stable")
        # Of several areas for one point the assignment that comes last stands: the first label.
        found[near[which_point[last_to_first]]] = which_area[last_to_first]
        return found
