"""Pages of places as bytes: JSON, GeoJSON and CSV, joined from fragments without parsing them again."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from app.places.csv import to_csv
from app.places.filters import Origin
from app.places.fragments import Fragment

FORMATS = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "csv": "text/csv",
}


class Listed(NamedTuple):
    """A place in a list: its facts, and what the list says of it."""

    fragment: Fragment
    distance_m: float | None = None
    linked_by: str | None = None


def flat_json(place: Listed, base: str) -> bytes:
    """A place as one flat JSON object with lon and lat. `base` is what the address of its page begins with."""
    return b'%b,"lon":%b,"lat":%b}' % (
        _properties(place, base),
        repr(place.fragment.lon).encode(),
        repr(place.fragment.lat).encode(),
    )


def feature_json(place: Listed, base: str) -> bytes:
    """A place as a GeoJSON feature."""
    return b"".join(_feature_parts(place, base))


def one_as(format_name: str, place: Listed, base: str, notices: Sequence[dict[str, Any]]) -> bytes:
    """One place in a format; JSON forms carry the notices."""
    if format_name == "csv":
        return to_csv([orjson.loads(flat_json(place, base))])
    body = feature_json(place, base) if format_name == "geojson" else flat_json(place, base)
    return body[:-1] + b',"notices":' + orjson.dumps(notices) + b"}"


def list_as(format_name: str, places: Sequence[Listed], base: str, members: dict[str, Any]) -> bytes:
    """A list of places in a format; `members` stand beside the places in the JSON forms."""
    if format_name == "csv":
        return to_csv(orjson.loads(flat_json(place, base)) for place in places)
    beside = orjson.dumps({"numberReturned": len(places)} | members)[1:]
    if format_name == "geojson":
        parts = [b'{"type":"FeatureCollection","features":[']
        for place in places:
            parts += _feature_parts(place, base)
            parts.append(b",")
        if places:
            parts.pop()
        return b"".join([*parts, b"],", beside])
    return b'{"places":[' + b",".join([flat_json(place, base) for place in places]) + b"]," + beside


def origin_json(origin: Origin) -> dict[str, Any]:
    """The point that distances are measured from."""
    return {
        "lon": round(origin.lon, 6),
        "lat": round(origin.lat, 6),
        "easting": origin.easting,
        "northing": origin.northing,
        "postcode": origin.postcode,
    }


def _feature_parts(place: Listed, base: str) -> tuple[bytes, bytes, bytes]:
    """What a feature is joined from: its own bytes are kept, and copied once, into the answer."""
    fragment = place.fragment
    return fragment.feature_head, fragment.properties, (_added(place, base) + "}}").encode()


def _properties(place: Listed, base: str) -> bytes:
    """The flat properties without the closing brace."""
    return place.fragment.properties + _added(place, base).encode()


def _added(place: Listed, base: str) -> str:
    """The properties that a list adds to a place's own."""
    text = f',"url":"{base}/places/{place.fragment.reference}"'
    if place.distance_m is not None:
        text += f',"distance_m":{round(place.distance_m, 1)!r}'
    if place.linked_by is not None:
        text += f',"linked_by":"{place.linked_by}"'
    return text
