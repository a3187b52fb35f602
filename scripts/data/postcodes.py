"""The county's postcode units as the compressed CSV that the service loads."""

from pathlib import Path

import numpy as np

from scripts.data.code_point import PostcodeUnits
from scripts.data.write import csv_text, write_gzip

COLUMNS = ("postcode", "easting", "northing", "quality", "division_code", "district_code")


def write_postcodes(path: Path, units: PostcodeUnits) -> None:
    """All units, in order of their postcodes; those without a position have empty easting and northing."""
    rows = []
    for index in np.argsort(units.postcode, kind="stable").tolist():
        placed = bool(units.positioned[index])
        rows.append(
            (
                str(units.postcode[index]),
                int(units.easting[index]) if placed else "",
                int(units.northing[index]) if placed else "",
                int(units.quality[index]),
                str(units.division[index]),
                str(units.district[index]),
            )
        )
    write_gzip(path, csv_text(COLUMNS, rows))
