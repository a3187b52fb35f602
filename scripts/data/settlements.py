"""Name labels for the map, placed where the postcode units of the divisions named after a settlement are.

`sources/settlements.csv` says which divisions (or, for the city, which postcode district) carry a name. The label
stands at the postcode unit nearest to the median easting and northing of their units: always at an address, and in the
main settlement unless a division is scattered. No position is taken from anywhere else, none is guessed.
"""

import csv
from typing import Any

import numpy as np
from shapely import Point

from geo.crs import point_to_lonlat
from scripts.data.code_point import PostcodeUnits
from scripts.data.layout import SOURCES
from scripts.data.write import geometry_json

SETTLEMENTS_FILE = SOURCES / "settlements.csv"


def settlement_features(units: PostcodeUnits) -> list[dict[str, Any]]:
    """GeoJSON points with `name`, `rank` (1 most important, 3 least) and `basis` (codes that the position comes from).

    Args:
        units: the county's postcode units.

    Raises:
        ValueError: a name whose divisions or district have no units.
    """
    features = []
    with SETTLEMENTS_FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            codes = [code for code in row["divisions"].split(";") if code]
            district = row["postcode_district"]
            chosen = np.isin(units.division, codes)
            if district:
                chosen |= np.char.startswith(units.postcode, f"{district} ")
            easting, northing = _median_unit(units.where(chosen & units.positioned), row["name"])
            features.append(
                {
                    "type": "Feature",
                    "properties": {
                        "name": row["name"],
                        "rank": int(row["rank"]),
                        "basis": codes or [district],
                    },
                    "geometry": geometry_json(Point(point_to_lonlat(easting, northing))),
                }
            )
    return features


def _median_unit(units: PostcodeUnits, name: str) -> tuple[int, int]:
    """Position of the unit nearest to the median of all, the first in order of postcodes among equals."""
    if not len(units):
        raise ValueError(f"no postcode unit for {name}: check its codes in {SETTLEMENTS_FILE.name}")
    distance = np.hypot(units.easting - np.median(units.easting), units.northing - np.median(units.northing))
    nearest = min(range(len(units)), key=lambda index: (round(float(distance[index]), 3), str(units.postcode[index])))
    return int(units.easting[nearest]), int(units.northing[nearest])
