"""Between British National Grid and longitude/latitude, by Ordnance Survey's OSTN15 grid. The only transformer we have.

Grid coordinates are EPSG:27700, easting then northing, metres. Longitude and latitude are CRS84 order, degrees, on
ETRS89, which Ordnance Survey takes for WGS84 (they differ by less than a metre in Britain). PROJ, inside PostGIS and
pyproj, has no OSTN15 grid as packaged by Debian: it would be 1.7 m off at the median. `convertbng` carries the grid and
agrees with Ordnance Survey's forty control points to the millimetre (`tests/geo/test_crs.py`); it rounds eastings and
northings to whole millimetres. All 1,742,638 postcode units of Code-Point Open come back to within 1.5 mm, except 63
on St Agnes (Scilly), south of latitude 49.92, whose longitude and latitude it takes for outside of Great Britain.
"""

from collections.abc import Callable, Sequence
from math import isnan
from typing import TypeVar

import numpy as np
import shapely
from convertbng import cutil
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.faults import OutsideGreatBritain

BNG_SRID = 27700
BNG_URI = "http://www.opengis.net/def/crs/EPSG/0/27700"
CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

Numbers = NDArray[np.float64]
Column = Numbers | Sequence[float]
Shape = TypeVar("Shape", bound=BaseGeometry)

_REMEDY = "Give a position in Great Britain, its islands or the waters close to them."


def to_lonlat(eastings: Column, northings: Column) -> tuple[Numbers, Numbers]:
    """Longitudes and latitudes (degrees, CRS84) of grid positions (EPSG:27700, metres), shape (n,) each.

    Raises:
        OutsideGreatBritain: OSTN15 does not cover one of them, or it is not a finite number.
    """
    return _required(*find_lonlat(eastings, northings))


def to_bng(lons: Column, lats: Column) -> tuple[Numbers, Numbers]:
    """Eastings and northings (EPSG:27700, metres, rounded to 1 mm) of CRS84 positions (degrees), shape (n,) each.

    Raises:
        OutsideGreatBritain: OSTN15 does not cover one of them, or it is not a finite number.
    """
    return _required(*find_bng(lons, lats))


def find_lonlat(eastings: Column, northings: Column) -> tuple[Numbers, Numbers]:
    """Like `to_lonlat`, with NaN in both arrays where OSTN15 does not reach."""
    return cutil.convert_osgb36_to_ll(eastings, northings)


def find_bng(lons: Column, lats: Column) -> tuple[Numbers, Numbers]:
    """Like `to_bng`, with NaN in both arrays where OSTN15 does not reach."""
    return cutil.convert_to_osgb36(lons, lats)


def point_to_lonlat(easting: float, northing: float) -> tuple[float, float]:
    """Longitude and latitude (degrees, CRS84) of one grid position (EPSG:27700, metres).

    Raises:
        OutsideGreatBritain: OSTN15 does not cover it.
    """
    return _one(find_lonlat((easting,), (northing,)))


def point_to_bng(lon: float, lat: float) -> tuple[float, float]:
    """Easting and northing (EPSG:27700, metres) of one CRS84 position (degrees).

    Raises:
        OutsideGreatBritain: OSTN15 does not cover it.
    """
    return _one(find_bng((lon,), (lat,)))


def geometry_to_lonlat(geometry: Shape) -> Shape:
    """A whole geometry from EPSG:27700 to CRS84, vertex by vertex. Two-dimensional; lines stay straight in between.

    Vertices that were alike stay alike, so neighbours keep sharing their edges. For edges of a kilometre a straight
    line of one system strays from that of the other by a few centimetres.

    Raises:
        OutsideGreatBritain: a vertex lies outside OSTN15.
    """
    return _transformed(geometry, to_lonlat)


def geometry_to_bng(geometry: Shape) -> Shape:
    """A whole geometry from CRS84 to EPSG:27700, like `geometry_to_lonlat`.

    Raises:
        OutsideGreatBritain: a vertex lies outside OSTN15.
    """
    return _transformed(geometry, to_bng)


def _transformed(geometry: Shape, convert: Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]) -> Shape:
    def moved(coordinates: Numbers) -> Numbers:
        return np.column_stack(convert(coordinates[:, 0], coordinates[:, 1]))

    return shapely.transform(shapely.force_2d(geometry), moved)


def _one(found: tuple[Numbers, Numbers]) -> tuple[float, float]:
    first, second = found[0].item(), found[1].item()
    if isnan(first):
        raise OutsideGreatBritain("The position lies outside Great Britain.", _REMEDY)
    return first, second


def _required(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    lost = np.flatnonzero(np.isnan(first))
    if len(lost) == 0:
        return first, second
    raise OutsideGreatBritain(
        f"{len(lost)} of {len(first)} positions lie outside Great Britain, the first is number {lost[0] + 1}.", _REMEDY
    )
