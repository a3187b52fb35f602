"""Do areas that should tile a district really do so? Gaps, overlaps and duplicates, measured and located."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo.faults import ShapeFaultyError

TOLERANCE_M2 = 1.0
"""Smaller gaps and overlaps are the rounding of coordinates."""
SAME_SHARE = 0.999
"""Two areas that share this much of what either covers are one area drawn twice."""
NARROW_M = 1.0
"""Slits between neighbours up to this width count as edges that do not meet, even where they open to the outside."""


@dataclass(frozen=True)
class Gap:
    """An area that nobody has, enclosed by areas: a slip of the drawing, or a real enclave.

    Attributes:
        area_m2: its size.
        easting: of a point inside, EPSG:27700, metres.
        northing: of the same point.
        neighbours: labels of the areas around it.
    """

    area_m2: float
    easting: float
    northing: float
    neighbours: tuple[str, ...]


@dataclass(frozen=True)
class Overlap:
    """What two areas both claim: their labels, its size, and a point inside (EPSG:27700, metres)."""

    labels: tuple[str, str]
    area_m2: float
    easting: float
    northing: float


@dataclass(frozen=True)
class CoverageReport:
    """How well areas fit together.

    Attributes:
        areas: how many there are.
        area_m2: what they cover together.
        gaps: largest first.
        overlaps: largest first, duplicates not repeated.
        duplicates: pairs of labels with the same area.
        unmatched_m: length of edges whose neighbour does not have the same vertices, metres; 0 for a perfect fit.
    """

    areas: int
    area_m2: float
    gaps: list[Gap]
    overlaps: list[Overlap]
    duplicates: list[tuple[str, str]]
    unmatched_m: float

    @property
    def is_clean(self) -> bool:
        """No gap, overlap or duplicate of a size that matters."""
        return not (self.gaps or self.overlaps or self.duplicates)


def check_coverage(areas: Mapping[str, MultiPolygon]) -> CoverageReport:
    """Measure gaps, overlaps and duplicates of valid areas in EPSG:27700 (metres).

    Raises:
        ShapeFaultyError: there are no areas.
    """
    if not areas:
        raise ShapeFaultyError("There are no areas to check.", "Load a file with at least one.")
    labels = sorted(areas)
    shapes = np.array([areas[label] for label in labels], dtype=object)
    tree = shapely.STRtree(shapes)
    overlaps, duplicates = _overlaps(labels, shapes, tree)
    together = shapely.union_all(shapes)
    holes = [Polygon(ring) for part in shapely.get_parts(together) for ring in part.interiors]
    gaps = [_gap(hole, labels, tree) for hole in holes if hole.area > TOLERANCE_M2]
    edges = shapely.coverage_invalid_edges(shapes, NARROW_M)
    return CoverageReport(
        areas=len(labels),
        area_m2=float(together.area),
        gaps=sorted(gaps, key=lambda gap: -gap.area_m2),
        overlaps=sorted(overlaps, key=lambda overlap: -overlap.area_m2),
        duplicates=duplicates,
        unmatched_m=float(shapely.length(edges).sum()),
    )


def _overlaps(
    labels: list[str], shapes: np.ndarray[tuple[int], np.dtype[np.object_]], tree: shapely.STRtree
) -> tuple[list[Overlap], list[tuple[str, str]]]:
    first, second = tree.query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(shapes[first], shapes[second])
    overlaps: list[Overlap] = []
    duplicates: list[tuple[str, str]] = []
    for one, other, shared in zip(first.tolist(), second.tolist(), common, strict=True):
        if shared.area <= TOLERANCE_M2:
            continue
        pair = (labels[one], labels[other])
        if shared.area / (shapes[one].area + shapes[other].area - shared.area) >= SAME_SHARE:
            duplicates.append(pair)
        else:
            inside = shared.representative_point()
            overlaps.append(Overlap(pair, float(shared.area), float(inside.x), float(inside.y)))
    return overlaps, duplicates


def _gap(hole: Polygon, labels: list[str], tree: shapely.STRtree) -> Gap:
    inside = hole.representative_point()
    around = sorted(labels[index] for index in tree.query(hole, predicate="intersects").tolist())
    return Gap(float(hole.area), float(inside.x), float(inside.y), tuple(around))
