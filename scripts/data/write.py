"""Writes the files of data/ so that the same input gives the same bytes."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from scripts.data.layout import DECIMALS


def geometry_json(geometry: BaseGeometry) -> dict[str, Any]:
    """An RFC 7946 geometry: outer rings anticlockwise, coordinates with at most six decimals."""
    turned = shapely.orient_polygons(geometry)
    rounded: dict[str, Any] = json.loads(
        json.dumps(mapping(turned)), parse_float=lambda text: round(float(text), DECIMALS)
    )
    return rounded


def write_geojson(path: Path, features: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any]) -> None:
    """A feature collection, one feature a line so that changes can be read, with a foreign member `metadata`."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    head = json.dumps(metadata, ensure_ascii=False, indent=1)
    text = f'{{"type":"FeatureCollection",\n"metadata":{head},\n"features":[\n{lines}\n]}}\n'
    json.loads(text)
    path.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Indented JSON with a newline at the end."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV with a header, plain newlines, quotes only where needed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """UTF-8 CSV, see `csv_text`."""
    path.write_text(csv_text(columns, rows), encoding="utf-8")


def write_gzip(path: Path, text: str) -> None:
    """Gzip without time or file name in its header: equal text gives equal bytes."""
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.write(text.encode("utf-8"))
