"""Where the invented places lie: at real postcode units, some surveyed, some on purpose close to a division's line."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.coverage import Area
from scripts.data.code_point import PostcodeUnits
from scripts.data.sample_words import POST_TOWNS

_BEST_QUALITY = 10
_REACHES_LINE_M = (8.0, 120.0)
_NEAR_LINE_M = 2.5
_BEYOND_LINE_M = 12.0

SOURCES = (("survey", 5), ("entrance_pin", 2), ("uprn", 10))
"""Where a surveyed location comes from, and how good it is in metres."""


class Spot(Enum):
    """How a place's location is chosen."""

    POSTCODE = "at its postcode unit"
    SURVEYED = "surveyed, a few metres from the postcode unit"
    NEAR_LINE = "surveyed, inside its division within metres of the line"
    BEYOND_LINE = "surveyed, across the line from its postcode's division"


@dataclass(frozen=True)
class Position:
    """A postcode and, where the location was surveyed, easting and northing in metres to the decimetre."""

    postcode: str
    easting: float | None = None
    northing: float | None = None
    source: str = "postcode"
    quality_m: int = 50


class Positions:
    """Hands out positions, no postcode twice.

    Args:
        units: the county's postcode units.
        areas: divisions by code, EPSG:27700.
        chance: where its choices come from.
    """

    def __init__(self, units: PostcodeUnits, areas: Mapping[str, Area], chance: random.Random) -> None:
        districts = np.array([postcode.split(" ")[0] in POST_TOWNS for postcode in units.postcode.tolist()])
        self._units = units.where(districts & (units.quality == _BEST_QUALITY))
        self._areas = areas
        self._chance = chance
        self._used: set[str] = set()

    def take(self, code: str, spot: Spot) -> Position:
        """A position in a division; at its postcode unit where the division has no line near enough for the spot."""
        for index in self._shuffled(code):
            postcode = str(self._units.postcode[index])
            unit = Point(int(self._units.easting[index]), int(self._units.northing[index]))
            found = self._place(code, spot, unit)
            if postcode in self._used or found is None:
                continue
            self._used.add(postcode)
            if spot is Spot.POSTCODE:
                return Position(postcode)
            source, quality = self._chance.choice(SOURCES)
            return Position(postcode, round(found.x, 1), round(found.y, 1), source, quality)
        return self.take(code, Spot.POSTCODE)

    def _shuffled(self, code: str) -> Iterator[int]:
        indices = np.flatnonzero(self._units.division == code).tolist()
        self._chance.shuffle(indices)
        yield from indices

    def _place(self, code: str, spot: Spot, unit: Point) -> Point | None:
        """The location for a unit, or None where the unit does not suit."""
        area = self._areas[code]
        if spot is Spot.POSTCODE:
            return unit
        if spot is Spot.SURVEYED:
            angle, distance = self._chance.uniform(0.0, 2.0 * math.pi), self._chance.uniform(4.0, 25.0)
            moved = Point(unit.x + distance * math.cos(angle), unit.y + distance * math.sin(angle))
            return moved if area.contains(moved) else None
        return self._at_line(code, area, unit, beyond=spot is Spot.BEYOND_LINE)

    def _at_line(self, code: str, area: Area, unit: Point, *, beyond: bool) -> Point | None:
        """A point on the way from the unit to the nearest line of its division, just before it or just beyond."""
        distance = unit.distance(area.boundary)
        if not _REACHES_LINE_M[0] <= distance <= _REACHES_LINE_M[1]:
            return None
        foot: BaseGeometry = shapely.shortest_line(unit, area.boundary)
        (x0, y0), (x1, y1) = foot.coords
        reach = (distance + _BEYOND_LINE_M if beyond else distance - _NEAR_LINE_M) / distance
        moved = Point(x0 + (x1 - x0) * reach, y0 + (y1 - y0) * reach)
        holder = next((other for other, shape in self._areas.items() if shape.contains(moved)), None)
        expected = holder is not None and (holder != code) == beyond
        return moved if expected else None
