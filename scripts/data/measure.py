"""How far the approximate divisions agree with official ones: `python -m scripts.data.measure OFFICIAL.geojson`.

The official file is not part of the project. It is GeoJSON in CRS84 with the code of the division in `WD13CD`.
"""

import json
import sys
from pathlib import Path
from statistics import mean, median

import shapely
from shapely.geometry import shape

from geo.coverage import Area, intersection_over_union, to_area
from geo.crs import geometry_to_bng
from scripts.data.layout import DATA


def read_areas(path: Path, code_field: str) -> dict[str, Area]:
    """Areas of a GeoJSON file by code, EPSG:27700."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        feature["properties"][code_field]: to_area(geometry_to_bng(shapely.make_valid(shape(feature["geometry"]))))
        for feature in features
    }


def agreement(ours: dict[str, Area], official: dict[str, Area]) -> dict[str, float]:
    """Intersection over union of each official division with ours, by code; 0.0 where ours lacks it."""
    return {code: intersection_over_union(ours[code], area) if code in ours else 0.0 for code, area in official.items()}


def main(official_file: Path) -> None:
    """Print the agreement of every division, worst first, and of the county as a whole."""
    ours, official = read_areas(DATA / "electoral_divisions.geojson", "gss_code"), read_areas(official_file, "WD13CD")
    scores = agreement(ours, official)
    for code, score in sorted(scores.items(), key=lambda item: item[1]):
        print(f"{code} {score:.3f}")
    county = intersection_over_union(
        to_area(shapely.union_all(list(ours.values()))), to_area(shapely.union_all(list(official.values())))
    )
    numbers = list(scores.values())
    print(f"median {median(numbers):.3f}, mean {mean(numbers):.3f}, worst {min(numbers):.3f}, county {county:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
