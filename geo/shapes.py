"""Areas as files bring them: checked, repaired where that is possible, and everything that was done said in words."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.faults import ShapeFaultyError

SLIVER_M2 = 10.0
"""A part or hole smaller than this is a slip of the drawing, not a piece of land."""


@dataclass(frozen=True)
class Area:
    """An area that can be stored.

    Attributes:
        polygon: valid, two-dimensional, not empty, in the system of the input.
        repairs: what was changed, one sentence each; empty where the input was good.
        holes: number of holes.
        slivers: number of parts and holes smaller than `SLIVER_M2`; they are kept.
    """

    polygon: MultiPolygon
    repairs: list[str] = field(default_factory=list)
    holes: int = 0
    slivers: int = 0


def to_area(geometry: BaseGeometry | None) -> Area:
    """A valid multipolygon from whatever a file holds for an area, in EPSG:27700 (metres).

    Self-crossing outlines are repaired by GEOS `make_valid` with the structure method, which keeps rings as shells and
    holes as they were meant; the other method would turn overlapping parts into holes.

    Args:
        geometry: a polygon or multipolygon; heights are dropped.

    Raises:
        ShapeFaultyError: missing, empty, another kind of geometry, not finite, or without any extent.
    """
    if geometry is None or geometry.is_empty:
        raise ShapeFaultyError("There is no shape.", "Leave the feature out of the file, or draw its area.")
    repairs: list[str] = []
    polygon = _polygonal(geometry, repairs)
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        raise ShapeFaultyError("The shape has coordinates that are not numbers.", "Export the file again.")
    if not polygon.is_valid:
        polygon = _repaired(polygon, repairs)
    if not polygon.area > 0:
        raise ShapeFaultyError("The shape has no extent.", "Draw an area with at least three different corners.")
    parts = [part for part in shapely.get_parts(polygon) if part.area > 0]
    holes = [Polygon(ring) for part in parts for ring in part.interiors]
    slivers = sum(piece.area < SLIVER_M2 for piece in [*parts, *holes])
    return Area(MultiPolygon(parts), repairs, len(holes), slivers)


def _polygonal(geometry: BaseGeometry, repairs: list[str]) -> BaseGeometry:
    if geometry.has_z:
        geometry = shapely.force_2d(geometry)
        repairs.append("Heights were dropped.")
    if isinstance(geometry, Polygon | MultiPolygon):
        return geometry
    raise ShapeFaultyError(
        f"The shape is a {geometry.geom_type}, not an area.", "Give polygons or multipolygons: one for each division."
    )


def _repaired(polygon: BaseGeometry, repairs: list[str]) -> BaseGeometry:
    reason = shapely.is_valid_reason(polygon)
    what, _, position = reason.partition("[")
    valid = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    areas = [part for part in shapely.get_parts(valid) if isinstance(part, Polygon)]
    repaired = shapely.union_all(areas)
    at = f" at {position.rstrip(']')}" if position else ""
    # The area of an outline that crosses itself counts the crossing part negatively: it is no measure of the change.
    repairs.append(f"{_WORDS.get(what, what)}{at} was repaired; the area is now {repaired.area:,.0f} m².")
    return repaired


_WORDS = {
    "Self-intersection": "An outline that crosses itself",
    "Ring Self-intersection": "An outline that touches itself",
    "Hole lies outside shell": "A hole outside of its area",
    "Holes are nested": "A hole inside of a hole",
    "Nested shells": "A part inside of another part",
    "Duplicate Rings": "An outline that is there twice",
    "Interior is disconnected": "An area cut in two by its holes",
    "Too few points in geometry component": "An outline with too few corners",
}
