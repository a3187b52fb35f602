"""Transforms between British National Grid (EPSG:27700) and longitude/latitude (CRS84), with the OSTN15 grid.

The one module that transforms. PROJ, as packaged in PostGIS and pyproj, has no OSTN15 grid and falls back to a
The one module that transforms. PROJ, as packaged in PostGIS and pyproj, has no OSTN15 grid and falls back to a
their published test points to a millimetre. CRS84 is taken as ETRS89, as Ordnance Survey defines OSTN15.
"""

from typing import TypeVar

import numpy as np
import shapely
from convertbng import cutil
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

BNG_SRID = 27700
LONLAT_SRID = 4326
BNG_URI = "http://www.opengis.net/def/crs/EPSG/0/27700"
CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

Floats = NDArray[np.float64]
AnyGeometry = TypeVar("AnyGeometry", bound=BaseGeometry)


class OutsideGreatBritain(ValueError):
    """A position that OSTN15 does not cover: not in Great Britain or its near waters, or not finite."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.remedy = "Give a position in Great Britain, as longitude and latitude or as easting and northing."
        super().__init__(f"{what} {self.remedy}")


def to_lonlat(eastings: ArrayLike, northings: ArrayLike) -> tuple[Floats, Floats]:
    """Eastings and northings (27700, metres) to longitudes and latitudes (CRS84, degrees to 8 decimals).

    Arrays of one length in, arrays of that length out. NaN where OSTN15 has no coverage: callers that need every point
    to be good use `point_to_lonlat` or look for NaN themselves, because a bulk load must list all faulty rows.
    """
    return _transformed(cutil.convert_lonlat, eastings, northings)


def to_bng(lons: ArrayLike, lats: ArrayLike) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (CRS84, degrees) to eastings and northings (27700, metres to the millimetre).

    NaN where OSTN15 has no coverage, as `to_lonlat`.
    """
    return _transformed(cutil.convert_bng, lons, lats)


def _transformed(transform: object, first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    x, y = (np.ascontiguousarray(np.atleast_1d(values), dtype=np.float64) for values in (first, second))
    finite = np.isfinite(x) & np.isfinite(y)
    # The library is given finite numbers only: what it does with others is not documented.
    out_x, out_y = transform(np.where(finite, x, 0.0), np.where(finite, y, 0.0))  # type: ignore[operator]  # a C function
    return np.where(finite, out_x, np.nan), np.where(finite, out_y, np.nan)


def point_to_lonlat(easting: float, northing: float) -> tuple[float, float]:
    """One point, 27700 metres to CRS84 (lon, lat) degrees.

    Raises:
        OutsideGreatBritain: OSTN15 does not cover it.
    """
    lons, lats = to_lonlat([easting], [northing])
    if np.isnan(lons[0]):
        raise OutsideGreatBritain("That easting and northing lie outside Great Britain.")
    return float(lons[0]), float(lats[0])


def point_to_bng(lon: float, lat: float) -> tuple[float, float]:
    """One point, CRS84 (lon, lat) degrees to 27700 (easting, northing) metres.

    Raises:
        OutsideGreatBritain: OSTN15 does not cover it.
    """
    eastings, northings = to_bng([lon], [lat])
    if np.isnan(eastings[0]):
        raise OutsideGreatBritain("That longitude and latitude lie outside Great Britain.")
    return float(eastings[0]), float(northings[0])


def geometry_to_lonlat(geometry: AnyGeometry) -> AnyGeometry:
    """A geometry of any type from 27700 to CRS84, vertex by vertex, same type, may be empty.

    Raises:
        OutsideGreatBritain: OSTN15 does not cover one of the vertices.
    """
    return _vertex_by_vertex(geometry, cutil.convert_lonlat)


def geometry_to_bng(geometry: AnyGeometry) -> AnyGeometry:
    """A geometry of any type from CRS84 (lon, lat) to 27700, vertex by vertex, same type, may be empty.

    Straight edges stay straight between transformed vertices: over a few kilometres the difference is centimetres.

    Raises:
        OutsideGreatBritain: OSTN15 does not cover one of the vertices.
    """
    return _vertex_by_vertex(geometry, cutil.convert_bng)


def _vertex_by_vertex(geometry: AnyGeometry, transform: object) -> AnyGeometry:
    def moved(vertices: Floats) -> Floats:
        x, y = _transformed(transform, vertices[:, 0], vertices[:, 1])
        if np.isnan(x).any():
            first = vertices[np.isnan(x)][0]
            raise OutsideGreatBritain(f"A vertex at {first[0]:.6g}, {first[1]:.6g} lies outside Great Britain.")
        return np.column_stack((x, y))

    if geometry.is_empty:
        return geometry
    return shapely.transform(shapely.force_2d(geometry), moved)
