"""Makes the electoral divisions and the areas around the county from the positions and codes of postcode units.

The Thiessen polygons of all postcode units, those of the neighbours included, are dissolved by division inside the
county and by district outside it, clipped to land, simplified as one coverage, and published in longitude and
latitude. Every unit of the county is guarded, so that none changes side; neighbours share every vertex.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from geo import coverage
from geo.coverage import Coverage
from geo.crs import to_lonlat
from scripts.data.coast import land_mask
from scripts.data.code_point import PostcodeUnits
from scripts.data.layout import COUNTY, DECIMALS, SOURCES, SURROUNDINGS_M
from scripts.data.write import geometry_json

MEMBERS_FILE = SOURCES / "division_members.csv"

NEIGHBOURING_AREAS = ("CA", "DG", "DH", "DL", "HG", "LA", "NE", "SR", "TD", "TS", "YO")
"""Postcode areas that reach into the frame and a margin round it."""

_MARGIN_M = 20_000
"""Units this far beyond the frame still shape the cells inside it."""
_TOLERANCE_M = 20.0
"""As generalised as the Office for National Statistics' own generalised boundaries (20 m)."""
_SURROUNDINGS_TOLERANCE_M = 150.0
_GUARDED_WITHIN_M = 600.0
"""Units further than this from a division's boundary cannot be reached by simplifying it."""


@dataclass(frozen=True)
class Boundaries:
    """The coverage in both coordinate systems, and what was decided on the way.

    `metres` and `lonlat` hold divisions and neighbouring districts by code; `conflicts` the positions whose units
    have different codes, with the codes.
    """

    metres: Coverage
    lonlat: Coverage
    conflicts: list[tuple[int, int, list[str]]]

    @property
    def divisions(self) -> list[str]:
        """Codes of the county's divisions, in order."""
        return sorted(code for code in self.lonlat if code.startswith("E05"))

    @property
    def districts(self) -> list[str]:
        """Codes of the districts around the county, in order."""
        return sorted(code for code in self.lonlat if not code.startswith("E05"))


def frame_around(units: PostcodeUnits) -> Polygon:
    """The rectangle that reaches `SURROUNDINGS_M` beyond the county's units, EPSG:27700."""
    xy = units.where((units.district == COUNTY) & units.positioned).xy
    (west, south), (east, north) = xy.min(axis=0) - SURROUNDINGS_M, xy.max(axis=0) + SURROUNDINGS_M
    rectangle: Polygon = shapely.box(west, south, east, north)
    return rectangle


def labelled_positions(
    units: PostcodeUnits,
) -> tuple[NDArray[np.float64], NDArray[np.str_], list[tuple[int, int, list[str]]]]:
    """One label for each position: the division in the county, the district elsewhere.

    Units that share a position and disagree: the commonest label wins, the first in order among equals, and the
    position is reported. Units without a position or without a code are left out.
    """
    labels = np.where(units.district == COUNTY, units.division, units.district)
    usable = units.positioned & (labels != "")
    positions, which = np.unique(units.xy[usable], axis=0, return_inverse=True)
    found: list[dict[str, int]] = [{} for _ in range(len(positions))]
    for position, label in zip(which.ravel().tolist(), labels[usable].tolist(), strict=True):
        found[position][label] = found[position].get(label, 0) + 1
    chosen = np.array([min(counts, key=lambda label: (-counts[label], label)) for counts in found], dtype=np.str_)
    conflicts = [
        (int(positions[index, 0]), int(positions[index, 1]), sorted(counts))
        for index, counts in enumerate(found)
        if len(counts) > 1
    ]
    return positions, chosen, conflicts


def make_boundaries(units: PostcodeUnits) -> Boundaries:
    """Divisions and surroundings from the postcode units of all `NEIGHBOURING_AREAS`.

    Raises:
        CoverageFaultyError: a step broke the coverage, or a unit of the county left its own division.
    """
    frame = frame_around(units)
    positions, labels, conflicts = labelled_positions(units)
    wide = shapely.buffer(frame, _MARGIN_M, join_style="mitre")
    near = shapely.contains_xy(wide, positions[:, 0], positions[:, 1])
    positions, labels = positions[near], labels[near]
    whole = coverage.dissolve(coverage.thiessen(positions, wide), labels)
    clipped = coverage.clip(whole, land_mask(positions, frame))
    guarded = _guarded(clipped, positions, labels)
    simplified = coverage.simplify(clipped, _TOLERANCE_M, guarded)
    metres = _simplify_surroundings(simplified)
    lonlat = coverage.transform(metres, _pairs_to_lonlat, DECIMALS)
    _require_in_place(metres, lonlat, positions, labels)
    return Boundaries(metres, lonlat, conflicts)


def _pairs_to_lonlat(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(to_lonlat(pairs[:, 0], pairs[:, 1]))


def _is_division(labels: NDArray[np.str_]) -> NDArray[np.bool_]:
    return np.char.startswith(labels, "E05")


def _guarded(
    areas: Coverage, positions: NDArray[np.float64], labels: NDArray[np.str_]
) -> dict[str, NDArray[np.float64]]:
    """The units near the county's boundaries, on both sides of them."""
    lines = shapely.union_all([area.boundary for code, area in areas.items() if code.startswith("E05")])
    shapely.prepare(lines)
    near = np.asarray(shapely.dwithin(shapely.points(positions), lines, _GUARDED_WITHIN_M))
    near[coverage.misplaced(areas, positions, labels.tolist())] = False
    return {code: positions[near & (labels == code)] for code in areas}


def _simplify_surroundings(areas: Coverage) -> Coverage:
    """The districts simplified further among themselves; their edges with the county and the coast stay."""
    districts = {code: area for code, area in areas.items() if not code.startswith("E05")}
    return {**areas, **coverage.simplify(districts, _SURROUNDINGS_TOLERANCE_M, outline=False)}


def _require_in_place(
    metres: Coverage, lonlat: Coverage, positions: NDArray[np.float64], labels: NDArray[np.str_]
) -> None:
    """Every unit of the county in its own division, in both coordinate systems."""
    coverage.require_valid(metres)
    county = _is_division(labels)
    points, codes = positions[county], labels[county].tolist()
    for areas, where in ((metres, points), (lonlat, _pairs_to_lonlat(points))):
        lost = coverage.misplaced(areas, where, codes)
        if len(lost):
            raise coverage.CoverageFaultyError(
                f"{len(lost)} postcode units left their division, the first at {points[lost[0]].tolist()}: "
                "simplify less, or guard units further from the boundary"
            )


def read_members() -> dict[str, int]:
    """Members of each division that has a source in `division_members.csv`."""
    with MEMBERS_FILE.open(encoding="utf-8", newline="") as lines:
        return {row["gss_code"]: int(row["members"]) for row in csv.DictReader(lines) if row["members"]}


def division_features(boundaries: Boundaries, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """GeoJSON features of the divisions, in order of their codes."""
    members = read_members()
    return [
        {
            "type": "Feature",
            "id": code,
            "properties": {
                "gss_code": code,
                "name": names[code],
                "members": members.get(code),
                "authority_code": COUNTY,
            },
            "geometry": geometry_json(boundaries.lonlat[code]),
        }
        for code in boundaries.divisions
    ]


def district_features(boundaries: Boundaries, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """GeoJSON features of the neighbouring districts, in order of their codes."""
    return [
        {
            "type": "Feature",
            "id": code,
            "properties": {"gss_code": code, "name": names[code]},
            "geometry": geometry_json(boundaries.lonlat[code]),
        }
        for code in boundaries.districts
    ]
