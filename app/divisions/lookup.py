"""Which division is this in? For one position, or for ten thousand positions or postcodes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Any

import numpy as np

from app.divisions.boundaries import Answering, answering
from app.divisions.memory import KnownDivision, Memory
from app.errors import InvalidInput, NotFound, RegisterError
from app.tables.postcode import PostcodeUnit
from geo.crs import find_bng
from geo.faults import GeographyError
from geo.point_index import NOWHERE
from geo.points import GridPoint, LonLat, check_lonlat, locate

MAXIMUM_ITEMS = 10_000
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A division, where in the grid (EPSG:27700, metres) was looked, and the boundaries that answered."""

    division: KnownDivision
    at: GridPoint
    answering: Answering

    @property
    def distance_to_boundary_m(self) -> float:
        """Metres from the position to the division's outline."""
        return self.division.distance_to_boundary_m(*self.at)


Answer = Found | RegisterError
"""What one of many asked for comes to: a division, or why there is none."""


def parse_position(lon: float, lat: float) -> GridPoint:
    """The grid position (EPSG:27700, metres) of longitude and latitude (CRS84, degrees).

    Raises:
        InvalidInput: not finite, out of range, swapped, or outside Great Britain.
    """
    try:
        return locate(check_lonlat(lon, lat))
    except GeographyError as error:
        raise InvalidInput(error.what, error.remedy, field=error.field or "lon") from None


def find_division(memory: Memory, at: GridPoint, on: date) -> Found:
    """The division that covers a grid position (EPSG:27700, metres), by the boundaries that answer for a day.

    Raises:
        NotFound: no division that is held covers it.
    """
    answers = answering(memory.boundary_sets, on)
    for one in answers:
        division = memory.of(one.boundaries).find(*at)
        if division is not None:
            return Found(division, at, one)
    raise _nowhere(answers)


def find_divisions(memory: Memory, points: Sequence[Any], on: date) -> list[Answer]:
    """For each [lon, lat] (CRS84, degrees) its division, or the error that says why there is none.

    All positions are transformed and looked up at once; only faulty ones are looked at one by one.
    """
    checked = [_checked(point) for point in points]
    lons = np.array([one.lon if isinstance(one, LonLat) else np.nan for one in checked], dtype=np.float64)
    lats = np.array([one.lat if isinstance(one, LonLat) else np.nan for one in checked], dtype=np.float64)
    eastings, northings = find_bng(lons, lats)
    located: list[GridPoint | RegisterError] = []
    for one, easting, northing in zip(checked, eastings.tolist(), northings.tolist(), strict=True):
        if not isinstance(one, LonLat):
            located.append(one)
        elif isnan(easting):
            located.append(InvalidInput("The position lies outside Great Britain.", "Check longitude and latitude."))
        else:
            located.append(GridPoint(easting, northing))
    return find_located(memory, located, on)


def find_located(memory: Memory, located: Sequence[GridPoint | RegisterError], on: date) -> list[Answer]:
    """For each grid position (EPSG:27700, metres) its division; errors pass through."""
    answers = answering(memory.boundary_sets, on)
    nowhere = _nowhere(answers)
    results: list[Answer] = [one if isinstance(one, RegisterError) else nowhere for one in located]
    where = [number for number, one in enumerate(located) if isinstance(one, GridPoint)]
    eastings = np.array([located[number].easting for number in where], dtype=np.float64)  # type: ignore[union-attr]
    northings = np.array([located[number].northing for number in where], dtype=np.float64)  # type: ignore[union-attr]
    for one in reversed(answers):  # the first authority's word stands, as for a single position
        indexed = memory.of(one.boundaries)
        for number, position in _hits(where, indexed.index.locate(eastings, northings).tolist()):
            at = located[number]
            if isinstance(at, GridPoint):
                results[number] = Found(indexed.divisions[position], at, one)
    return results


def _hits(where: Sequence[int], positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    return ((number, position) for number, position in zip(where, positions, strict=True) if position != NOWHERE)


def unit_position(unit: PostcodeUnit) -> GridPoint:
    """Where a postcode unit is (EPSG:27700, metres)."""
    return GridPoint(float(unit.easting), float(unit.northing))


def _checked(point: object) -> LonLat | InvalidInput:
    if (
        not isinstance(point, list | tuple)
        or len(point) != _PAIR
        or not all(isinstance(number, int | float) and not isinstance(number, bool) for number in point)
    ):
        return InvalidInput("This is not a position.", "Give [longitude, latitude], such as [-1.5757, 54.7761].")
    try:
        return check_lonlat(float(point[0]), float(point[1]))
    except GeographyError as error:
        return InvalidInput(error.what, error.remedy)
    except OverflowError:
        return InvalidInput("A number is too large.", "Give degrees, such as [-1.5757, 54.7761].")


def _nowhere(answers: Sequence[Answering]) -> NotFound:
    held = ", ".join(dict.fromkeys(one.boundaries.authority_name for one in answers)) or "no authority yet"
    return NotFound(
        "No electoral division that is held here covers this position.",
        f"The register holds those of: {held}. Elsewhere, ask the council of that area.",
    )
