"""What a file of boundaries is, found out before GDAL opens it, so that GDAL opens it as that and as nothing else.

GDAL goes by what stands in a file, not by its name, and some of what it knows are recipes rather than data: a VRT or a
GDALG names other files and addresses, which are then read in the name of whoever loads the "boundaries". A coordinate
system can be given by an address too, which GDAL would ask. None of this is taken, from whoever the file comes.
"""

import json
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from app.errors import FaultyFile

FORMATS = ".geojson, .json, .gpkg, or a Shapefile as .zip"
LARGEST = 1024**3
"""Bytes, unpacked. The boundaries of a whole country in full detail are about a fifth of it."""
_GEOPACKAGE = (b"SQLite format 3\0", 68, (b"GPKG", b"GP10", b"GP11"))
"""A file of SQLite, and where it says that it is a GeoPackage (OGC 12-128, requirements 1 and 2)."""
_SHAPEFILE = b"\x00\x00\x27\x0a"
"""How a .shp begins (ESRI Shapefile Technical Description)."""
_TOO_LARGE = "The file, or what is packed in it, is larger than 1 GB."


def find_source(path: Path, layer: str | None) -> str:
    """What GDAL is to open: a name that leaves it no choice of what the file is.

    Args:
        path: the file.
        layer: which Shapefile of a .zip; None where it holds one.

    Raises:
        FaultyFile: it is none of `FORMATS`, too large, or leads to other files or addresses.
    """
    if not path.is_file():
        raise FaultyFile(f"There is no file {path}.", "Check the path.")
    if path.stat().st_size > LARGEST:
        raise FaultyFile(_TOO_LARGE, "Leave out what is not needed.")
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return f"/vsizip/{{{path.absolute()}}}/{_find_shapefile(path, layer)}"
    if suffix == ".gpkg" and _is_geopackage(path):
        return str(path.absolute())
    if suffix in {".geojson", ".json"}:
        _refuse_no_geojson(path)
        return f"GeoJSON:{path.absolute()}"
    raise _none_of_ours(path)


def _is_geopackage(path: Path) -> bool:
    begins, at, kinds = _GEOPACKAGE
    with path.open("rb") as opened:
        head = opened.read(at + 4)
    return head.startswith(begins) and head[at:] in kinds


class _ForeignSystem(Exception):
    """A coordinate system of which only an address is given."""


def _refuse_no_geojson(path: Path) -> None:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"), object_hook=_refuse_foreign_system)
    except (ValueError, RecursionError):
        raise _none_of_ours(path) from None
    except _ForeignSystem:
        raise FaultyFile(
            f"{path.name} gives its coordinate system by an address.",
            "Export it in EPSG:27700 or EPSG:4326: ogr2ogr -t_srs EPSG:4326 new.geojson old-file.",
        ) from None
    if not isinstance(document, dict) or document.get("type") not in {"FeatureCollection", "Feature"}:
        raise _none_of_ours(path)


def _refuse_foreign_system(read: dict[str, Any]) -> dict[str, Any]:
    """Called for each object of a document: features and their shapes may name systems too."""
    system = read.get("crs")
    if isinstance(system, dict) and system.get("type") not in {None, "name", "EPSG", "OGC"}:
        raise _ForeignSystem
    return read


def _find_shapefile(path: Path, layer: str | None) -> str:
    """The name of the .shp inside of a .zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > LARGEST:
                raise FaultyFile(_TOO_LARGE, "Leave out what is not needed.")
            shapefiles = {
                PurePosixPath(member.filename).stem: member
                for member in members
                if member.filename.lower().endswith(".shp") and not member.filename.startswith("__MACOSX/")
            }
            if layer is None and len(shapefiles) > 1:
                raise FaultyFile(
                    f"{path.name} has several layers.", f"Choose one with --layer: {', '.join(sorted(shapefiles))}."
                )
            chosen = shapefiles.get(layer) if layer else next(iter(shapefiles.values()), None)
            if chosen is None or ".." in PurePosixPath(chosen.filename).parts:
                raise _none_of_ours(path)
            with archive.open(chosen) as opened:
                if opened.read(len(_SHAPEFILE)) != _SHAPEFILE:
                    raise _none_of_ours(path)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
    ):  # damaged, packed in an unknown way, or by a password
        raise _none_of_ours(path) from None
    return chosen.filename


def _none_of_ours(path: Path) -> FaultyFile:
    return FaultyFile(f"{path.name} cannot be read as boundaries.", f"Give {FORMATS}.")
