"""Coverages: areas that share their edges exactly, made from labelled points.

A coverage is a mapping from a label to a polygon or multipolygon, in which neighbours meet without gaps and without
overlaps because every shared edge has the same vertices on both sides. Coordinates are planar metres (EPSG:27700,
easting then northing) unless a function says otherwise; all tolerances are metres.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

Area = Polygon | MultiPolygon
Coverage = dict[str, Area]
Coordinates = NDArray[np.float64]

_GUARD_RADIUS_M = 0.25
"""Half the size of the guard put round a point that must keep its side of every boundary: below the metre to which
postcode units are placed, above the rounding of published coordinates."""


class CoverageFaultyError(ValueError):
    """Areas that should form a coverage do not; the message names the labels and says what to do."""


def thiessen(points: Coordinates, frame: Polygon) -> NDArray[np.object_]:
    """The Thiessen (Voronoi) polygon of each point, in the order of the points.

    Args:
        points: shape (n, 2), easting and northing in metres, n >= 2; no two points alike.
        frame: the area that must be covered; cells at the rim reach at least to its envelope.

    Returns:
        Array of n polygons that share their edges exactly.

    Raises:
        ValueError: points of the wrong shape, not finite, or repeated: give each place one label first.
    """
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:  # noqa: PLR2004 - pairs, and at least two of them
        raise ValueError(f"points must have shape (n, 2) with n >= 2, not {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("points must be finite: leave out those without coordinates")
    if len(np.unique(points, axis=0)) != len(points):
        raise ValueError("points must differ: decide on one label for each position first")
    cells = np.asarray(shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame)))
    which_point, which_cell = shapely.STRtree(cells).query(shapely.points(points), predicate="within")
    ordered = np.empty(len(points), dtype=object)
    ordered[which_point] = cells[which_cell]
    if len(which_point) != len(points):
        raise ValueError("some points have no cell of their own: they are too close together to be told apart")
    return ordered


def dissolve(cells: NDArray[np.object_], labels: NDArray[np.str_]) -> Coverage:
    """Join the cells of each label; cells must share edges exactly, as those of `thiessen` do."""
    return {str(label): to_area(shapely.coverage_union_all(cells[labels == label])) for label in np.unique(labels)}


def to_area(geometry: BaseGeometry) -> Area:
    """The geometry, now known to be a polygon or multipolygon.

    Raises:
        CoverageFaultyError: it is a point, a line or a mixture.
    """
    if isinstance(geometry, Polygon | MultiPolygon):
        return geometry
    raise CoverageFaultyError(f"expected an area, not a {geometry.geom_type}: check what the area was made from")


def clip(areas: Mapping[str, Area], mask: Area) -> Coverage:
    """The part of each area inside the mask, neighbours still sharing every vertex.

    Intersecting one area after the other would compute the point where a shared edge leaves the mask twice, and not
    always alike. Here all lines are noded once, faces are formed from them, and each face goes to its label.

    Args:
        areas: a coverage.
        mask: area to keep. Its outline becomes the outline of the result.

    Returns:
        A coverage without the labels that have nothing inside the mask.
    """
    names = list(areas)
    outlines = [areas[name].boundary for name in names]
    noded = shapely.union_all([*outlines, mask.boundary])
    faces = np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(mask)
    kept = faces[shapely.contains(mask, inside)]
    which_face, which_area = shapely.STRtree([areas[name] for name in names]).query(
        shapely.point_on_surface(kept), predicate="within"
    )
    labels = np.array([names[index] for index in which_area], dtype=np.str_)
    return dissolve(kept[which_face], labels)


def simplify(
    areas: Mapping[str, Area],
    tolerance_m: float,
    guarded: Mapping[str, Coordinates] | None = None,
    *,
    outline: bool = True,
) -> Coverage:
    """Fewer vertices, the same on both sides of every shared edge, with guarded points kept in their own area.

    Visvalingam-Whyatt (GEOS coverage simplification) removes a vertex when its triangle is smaller than
    `tolerance_m` squared and holds no other vertex of the coverage. A guarded point therefore keeps its side of the
    boundary when a tiny triangle is cut out around it first and filled again afterwards.

    Args:
        areas: a coverage.
        tolerance_m: square root of the largest triangle that may go, in metres.
        guarded: for each label the points, shape (n, 2), that must stay inside its area. They must be inside now.
        outline: whether the outer outline is simplified too, or only edges between neighbours.

    Returns:
        A coverage of the same labels.

    Raises:
        CoverageFaultyError: the input is no coverage, or a guarded point lies outside its own area.
    """
    require_valid(areas)
    names = list(areas)
    pierced = [_pierce(name, areas[name], (guarded or {}).get(name)) for name in names]
    simplified = shapely.coverage_simplify(pierced, tolerance_m, simplify_boundary=outline)
    return {name: _fill(area) for name, area in zip(names, simplified, strict=True)}


def _pierce(name: str, area: Area, points: Coordinates | None) -> Area:
    """The area with a tiny triangular hole round each point."""
    if points is None or not len(points):
        return area
    parts = list(shapely.get_parts(area))
    which_point, which_part = shapely.STRtree(parts).query(shapely.points(points), predicate="within")
    if len(which_point) != len(points):
        lost = sorted(set(range(len(points))) - set(which_point.tolist()))
        raise CoverageFaultyError(
            f"{len(lost)} guarded points lie outside {name}, the first at {points[lost[0]].tolist()}: "
            "guard only points that are inside their own area"
        )
    room = shapely.distance(shapely.points(points), area.boundary)
    radius = np.minimum(_GUARD_RADIUS_M, room / 3.0)
    corners = np.array([[0.0, 1.0], [-0.8, -0.6], [0.8, -0.6]])
    triangles = points[:, None, :] + corners[None, :, :] * radius[:, None, None]
    pierced = []
    for index, part in enumerate(parts):
        holes = [triangles[point] for point in which_point[which_part == index]]
        pierced.append(Polygon(part.exterior, [*part.interiors, *holes]))
    return pierced[0] if len(pierced) == 1 else MultiPolygon(pierced)


def _fill(area: Area) -> Area:
    """The area without the guards of `_pierce`; real holes stay."""
    largest_guard_m2 = 2.0 * _GUARD_RADIUS_M**2
    filled = []
    for part in shapely.get_parts(area):
        rings = list(part.interiors)
        sizes = [Polygon(ring).area for ring in rings]
        keep = [ring for ring, size in zip(rings, sizes, strict=True) if size > largest_guard_m2]
        filled.append(Polygon(part.exterior, keep))
    return filled[0] if len(filled) == 1 else MultiPolygon(filled)


def transform(areas: Mapping[str, Area], convert: Callable[[Coordinates], Coordinates], decimals: int) -> Coverage:
    """Each vertex converted and rounded; a vertex shared before is shared after, because both copies are equal.

    Args:
        areas: a coverage in any coordinate system.
        convert: takes and returns an array of shape (n, 2).
        decimals: decimals kept of the converted coordinates.

    Raises:
        CoverageFaultyError: rounding made an area invalid or made neighbours cross: keep more decimals, or simplify
            more.
    """

    def rounded(coordinates: Coordinates) -> Coordinates:
        return np.round(convert(coordinates), decimals)

    moved = {name: shapely.transform(area, rounded) for name, area in areas.items()}
    require_valid(moved)
    moved = {name: shapely.remove_repeated_points(area, 0.0) for name, area in moved.items()}
    require_valid(moved)
    return moved


def require_valid(areas: Mapping[str, Area], gap_width: float = 0.0) -> None:
    """Nothing, when every area is valid and neighbours share their edges exactly.

    Args:
        areas: the areas to check, in any coordinate system.
        gap_width: gaps up to this width count as faults too, in the unit of the coordinates.

    Raises:
        CoverageFaultyError: with the labels at fault.
    """
    broken = [name for name, area in areas.items() if area.is_empty or not area.is_valid]
    if broken:
        raise CoverageFaultyError(f"areas that are empty or invalid: {', '.join(sorted(broken))}")
    names = list(areas)
    edges = shapely.coverage_invalid_edges([areas[name] for name in names], gap_width)
    crossing = [name for name, edge in zip(names, edges, strict=True) if not shapely.is_empty(edge)]
    if crossing:
        raise CoverageFaultyError(
            f"edges that neighbours do not share (gaps or overlaps): {', '.join(sorted(crossing))}; "
            "make the areas from one set of lines"
        )


def misplaced(areas: Mapping[str, Area], points: Coordinates, labels: Iterable[str]) -> NDArray[np.intp]:
    """Indices of the points that are not in the inside of the area of their own label."""
    by_label: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        by_label.setdefault(label, []).append(index)
    outside: list[int] = []
    for label, indices in by_label.items():
        if label not in areas:
            outside.extend(indices)
            continue
        shapely.prepare(areas[label])
        within = shapely.contains_xy(areas[label], points[indices, 0], points[indices, 1])
        outside.extend(np.asarray(indices)[~within].tolist())
    return np.array(sorted(outside), dtype=np.intp)


def intersection_over_union(one: Area, other: Area) -> float:
    """Area shared, divided by area covered by either: 1.0 when alike, 0.0 when apart. Planar coordinates."""
    union = float(shapely.union(one, other).area)
    return float(shapely.intersection(one, other).area) / union if union else 0.0
