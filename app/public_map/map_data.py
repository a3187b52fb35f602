"""The map's data that come from the register: published places and the divisions of today, as compact GeoJSON.

Made once for a version of the register and a date in London (assurance lapses, hours are those of today).
"""

from collections.abc import Iterable
from datetime import date

import orjson

from app.db.sessions import ReadSession
from app.divisions.boundaries import Moment
from app.divisions.rules import list_divisions
from app.places.open_state import week_from
from app.public_map.kept import Body, to_body
from app.public_map.map_files import GEOJSON
from app.public_map.queries import MapPlace, list_map_places
from web.views import DayHours
from web.words import hours_words

POSITION_DECIMALS = 6
"""Of a degree: a tenth of a metre."""


def places_body(session: ReadSession, today: date, division: str | None, division_set_ids: list[int]) -> Body:
    """Every published place, or those linked to a division, as the map's script takes them."""
    places = list_map_places(session, division, division_set_ids)
    return _collection(orjson.dumps(_place_feature(place, today)) for place in places)


def divisions_body(session: ReadSession, today: date) -> Body:
    """The divisions that answer today, with how many published places count in each."""
    return _collection(
        b'{"type":"Feature","properties":%b,"geometry":%b}'
        % (
            orjson.dumps(
                {
                    "gss_code": division.gss_code,
                    "name": division.name,
                    "places": division.places,
                    "url": f"/divisions/{division.gss_code}",
                }
            ),
            (division.outline or "null").encode(),
        )
        for division in list_divisions(session, Moment(today), outlines=True)
    )


def _place_feature(place: MapPlace, today: date) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {
            "reference": place.reference,
            "name": place.name,
            "kind": place.kind,
            "kind_label": place.kind_label,
            "assurance": place.assurance,
            "town": place.town or "",
            "opening_hours_text": _hours_today(place, today),
            "url": f"/places/{place.reference}",
        },
        "geometry": {
            "type": "Point",
            "coordinates": [round(place.lon, POSITION_DECIMALS), round(place.lat, POSITION_DECIMALS)],
        },
    }


def _hours_today(place: MapPlace, today: date) -> str:
    """The hours of today in words. Whether it is open now would be stale in a minute."""
    day = week_from(place.opening_hours, place.closures, today, days=1)[0]
    if not day.is_known:
        return "Opening hours not known"
    spans = tuple((start.time(), until.time()) for start, until in day.spans)
    words = hours_words(DayHours(day.day, spans))
    return f"Today: {words}" if spans else "Closed today"


def _collection(features: Iterable[bytes]) -> Body:
    return to_body(b'{"type":"FeatureCollection","features":[%b]}' % b",".join(features), GEOJSON)
