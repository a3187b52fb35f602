"""Bounding boxes: parsed from text, and as envelopes on the National Grid."""

from typing import NamedTuple

import numpy as np
from pyproj import Transformer

from geo.faults import CoordinatesFaultyError
from geo.points import LAT_RANGE, LON_RANGE, is_swapped, parse_number

MARGIN_M = 75.0
"""What an envelope is wider than its box on each side: more than the transformation without OSTN15 errs (3 m on land,
52 m far out at sea) plus what an edge bends between two samples (3 m for the largest box)."""
_SAMPLES = 65
_REACH = (LON_RANGE[0] - 1.0, LAT_RANGE[0] - 1.0, LON_RANGE[1] + 1.0, LAT_RANGE[1] + 1.0)

# Ordnance Survey's Helmert parameters. Unlike OSTN15 they have a value everywhere, also in the corners of a box that
# reach into France; named here so that PROJ does not choose another operation by itself.
_HELMERT = Transformer.from_pipeline(
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3"
    " +step +proj=cart +ellps=WGS84"
    " +step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489"
    " +convention=position_vector"
    " +step +inv +proj=cart +ellps=airy +step +proj=pop +v_3"
    " +step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
)


class BoundingBox(NamedTuple):
    """A CRS84 box, degrees; edges belong to it."""

    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a CRS84 position is in the box or on its edge."""
        return self.min_lon <= lon <= self.max_lon and self.min_lat <= lat <= self.max_lat


class Envelope(NamedTuple):
    """An EPSG:27700 box, metres."""

    min_easting: float
    min_northing: float
    max_easting: float
    max_northing: float


def parse_bbox(text: str, field: str = "bbox") -> BoundingBox:
    """A CRS84 box from "min lon,min lat,max lon,max lat" text.

    Raises:
        CoordinatesFaultyError: not four finite numbers, out of range, latitude first, or corners the wrong way round.
    """
    parts = text.split(",")
    if len(parts) != len(BoundingBox._fields):
        raise CoordinatesFaultyError(
            f"A box has four numbers; this has {len(parts) if text.strip() else 0}.",
            "Give west,south,east,north in degrees, such as -1.65,54.74,-1.50,54.80.",
            field=field,
        )
    box = BoundingBox(*(parse_number(part, field) for part in parts))
    if is_swapped(box.min_lon, box.min_lat) and is_swapped(box.max_lon, box.max_lat):
        raise CoordinatesFaultyError(
            "Longitude and latitude look swapped.",
            f"Longitude comes first: try {box.min_lat:g},{box.min_lon:g},{box.max_lat:g},{box.max_lon:g}.",
            field=field,
        )
    if max(abs(box.min_lon), abs(box.max_lon)) > 180 or max(abs(box.min_lat), abs(box.max_lat)) > 90:  # noqa: PLR2004  # the globe's own limits
        raise CoordinatesFaultyError(
            "The box is not on the globe.",
            "Longitude runs from -180 to 180 and latitude from -90 to 90, in degrees.",
            field=field,
        )
    if box.min_lon > box.max_lon or box.min_lat > box.max_lat:
        raise CoordinatesFaultyError(
            "The box has its corners the wrong way round.",
            "Give the south-west corner first: west,south,east,north. Boxes across the 180° line are not needed here.",
            field=field,
        )
    return box


def find_envelope(box: BoundingBox) -> Envelope | None:
    """The National Grid envelope (EPSG:27700, metres) that surely holds every British position of a CRS84 box.

    It is up to `MARGIN_M` wider than the box and holds its bent edges, so it selects by index; compare the stored
    longitude and latitude with the box for the exact answer. None where the box holds nothing British.
    """
    west, south = max(box.min_lon, _REACH[0]), max(box.min_lat, _REACH[1])
    east, north = min(box.max_lon, _REACH[2]), min(box.max_lat, _REACH[3])
    if west > east or south > north:
        return None
    across, up = np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES)
    lons = np.concatenate([across, across, np.full(_SAMPLES, west), np.full(_SAMPLES, east)])
    lats = np.concatenate([np.full(_SAMPLES, south), np.full(_SAMPLES, north), up, up])
    eastings, northings = _HELMERT.transform(lons, lats)
    return Envelope(
        float(np.min(eastings)) - MARGIN_M,
        float(np.min(northings)) - MARGIN_M,
        float(np.max(eastings)) + MARGIN_M,
        float(np.max(northings)) + MARGIN_M,
    )
