"""Positions in the National Grid as people write them: "NZ 27350 42450", or easting and northing in metres."""

import re

from geo.faults import CoordinatesFaultyError
from geo.points import GridPoint, check_grid_point

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Of the grid's squares, row by row from the north-west; there is no I."""
_SIDE = 5
_FALSE_ORIGIN = (2, 1)
"""Squares of 500 km by which the lettering begins west and south of the grid's origin, as columns and rows."""
_SQUARE_M = 100_000
_DIGITS = 5
_REFERENCE = re.compile(r"([A-HJ-Z])([A-HJ-Z])\s*((?:[0-9]\s*){2,10})", re.ASCII)
_PAIR = re.compile(r"\s*([0-9]{1,7}(?:\.[0-9]+)?)\s*[,;\s]\s*([0-9]{1,7}(?:\.[0-9]+)?)\s*", re.ASCII)
_REMEDY = "Write it like NZ 27350 42450, or as easting and northing in metres: 427350, 542450."


def to_grid_reference(easting: float, northing: float) -> str:
    """A grid position (EPSG:27700, metres) as a reference to the metre, such as "NZ 27350 42450".

    Raises:
        CoordinatesFaultyError, OutsideGreatBritain: the position is not on the grid.
    """
    check_grid_point(easting, northing)
    column, row = int(easting // _SQUARE_M), int(northing // _SQUARE_M)
    letters = _letter(column // _SIDE + _FALSE_ORIGIN[0], row // _SIDE + _FALSE_ORIGIN[1])
    letters += _letter(column % _SIDE, row % _SIDE)
    return f"{letters} {int(easting % _SQUARE_M):05d} {int(northing % _SQUARE_M):05d}"


def parse_grid_position(text: str, field: str = "grid") -> GridPoint:
    """A position (EPSG:27700, metres) from a grid reference or from easting and northing.

    A reference names a square, from 10 km down to 1 m; its middle is meant, but for that of 1 m, whose corner is.

    Raises:
        CoordinatesFaultyError: it is neither, its digits do not come in two equal halves, or it is off the grid.
    """
    if pair := _PAIR.fullmatch(text):
        return _checked(float(pair.group(1)), float(pair.group(2)), field)
    match = _REFERENCE.fullmatch(text.strip().upper())
    digits = re.sub(r"\s", "", match.group(3)) if match else ""
    if match is None or len(digits) % 2:
        raise CoordinatesFaultyError("This is not a grid reference.", _REMEDY, field=field)
    half = len(digits) // 2
    size = 10 ** (_DIGITS - half)
    middle = size / 2 if size > 1 else 0.0
    west, south = _corner(match.group(1), match.group(2))
    easting, northing = west + int(digits[:half]) * size + middle, south + int(digits[half:]) * size + middle
    return _checked(easting, northing, field)


def _checked(easting: float, northing: float, field: str) -> GridPoint:
    try:
        return check_grid_point(easting, northing)
    except CoordinatesFaultyError as error:
        raise CoordinatesFaultyError(error.what, error.remedy, field=field) from None


def _letter(column: int, row: int) -> str:
    return _LETTERS[(_SIDE - 1 - row) * _SIDE + column]


def _corner(great: str, small: str) -> tuple[int, int]:
    """The south-west corner, in metres from the grid's origin, of the square of 100 km that two letters name."""
    (columns, rows), (column, row) = _place_of(great), _place_of(small)
    east = (columns - _FALSE_ORIGIN[0]) * _SIDE + column
    north = (rows - _FALSE_ORIGIN[1]) * _SIDE + row
    return east * _SQUARE_M, north * _SQUARE_M


def _place_of(letter: str) -> tuple[int, int]:
    number = _LETTERS.index(letter)
    return number % _SIDE, _SIDE - 1 - number // _SIDE
