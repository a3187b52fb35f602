"""Positions as people and programs give them: parsed, checked, and explained when they cannot be right."""

import re
from math import isfinite
from typing import NamedTuple

from geo.crs import point_to_bng
from geo.faults import CoordinatesFaultyError, OutsideGreatBritain

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)

LON_RANGE = (-9.0, 2.5)
LAT_RANGE = (49.5, 61.5)
"""Great Britain with all its islands, generously: tells a swapped pair from one that is merely elsewhere."""
EASTING_MAXIMUM = 700_000.0
NORTHING_MAXIMUM = 1_300_000.0
"""The National Grid's lettered squares, which `place.location` is held to as well."""


class LonLat(NamedTuple):
    """A CRS84 position, degrees."""

    lon: float
    lat: float


class GridPoint(NamedTuple):
    """An EPSG:27700 position, metres."""

    easting: float
    northing: float


def parse_number(text: str, field: str) -> float:
    """A finite decimal number from text.

    Raises:
        CoordinatesFaultyError: it is none, such as "nan", "1,5" or "54°".
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped) or not isfinite(number := float(stripped)):
        raise CoordinatesFaultyError(
            f"'{_shown(text)}' is not a number.", "Use decimal degrees with a point, such as -1.5757.", field=field
        )
    return number


def parse_lonlat(text: str, field: str = "near") -> LonLat:
    """A CRS84 position from "lon,lat" text, checked as `check_lonlat` does.

    Raises:
        CoordinatesFaultyError: not two numbers, out of range, or latitude first.
    """
    parts = text.split(",")
    if len(parts) != len(LonLat._fields):
        raise CoordinatesFaultyError(
            f"'{_shown(text)}' is not a position.",
            "Give longitude, a comma and latitude, such as -1.5757,54.7761.",
            field=field,
        )
    return check_lonlat(parse_number(parts[0], field), parse_number(parts[1], field), field)


def check_lonlat(lon: float, lat: float, field: str = "lon") -> LonLat:
    """The pair, if it can be longitude and latitude, degrees. Positions outside Britain pass: see `locate`.

    Raises:
        CoordinatesFaultyError: not finite, out of range, or latitude and longitude the wrong way round.
    """
    if not (isfinite(lon) and isfinite(lat)):
        raise CoordinatesFaultyError(
            "Longitude and latitude must be finite numbers.", "Give decimal degrees, such as -1.5757 and 54.7761."
        )
    if is_swapped(lon, lat):
        raise CoordinatesFaultyError(
            "Longitude and latitude look swapped.",
            f"Longitude comes first: try longitude {lat:g} and latitude {lon:g}.",
            field=field,
        )
    if abs(lon) > 180 or abs(lat) > 90:  # noqa: PLR2004  # the globe's own limits
        raise CoordinatesFaultyError(
            "The position is not on the globe.",
            "Longitude runs from -180 to 180 and latitude from -90 to 90, in degrees."
            + (" Eastings and northings have parameters of their own." if abs(lon) > 1000 else ""),  # noqa: PLR2004
            field=field,
        )
    return LonLat(lon, lat)


def is_swapped(lon: float, lat: float) -> bool:
    """Whether the pair is in Britain only if read as latitude, longitude."""
    return LON_RANGE[0] <= lat <= LON_RANGE[1] and LAT_RANGE[0] <= lon <= LAT_RANGE[1]


def locate(position: LonLat) -> GridPoint:
    """The grid position (EPSG:27700, metres) of a CRS84 position.

    Raises:
        OutsideGreatBritain: the National Grid does not reach there.
    """
    return GridPoint(*point_to_bng(*position))


def check_grid_point(easting: float, northing: float) -> GridPoint:
    """The pair, if it can be an easting and a northing (EPSG:27700, metres).

    Raises:
        CoordinatesFaultyError: not finite, degrees instead of metres, or the wrong way round.
        OutsideGreatBritain: off the National Grid.
    """
    if not (isfinite(easting) and isfinite(northing)):
        raise CoordinatesFaultyError(
            "Easting and northing must be finite numbers.", "Give metres, such as 427350 and 542450."
        )
    if abs(easting) <= 180 and abs(northing) <= 90 and not (easting == northing == 0):  # noqa: PLR2004
        raise CoordinatesFaultyError(
            "These look like degrees, not metres.",
            "Give easting and northing in metres, or use the longitude and latitude fields.",
            field="easting",
        )
    if 0 <= easting <= EASTING_MAXIMUM and 0 <= northing <= NORTHING_MAXIMUM:
        return GridPoint(easting, northing)
    if 0 <= northing <= EASTING_MAXIMUM < easting <= NORTHING_MAXIMUM:
        raise CoordinatesFaultyError(
            "Easting and northing look swapped.",
            f"Easting comes first: try easting {northing:.0f} and northing {easting:.0f}.",
            field="easting",
        )
    raise OutsideGreatBritain(
        "The position is off the National Grid.",
        "Eastings run from 0 to 700000 and northings from 0 to 1300000, in metres: check for missing or extra digits.",
        field="easting",
    )


def _shown(text: str) -> str:
    """What was typed, short and printable."""
    return "".join(character if character.isprintable() else "?" for character in text[:40])
