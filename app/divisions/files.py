"""Files of boundaries, as councils and the Office for National Statistics publish them.

GeoJSON, GeoPackage and Shapefile (zipped), in longitude/latitude or on the National Grid. What comes out is one record
for each division: its GSS code, name, members, and a valid area in EPSG:27700 made with OSTN15.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyogrio  # type: ignore[import-untyped]  # it ships no types
import shapely
from pyogrio.errors import DataLayerError, DataSourceError  # type: ignore[import-untyped]  # the same
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from app.divisions.file_kinds import FORMATS, find_source
from app.errors import FaultyFile
from geo.crs import BNG_SRID, geometry_to_bng
from geo.faults import GeographyError
from geo.shapes import Area, to_area

GSS_CODE = re.compile(r"[ENSW][0-9]{8}", re.ASCII)
LONLAT_CODES = {4326, 4258, 4979, 4937}
"""WGS84 and ETRS89, which Ordnance Survey takes for one another."""
MAXIMUM_MEMBERS = 3

_CODE_FIELDS = (r"gss_code", r"ced\d\dcd", r"wd\d\dcd", r"ward_?code", r"division_?code", r"lad\d\dcd", r"code", r"gss")
AUTHORITY_FIELDS = (r"authority_code", r"lad\d\dcd", r"utla\d\dcd", r"cty\d\dcd")
_MEMBER_FIELDS = (r"members", r"councillors", r"seats")
_PLAIN_NAME_FIELDS = (r"name", r"division", r"ward", r"ward_?name", r"division_?name")


class ChosenFields(NamedTuple):
    """Names of fields that a person chose; None leaves it to the names that are usual."""

    code: str | None = None
    name: str | None = None
    members: str | None = None


USUAL_FIELDS = ChosenFields()


@dataclass(frozen=True)
class Fields:
    """Names of the fields of a file; None where it has none. `authority` is used to leave out others' divisions."""

    code: str
    name: str
    members: str | None
    authority: str | None


@dataclass(frozen=True)
class DivisionRecord:
    """One division of a file. The area is in EPSG:27700 (metres)."""

    gss_code: str
    name: str
    members: int | None
    area: Area


@dataclass
class DivisionFile:
    """What a file of boundaries holds.

    Attributes:
        records: the usable divisions, by code.
        fields: the fields that were read.
        faults: what makes the file unusable, a sentence each; nothing may be loaded while there is one.
        repairs: what was repaired, a sentence each.
        left_out: how many features belong to other authorities.
    """

    records: list[DivisionRecord]
    fields: Fields
    faults: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    left_out: int = 0


def read_divisions(
    path: Path, authority_code: str, *, layer: str | None = None, chosen: ChosenFields = USUAL_FIELDS
) -> DivisionFile:
    """Read the divisions of one authority from a file.

    Raises:
        FaultyFile: not a file of areas, in a coordinate system that we do not take, or without the fields needed.
    """
    meta, shapes, columns = _read(path, layer)
    to_bng = _converter(meta["crs"], path.name)
    fields = guess_fields(list(columns), chosen)
    return _records(_features(shapes, columns), fields, authority_code, to_bng)


def _read(path: Path, layer: str | None) -> tuple[dict[str, Any], Sequence[BaseGeometry | None], dict[str, Any]]:
    source = find_source(path, layer)
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(source)]
        if layer is None and len(layers) > 1:
            raise FaultyFile(f"{path.name} has several layers.", f"Choose one with --layer: {', '.join(layers)}.")
        meta, _, shapes, columns = pyogrio.raw.read(source, layer=layer)
    except (DataSourceError, DataLayerError) as error:
        raise FaultyFile(f"{path.name} cannot be read as boundaries.", f"Give {FORMATS}.") from error
    if shapes is None:
        raise FaultyFile(f"{path.name} is a table without shapes.", f"Give {FORMATS}.")
    named = dict(zip((str(name) for name in meta["fields"]), columns, strict=True))
    return meta, list(shapely.from_wkb(shapes, on_invalid="ignore")), named


def _converter(crs: str | None, name: str) -> Callable[[BaseGeometry], BaseGeometry]:
    """How shapes of a coordinate system get to EPSG:27700. Raises FaultyFile for systems that we do not take."""
    remedy = "Export it in EPSG:27700 or EPSG:4326: ogr2ogr -t_srs EPSG:4326 new.geojson old-file."
    if not crs:
        raise FaultyFile(f"{name} does not say its coordinate system.", remedy)
    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise FaultyFile(f"{name} has a coordinate system that cannot be read.", remedy) from error
    # Shapefiles name their system in words only; half of the words must fit.
    epsg = system.to_epsg(min_confidence=50)
    if epsg == BNG_SRID:
        return shapely.force_2d
    if epsg in LONLAT_CODES or "CRS84" in crs:
        return geometry_to_bng
    raise FaultyFile(f"{name} is in {system.name}, which is not taken.", remedy)


