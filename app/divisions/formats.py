"""Divisions as JSON, GeoJSON and CSV. Outlines are stored as GeoJSON text and copied into answers unread."""

import csv
import io
from collections.abc import Sequence

import orjson

from app.divisions.boundaries import Answering
from app.divisions.rules import ListedDivision
from app.divisions.schemas import to_answer, to_boundaries, to_list, to_summary
from app.http.spreadsheets import guarded
from geo.features import feature_collection, to_feature

JSON, GEOJSON, CSV = "json", "geojson", "csv"
LIST_FORMATS = {JSON: "application/json", GEOJSON: "application/geo+json", CSV: "text/csv"}
ONE_FORMATS = {JSON: "application/json", GEOJSON: "application/geo+json"}
_COLUMNS = (
    "gss_code",
    "name",
    "members",
    "places",
    "area_m2",
    "authority_code",
    "valid_from",
    "valid_to",
    "approximate",
)


def many(divisions: Sequence[ListedDivision], sets: Sequence[Answering], form: str) -> bytes:
    """A list of divisions in one of `LIST_FORMATS`."""
    if form == CSV:
        return _csv(divisions)
    if form == GEOJSON:
        features = [
            to_feature(one.gss_code, _outline(one), to_summary(one).model_dump(mode="json")) for one in divisions
        ]
        boundaries = [to_boundaries(one).model_dump(mode="json") for one in sets]
        return orjson.dumps(feature_collection(features, boundaries=boundaries))
    return to_list(divisions, sets).model_dump_json().encode()


def one(division: ListedDivision, form: str) -> bytes:
    """One division in one of `ONE_FORMATS`."""
    answer = to_answer(division)
    if form == GEOJSON:
        return orjson.dumps(to_feature(division.gss_code, _outline(division), answer.model_dump(mode="json")))
    return answer.model_dump_json().encode()


def _outline(division: ListedDivision) -> orjson.Fragment | None:
    return orjson.Fragment(division.outline) if division.outline else None


def _csv(divisions: Sequence[ListedDivision]) -> bytes:
    """With a byte order mark, without which spreadsheets take UTF-8 for something else."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    for division in divisions:
        summary = to_summary(division).model_dump()
        boundaries = division.answering.boundaries
        cells = summary | {
            "valid_from": boundaries.valid_from,
            "valid_to": boundaries.valid_to,
            "approximate": "yes" if boundaries.approximate else "no",
        }
        writer.writerow([guarded(cells[name]) for name in _COLUMNS])
    return b"\xef\xbb\xbf" + written.getvalue().encode()
