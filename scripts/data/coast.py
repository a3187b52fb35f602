"""Where the land ends: Natural Earth's coarse coastline, corrected by where the postcode units are.

No detailed coastline with an open licence comes in a package. Natural Earth 1:10m (public domain), as the npm package
world-atlas carries it, is off by up to several hundred metres on the Durham coast. Postcode units tell where people
live: the sea begins a few hundred metres beyond the outermost of them. So land is what lies well inside Natural
Earth's coast, and whatever lies within reach of the outermost postcode units.

`sources/coast.geojson` is the part of Natural Earth's land around the county; `python -m scripts.data.coast FILE`
makes it again from `land-10m.json` of world-atlas 2.0.2.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry import mapping, shape

from geo.coverage import Area, to_area
from geo.crs import geometry_to_bng
from scripts.data.layout import SOURCES

COAST_FILE = SOURCES / "coast.geojson"

_WINDOW = shapely.box(-3.3, 53.9, -0.3, 55.5)
_TRUSTED_INLAND_M = 500.0
"""Natural Earth's land is trusted from here inwards; measured: more or less than this costs overlap with the truth."""
_NEAR_COAST_M = 2_500.0
_REACH_M = 1_500.0
_BEYOND_M = 300.0
"""The coast is drawn this far beyond the line that rolls along the outermost postcode units with radius `_REACH_M`."""
_THINNING_M = 100.0


def read_land() -> Area:
    """Natural Earth's land around the county, in EPSG:27700 metres."""
    land = shape(json.loads(COAST_FILE.read_text(encoding="utf-8"))["geometry"])
    return to_area(geometry_to_bng(shapely.segmentize(land, 0.01)))


def land_mask(units_xy: NDArray[np.float64], frame: Polygon) -> Area:
    """Land inside the frame, in EPSG:27700 metres.

    Args:
        units_xy: postcode units, shape (n, 2), metres.
        frame: the area that the coverage will be clipped to.
    """
    natural_earth = read_land()
    around = shapely.buffer(frame, 10_000.0, join_style="mitre")
    coast = shapely.intersection(natural_earth.boundary, around)
    shapely.prepare(coast)
    near = units_xy[shapely.dwithin(shapely.points(units_xy), coast, _NEAR_COAST_M)]
    one_per_cell = np.unique(np.floor(near / _THINNING_M), axis=0, return_index=True)[1]
    discs = shapely.buffer(shapely.points(near[np.sort(one_per_cell)]), _REACH_M, quad_segs=4)
    settled = shapely.buffer(shapely.union_all(discs), _BEYOND_M - _REACH_M, quad_segs=4)
    inland = shapely.buffer(natural_earth, -_TRUSTED_INLAND_M, quad_segs=4)
    return to_area(shapely.intersection(shapely.simplify(shapely.union(inland, settled), 10.0), frame))


def extract(land_10m: Path) -> dict[str, Any]:
    """The part of world-atlas's TopoJSON land around the county, as a GeoJSON feature in longitude and latitude."""
    topology = json.loads(land_10m.read_text(encoding="utf-8"))
    scale, origin = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]

    def ring(indices: list[int]) -> NDArray[np.float64]:
        lines = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    shells = [
        Polygon(ring(polygon[0]))
        for geometry in topology["objects"]["land"]["geometries"]
        for polygon in geometry["arcs"]
    ]
    near = [shapely.intersection(shapely.make_valid(shell), _WINDOW) for shell in shells if shell.intersects(_WINDOW)]
    land = shapely.set_precision(shapely.union_all(near), 1e-6)
    return {
        "type": "Feature",
        "properties": {
            "source": "Natural Earth 1:10m land 4.1.0, from the npm package world-atlas 2.0.2 (land-10m.json)",
            "licence": "Public domain",
        },
        "geometry": mapping(land),
    }


if __name__ == "__main__":
    COAST_FILE.write_text(json.dumps(extract(Path(sys.argv[1]))) + "\n", encoding="utf-8")