def guess_fields(names: Sequence[str], chosen: ChosenFields = USUAL_FIELDS) -> Fields:
    """The fields to read: those that were named, else those that ONS products and our own files use.

    Raises:
        FaultyFile: a named field is not there, or none can be guessed.
    """
    for given in chosen:
        if given is not None and given not in names:
            raise FaultyFile(f"The file has no field '{given}'.", f"It has: {', '.join(names)}.")
    code = chosen.code or first_field(names, _CODE_FIELDS)
    if code is None:
        raise FaultyFile(
            "The file has no field that looks like a GSS code.", f"Name it with --code-field: {', '.join(names)}."
        )
    twin = rf"{re.escape(code[:-2])}nm" if code.lower().endswith("cd") else r"(?!)"
    name = chosen.name or first_field(names, (twin, *_PLAIN_NAME_FIELDS))
    if name is None:
        raise FaultyFile(
            "The file has no field that looks like a name.", f"Name it with --name-field: {', '.join(names)}."
        )
    authority = first_field([other for other in names if other != code], AUTHORITY_FIELDS)
    return Fields(code, name, chosen.members or first_field(names, _MEMBER_FIELDS), authority)


def first_field(names: Sequence[str], patterns: Sequence[str]) -> str | None:
    """The first name that fits the first pattern that any fits, in any case."""
    return next((one for pattern in patterns for one in names if re.fullmatch(pattern, one, re.IGNORECASE)), None)


def _features(
    shapes: Sequence[BaseGeometry | None], columns: Mapping[str, Any]
) -> Iterator[tuple[BaseGeometry | None, dict[str, Any]]]:
    for number, shape in enumerate(shapes):
        yield shape, {name: _plain(values[number]) for name, values in columns.items()}


def _plain(value: object) -> object:
    """A cell as a plain value; what stands for "missing" becomes None."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is None or value != value or value == "" else value  # noqa: PLR0124  # NaN differs from itself


def _records(
    features: Iterator[tuple[BaseGeometry | None, dict[str, Any]]],
    fields: Fields,
    authority_code: str,
    to_bng: Callable[[BaseGeometry], BaseGeometry],
) -> DivisionFile:
    file = DivisionFile([], fields)
    by_code: dict[str, DivisionRecord] = {}
    for number, (shape, cells) in enumerate(features, start=1):
        if fields.authority and cells[fields.authority] not in {None, authority_code}:
            file.left_out += 1
            continue
        record = _record(file, number, shape, cells, to_bng)
        if record is None:
            continue
        same = by_code.get(record.gss_code)
        by_code[record.gss_code] = record if same is None else _joined(file, same, record)
    file.records = [by_code[code] for code in sorted(by_code)]
    if not file.records and not file.faults:
        file.faults.append(f"The file has no division of {authority_code}; {file.left_out} belong to others.")
    return file


def _record(
    file: DivisionFile,
    number: int,
    shape: BaseGeometry | None,
    cells: Mapping[str, Any],
    to_bng: Callable[[BaseGeometry], BaseGeometry],
) -> DivisionRecord | None:
    """One feature as a record, or None and a fault in `file`."""
    code = str(cells[file.fields.code] or "").strip()
    name = " ".join(str(cells[file.fields.name] or "").split())
    called = f"Feature {number} ({code or 'without a code'})"
    members = cells[file.fields.members] if file.fields.members else None
    if not GSS_CODE.fullmatch(code):
        file.faults.append(f"{called}: '{code[:20]}' is not a GSS code such as E05009030.")
    elif not name:
        file.faults.append(f"{called} has no name.")
    elif members is not None and not (_is_whole(members) and 1 <= int(float(members)) <= MAXIMUM_MEMBERS):
        file.faults.append(f"{called}: a division has one to {MAXIMUM_MEMBERS} members, not '{str(members)[:20]}'.")
    else:
        try:
            area = to_area(None if shape is None else to_bng(shape))
        except GeographyError as error:
            file.faults.append(f"{called}: {error}")
            return None
        file.repairs += [f"{code} {name}: {repair}" for repair in area.repairs]
        return DivisionRecord(code, name, None if members is None else int(float(members)), area)
    return None


def _is_whole(value: object) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,3}(?:\.0+)?", str(value)))


def _joined(file: DivisionFile, first: DivisionRecord, second: DivisionRecord) -> DivisionRecord:
    """Two features of one code as one division: parts of a division often come as features of their own."""
    if (first.name, first.members) != (second.name, second.members):
        file.faults.append(f"{first.gss_code} is there twice, as '{first.name}' and as '{second.name}'.")
        return first
    overlap = float(first.area.polygon.intersection(second.area.polygon).area)
    note = f"; they overlapped by {overlap:,.0f} m²" if overlap >= 1 else ""
    file.repairs.append(f"{first.gss_code} {first.name}: two features of one code were joined{note}.")
    area = to_area(shapely.union(first.area.polygon, second.area.polygon))
    return DivisionRecord(first.gss_code, first.name, first.members, area)
