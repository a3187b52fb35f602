"""Ordnance Survey grid references with letters, such as NZ 274 425: to and from EPSG:27700 metres."""

import re
from typing import NamedTuple

from geo.faults import CoordinatesFaultyError, OutsideGreatBritain
from geo.points import EASTING_MAXIMUM, NORTHING_MAXIMUM, GridPoint

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Five by five, from the north-west, without I; the first names a square of 500 km, the second one of 100 km."""
_LETTERED = re.compile(r"([A-HJ-Z])([A-HJ-Z])((?:[0-9]{2}){1,5})", re.ASCII)
_SQUARE_M = 100_000
_MOST_DIGITS = 5
_REMEDY = "Give two letters and an even number of digits, such as NZ 274 425 or NZ 27412 42531."


class GridSquare(NamedTuple):
    """The square that a grid reference names: its middle (EPSG:27700, metres) and the length of a side in metres."""

    middle: GridPoint
    side_m: float

    @property
    def uncertainty_m(self) -> float:
        """From the middle to a corner, metres."""
        return self.side_m / 2**0.5


def parse_grid_reference(text: str, field: str = "grid_reference") -> GridSquare:
    """The square that a reference of two letters and 2 to 10 digits names; spaces and case do not matter.

    Raises:
        CoordinatesFaultyError: it is no grid reference.
        OutsideGreatBritain: its letters name a square that the National Grid does not cover.
    """
    found = _LETTERED.fullmatch("".join(text.split()).upper())
    if not found:
        raise CoordinatesFaultyError("This is not a grid reference.", _REMEDY, field=field)
    first, second = (_LETTERS.index(letter) for letter in found.group(1, 2))
    east = (first - 2) % 5 * 5 + second % 5
    north = 19 - first // 5 * 5 - second // 5
    if not (0 <= east * _SQUARE_M < EASTING_MAXIMUM and 0 <= north * _SQUARE_M < NORTHING_MAXIMUM):
        raise OutsideGreatBritain("These letters name no square of Great Britain.", _REMEDY, field=field)
    digits = found.group(3)
    half = len(digits) // 2
    side = float(10 ** (_MOST_DIGITS - half))
    easting = east * _SQUARE_M + int(digits[:half]) * side
    northing = north * _SQUARE_M + int(digits[half:]) * side
    return GridSquare(GridPoint(easting + side / 2, northing + side / 2), side)


def to_grid_reference(easting: float, northing: float) -> str:
    """The square of one metre that a position (EPSG:27700, metres, on the National Grid) lies in: NZ 27412 42531.

    Raises:
        OutsideGreatBritain: the lettered squares do not reach there.
    """
    if not (0 <= easting < EASTING_MAXIMUM and 0 <= northing < NORTHING_MAXIMUM):
        raise OutsideGreatBritain("The position is off the National Grid.", "Check for missing or extra digits.")
    east, north = int(easting // _SQUARE_M), int(northing // _SQUARE_M)
    first = (19 - north) - (19 - north) % 5 + (east + 10) // 5
    second = (19 - north) * 5 % 25 + east % 5
    letters = _LETTERS[first] + _LETTERS[second]
    return f"{letters} {int(easting % _SQUARE_M):05d} {int(northing % _SQUARE_M):05d}"
