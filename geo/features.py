"""GeoJSON as RFC 7946 wants it: CRS84, outer rings anticlockwise, no more decimals than mean something."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

POINT_DECIMALS = 7
"""One centimetre: entrance pins are that good at best."""
OUTLINE_DECIMALS = 6
"""Eleven centimetres north to south, seven east to west."""


def to_geometry_json(geometry: BaseGeometry, decimals: int = OUTLINE_DECIMALS) -> dict[str, Any]:
    """A GeoJSON geometry object.

    Args:
        geometry: CRS84, degrees, two-dimensional.
        decimals: kept of each coordinate. Where rounding would make an area invalid, it is left unrounded.

    Returns:
        Outer rings anticlockwise, holes clockwise (RFC 7946, 3.1.6).
    """
    rounded = shapely.transform(geometry, lambda coordinates: coordinates.round(decimals))
    kept = shapely.remove_repeated_points(rounded, 0.0) if rounded.is_valid else geometry
    mapping = orjson.loads(shapely.to_geojson(shapely.orient_polygons(kept, exterior_cw=False)))
    return dict(mapping)


def to_geometry_text(geometry: BaseGeometry, decimals: int = OUTLINE_DECIMALS) -> str:
    """The same as compact JSON text, as it is stored and copied into answers without being read again."""
    return orjson.dumps(to_geometry_json(geometry, decimals)).decode()


def to_point_json(lon: float, lat: float) -> dict[str, Any]:
    """A GeoJSON point from CRS84 degrees."""
    return {"type": "Point", "coordinates": [round(lon, POINT_DECIMALS), round(lat, POINT_DECIMALS)]}


def to_feature(
    identifier: str | int, geometry: Mapping[str, Any] | orjson.Fragment | None, properties: Mapping[str, Any]
) -> dict[str, Any]:
    """A GeoJSON feature. The geometry may be an `orjson.Fragment` of stored text."""
    return {"type": "Feature", "id": identifier, "geometry": geometry, "properties": dict(properties)}


def feature_collection(features: Iterable[Mapping[str, Any]], **members: object) -> dict[str, Any]:
    """A GeoJSON feature collection; `members` stand beside `features` (RFC 7946, 6.1), such as licence and count."""
    return {"type": "FeatureCollection", **members, "features": list(features)}
