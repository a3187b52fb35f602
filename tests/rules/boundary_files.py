"""Boundaries to test with: squares side by side, as features, files and records."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio  # type: ignore[import-untyped]  # it ships no types
import shapely
from shapely import MultiPolygon, Polygon, box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from app.divisions.files import DivisionFile, DivisionRecord, Fields
from app.divisions.sets import SetDescription
from geo.crs import geometry_to_lonlat
from geo.shapes import to_area
from tests.register import AUTHORITY, SIDE, SOUTH, WEST

BNG_MEMBER = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}


def square(column: int, row: int = 0, side: float = SIDE) -> Polygon:
    """A square of the row that starts at `WEST`, `SOUTH` (EPSG:27700)."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return box(west, south, west + side, south + side)


def feature(
    shape: BaseGeometry | None, code: str, name: str, *, lonlat: bool = True, **properties: object
) -> dict[str, Any]:
    """A GeoJSON feature with ONS field names."""
    drawn = None if shape is None else mapping(geometry_to_lonlat(shape) if lonlat else shape)
    return {"type": "Feature", "geometry": drawn, "properties": {"WD25CD": code, "WD25NM": name} | properties}


def write_geojson(path: Path, features: Sequence[dict[str, Any]], *, crs: dict[str, Any] | None = None) -> Path:
    """A GeoJSON file; `crs` is the old member by which files name another system than CRS84."""
    members: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    path.write_text(json.dumps(members | ({"crs": crs} if crs else {})), encoding="utf-8")
    return path


def write_with_gdal(
    path: Path, shapes: Sequence[BaseGeometry], codes: Sequence[str], *, crs: str | None, **kinds: str
) -> Path:
    """A file of any format that GDAL writes, with ONS field names in lower case."""
    columns = [np.array(codes, dtype=object), np.array([f"Division {code[-1]}" for code in codes], dtype=object)]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(list(shapes), dtype=object)),
        field_data=columns,
        fields=np.array(["ced25cd", "ced25nm"], dtype=object),
        geometry_type="Polygon",
        crs=crs,
        **kinds,
    )
    return path


def file_of(shapes: dict[str, BaseGeometry]) -> DivisionFile:
    """A read file with these divisions (EPSG:27700)."""
    records = [DivisionRecord(code, f"Division {code[-1]}", 2, to_area(shape)) for code, shape in shapes.items()]
    return DivisionFile(records, Fields("gss_code", "name", None, None))


def description(**changes: Any) -> SetDescription:  # noqa: ANN401  # fields of SetDescription
    """What is said of a test's set."""
    facts: dict[str, Any] = {
        "authority_code": AUTHORITY,
        "title": "Test divisions",
        "valid_from": date(2025, 5, 1),
        "valid_to": None,
        "source": "drawn for tests",
        "licence": "none",
    }
    return SetDescription(**(facts | changes))


def thiessen_areas(seeds: Sequence[tuple[float, float]]) -> dict[str, BaseGeometry]:
    """Divisions around seeds that share their edges exactly, inside of eight kilometres square."""
    frame = box(WEST, SOUTH, WEST + 8_000, SOUTH + 8_000)
    points = shapely.multipoints([(WEST + x, SOUTH + y) for x, y in seeds])
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    areas = [cell for cell in shapely.intersection(cells, frame) if isinstance(cell, Polygon | MultiPolygon)]
    return {f"E05{number:06d}": area for number, area in enumerate(areas, start=1)}
