"""Makes the files of data/ from their sources: `scripts/build_data [part …]`."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.data import sample_councillors, sample_places
from scripts.data.bank_holidays import bank_holidays_file
from scripts.data.boundaries import (
    NEIGHBOURING_AREAS,
    Boundaries,
    district_features,
    division_features,
    make_boundaries,
    read_members,
)
from scripts.data.code_point import (
    PostcodeUnits,
    SourceMissingError,
    find_zip,
    read_area_names,
    read_edition,
    read_units,
)
from scripts.data.layout import COUNTY, DATA, DIVISIONS_VALID_FROM, DIVISIONS_VALID_TO
from scripts.data.postcodes import write_postcodes
from scripts.data.sample_councillors import councillor_rows
from scripts.data.sample_places import sample_place_rows
from scripts.data.settlements import settlement_features
from scripts.data.write import write_csv, write_geojson, write_json


class Build:
    """One run: sources are read once, when the first part needs them.

    Args:
        folder: where the files are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def zip_path(self) -> Path:
        """The zip of Code-Point Open."""
        return find_zip()

    @cached_property
    def edition(self) -> dict[str, str]:
        """The edition of Code-Point Open."""
        return read_edition(self.zip_path)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of areas by code."""
        return read_area_names(self.zip_path)

    @cached_property
    def units(self) -> PostcodeUnits:
        """Postcode units of the county and around it."""
        return read_units(self.zip_path, NEIGHBOURING_AREAS)

    @cached_property
    def county_units(self) -> PostcodeUnits:
        """Postcode units of the county."""
        return self.units.where(self.units.district == COUNTY)

    @cached_property
    def boundaries(self) -> Boundaries:
        """Divisions and surroundings."""
        return make_boundaries(self.units)

    def metadata(self, title: str) -> dict[str, Any]:
        """What every file made from Code-Point Open says of itself."""
        year = self.edition["year"]
        return {
            "title": title,
            "approximate": True,
            "note": (
                "Made from the positions of postcode units, not official boundaries. Edges run half-way between "
                "neighbouring postcode units and may be several hundred metres from the legal boundary where few "
                "people live."
            ),
            "source": f"OS Code-Point Open {self.edition['version']} ({self.edition['copyright_date']})",
            "date": self.edition["copyright_date"],
            "licence": "Open Government Licence v3.0",
            "attribution": [
                f"Contains OS data © Crown copyright and database right {year}",
                f"Contains Royal Mail data © Royal Mail copyright and database right {year}",
                "Source: Office for National Statistics licensed under the Open Government Licence v.3.0",
                "Made with Natural Earth (public domain)",
            ],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        }

    def electoral_divisions(self) -> None:
        """data/electoral_divisions.geojson."""
        metadata = self.metadata("Electoral divisions of County Durham, 2013 to 2025 (approximate)")
        metadata |= {
            "authority_code": COUNTY,
            "valid_from": DIVISIONS_VALID_FROM,
            "valid_to": DIVISIONS_VALID_TO,
        }
        features = division_features(self.boundaries, self.names)
        write_geojson(self.folder / "electoral_divisions.geojson", features, metadata)
        for easting, northing, codes in self.boundaries.conflicts:
            print(f"Units at {easting}, {northing} have different codes: {', '.join(codes)}")

    def surroundings(self) -> None:
        """data/surroundings.geojson."""
        metadata = self.metadata("Local authority districts around County Durham (approximate)")
        features = district_features(self.boundaries, self.names)
        write_geojson(self.folder / "surroundings.geojson", features, metadata)

    def postcodes(self) -> None:
        """data/postcodes_county_durham.csv.gz."""
        write_postcodes(self.folder / "postcodes_county_durham.csv.gz", self.county_units)

    def settlements(self) -> None:
        """data/settlements.geojson."""
        metadata = self.metadata("Name labels for maps of County Durham")
        metadata["note"] = "Each label stands at the median postcode unit of the divisions or district in `basis`."
        write_geojson(self.folder / "settlements.geojson", settlement_features(self.county_units), metadata)

    def bank_holidays(self) -> None:
        """data/bank_holidays_england.json."""
        write_json(self.folder / "bank_holidays_england.json", bank_holidays_file())

    def sample_places(self) -> None:
        """data/sample_places.csv."""
        areas = {code: self.boundaries.metres[code] for code in self.boundaries.divisions}
        rows = sample_place_rows(self.county_units, areas, self.names)
        write_csv(self.folder / "sample_places.csv", sample_places.COLUMNS, rows)

    def sample_councillors(self) -> None:
        """data/sample_councillors.csv."""
        rows = councillor_rows(Counter(self.county_units.division.tolist()), read_members())
        write_csv(self.folder / "sample_councillors.csv", sample_councillors.COLUMNS, rows)


PARTS: dict[str, Callable[[Build], None]] = {
    "electoral_divisions": Build.electoral_divisions,
    "surroundings": Build.surroundings,
    "postcodes": Build.postcodes,
    "settlements": Build.settlements,
    "bank_holidays": Build.bank_holidays,
    "sample_places": Build.sample_places,
    "sample_councillors": Build.sample_councillors,
}


def main(arguments: list[str] | None = None) -> int:
    """Make all parts, or those named. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/build_data", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"what to make: {', '.join(PARTS)} (all of them when none is named)")
    parser.add_argument(
        "--folder", type=Path, default=DATA, help="where to write (the repository's data/ when left out)"
    )
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.part) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(PARTS)}")
    options.folder.mkdir(parents=True, exist_ok=True)
    build = Build(options.folder)
    try:
        for part in options.part or PARTS:
            print(f"Making {part} …", flush=True)
            PARTS[part](build)
    except SourceMissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
