"""The maps of the office: the published register around a place, and the places that a list finds."""

from collections.abc import Iterable, Mapping

import orjson
from fastapi import Request

from app.db.sessions import ReadSession
from app.db.version import london_today
from app.divisions.boundaries import Moment, answering
from app.divisions.memory import KnownDivision, current_memory
from app.divisions.rules import list_divisions
from app.office.addresses import list_address, place_address, with_query
from app.places.register_filters import to_query
from app.places.register_queries import DrawnPlace
from app.places.register_schemas import RegisterFilters
from app.public_map.maps import Box, MapData, RegisterMap, register_map
from app.vocabulary import MEMBERSHIP_LABELS
from web.views import MapView

AROUND_LON, AROUND_LAT = 0.012, 0.006
"""Degrees to either side of a place that its map shows at first: some 700 metres."""
PLACES_FILE = "/office/places.geojson"
DIVISIONS_FILE = "/office/divisions.geojson"
SCRIPT = "/office/map.js"
POSITION_DECIMALS = 6
"""Of a degree: a tenth of a metre."""


def divisions_of_today(request: Request) -> dict[str, str]:
    """From GSS code to name, by name: the divisions that answer today."""
    memory = current_memory(request.app.state.engine)
    sets = answering(memory.boundary_sets, london_today())
    found = [division for one in sets for division in memory.of(one.boundaries).divisions]
    return {division.gss_code: division.name for division in sorted(found, key=lambda one: one.name)}


def map_around(request: Request, title: str, at: tuple[float, float] | None, height: str = "22rem") -> MapView:
    """The map around a position (longitude and latitude, CRS84 degrees), or of the whole authority."""
    wishes = {"bounds": _to_text((*at, *at))} if at else {}
    return register_map(request.app.state.settings, _own_divisions(request)).in_page(title, height, **wishes)


def map_of_list(request: Request, filters: RegisterFilters, extent: Box) -> MapView:
    """The map of the places that a list finds, whatever their status, with signs that tell how well each is assured.

    Args:
        request: for whom.
        filters: of the list.
        extent: the box around the places, CRS84 degrees.
    """
    drawn = office_map(request)
    return MapView(
        SCRIPT,
        drawn.rendered.element_id,
        "Map of these places",
        drawn.rendered.assets,
        height="30rem",
        attributes={"data-places": with_query(PLACES_FILE, to_query(filters)), "data-bounds": _to_text(extent)},
    )


def office_map(request: Request) -> RegisterMap:
    """The map of the office. Its script holds nothing of the register."""
    data = MapData(PLACES_FILE, DIVISIONS_FILE, "assurance")
    return register_map(request.app.state.settings, _own_divisions(request), data)


def places_file(places: Iterable[DrawnPlace]) -> bytes:
    """Places as the map's script takes them, each with its page in the office: GeoJSON, CRS84."""
    return _collection(
        orjson.dumps(
            _feature(
                {
                    "reference": place.reference,
                    "name": place.name,
                    "kind_label": place.kind_label,
                    "town": place.town or "",
                    "assurance": place.assurance,
                    "status_label": MEMBERSHIP_LABELS[place.membership_status],
                    "url": place_address(place.reference),
                },
                {
                    "type": "Point",
                    "coordinates": [round(place.lon, POSITION_DECIMALS), round(place.lat, POSITION_DECIMALS)],
                },
            )
        )
        for place in places
    )


def divisions_file(session: ReadSession) -> bytes:
    """The divisions of today, each with the list of the places that are linked to it: GeoJSON, CRS84.

    How many places the public sees in each is left out: it would be read as a count of the signs that are shown.
    """
    return _collection(
        orjson.dumps(
            _feature(
                {
                    "gss_code": division.gss_code,
                    "name": division.name,
                    "url": list_address(RegisterFilters(division=division.gss_code), view="map"),
                    "link": "Only the places of this division",
                },
                orjson.Fragment((division.outline or "null").encode()),
            )
        )
        for division in list_divisions(session, Moment(london_today()), outlines=True)
    )


def _own_divisions(request: Request) -> tuple[KnownDivision, ...]:
    """The divisions that answer today, of the configured authority where there are such."""
    memory = current_memory(request.app.state.engine)
    sets = answering(memory.boundary_sets, london_today())
    sets.sort(key=lambda one: one.boundaries.authority_code != request.app.state.settings.authority)
    return tuple(memory.of(sets[0].boundaries).divisions) if sets else ()


def _feature(properties: Mapping[str, object], geometry: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: Iterable[bytes]) -> bytes:
    return b'{"type":"FeatureCollection","features":[%b]}' % b",".join(features)


def _to_text(box: Box) -> str:
    """A box with some room around it, as the element of a map names what it shows at first."""
    west, south, east, north = box
    return ",".join(
        f"{degrees:.6f}" for degrees in (west - AROUND_LON, south - AROUND_LAT, east + AROUND_LON, north + AROUND_LAT)
    )
