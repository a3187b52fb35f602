"""The map of the register: Folium's script, and its place in a page.

The script holds addresses, signs and a box, and nothing of the register, so that one serves every page and is rendered
once for the boundaries that are held. Its address carries a hash of it: browsers keep it until it really changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely

from app.divisions.memory import KnownDivision
from app.public_map.kept import Body, to_body
from app.public_map.map_files import SETTLEMENTS, SURROUNDINGS, file_address
from app.settings import Settings
from geo.crs import find_lonlat
from web.assets import asset
from web.map.options import MapOptions, RenderedMap, SignStyle
from web.map.render import render_map
from web.views import MapView

SCRIPT = "register.js"
ELEMENT_ID = "register_map"
PLACES_ADDRESS = "/map/places.geojson"
DIVISIONS_ADDRESS = "/map/divisions.geojson"

Box = tuple[float, float, float, float]
"""min lon, min lat, max lon, max lat; degrees (CRS84)."""
GREAT_BRITAIN: Box = (-8.7, 49.8, 1.9, 60.9)
"""What a map shows where no boundaries are held."""


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """The rendered map. `version` is a hash of the script, which its address carries."""

    rendered: RenderedMap
    version: str
    script: Body

    def in_page(self, title: str, height: str = "30rem", **wishes: str) -> MapView:
        """The map for a page. It brings its own key, which shows what is on it, so the page needs no legend.

        Args:
            title: what it shows, in words.
            height: one of those in web/styles/_map.scss.
            wishes: what it begins with: division (GSS code), place (reference), point ("lon,lat" in degrees) with
                accuracy_m, as web/scripts/map/map.js takes them. They stand in the page and in no address.
        """
        return MapView(
            script_url=f"/map/{self.version}/{SCRIPT}",
            element_id=self.rendered.element_id,
            title=title,
            assets=self.rendered.assets,
            height=height,
            attributes={f"data-{name.replace('_', '-')}": value for name, value in wishes.items() if value},
        )


class MapData(NamedTuple):
    """Where a map's places and divisions come from, and what the signs of places tell."""

    places_url: str = PLACES_ADDRESS
    divisions_url: str = DIVISIONS_ADDRESS
    style: SignStyle = "kind"


PUBLIC = MapData()
"""Published places, by kind."""


def register_map(settings: Settings, divisions: Iterable[KnownDivision], data: MapData = PUBLIC) -> RegisterMap:
    """The map that shows these divisions at first, and every published place unless `data` says otherwise."""
    return _rendered(
        data,
        box_around(divisions),
        settings.static_folder,
        settings.data_folder,
        (settings.tile_url, settings.tile_attribution),
    )


@lru_cache(maxsize=8)
def _rendered(
    data: MapData, box: Box, static_folder: Path, data_folder: Path, tiles: tuple[str | None, str]
) -> RegisterMap:
    tile_url, tile_attribution = tiles
    options = MapOptions(
        element_id=ELEMENT_ID,
        bounds=box,
        places_url=data.places_url,
        divisions_url=data.divisions_url,
        asset_address=partial(asset, folder=static_folder),
        surroundings_url=file_address(data_folder, SURROUNDINGS),
        settlements_url=file_address(data_folder, SETTLEMENTS),
        tile_url=tile_url,
        tile_attribution=tile_attribution,
        style=data.style,
    )
    rendered = render_map(options)
    script = rendered.script.encode()
    return RegisterMap(rendered, blake2b(script, digest_size=6).hexdigest(), to_body(script, "text/javascript"))


def box_around(divisions: Iterable[KnownDivision]) -> Box:
    """The box around divisions; Great Britain where there are none."""
    lines = [division.boundary for division in divisions]
    if not lines:
        return GREAT_BRITAIN
    west, south, east, north = shapely.total_bounds(lines)
    # The grid is turned against lines of longitude: the corners and the middles of the sides tell how far.
    eastings, northings = np.meshgrid(np.linspace(west, east, 3), np.linspace(south, north, 3))
    lons, lats = find_lonlat(eastings.ravel(), northings.ravel())
    if np.isnan(lons).all():
        return GREAT_BRITAIN
    extremes = (np.nanmin(lons), np.nanmin(lats), np.nanmax(lons), np.nanmax(lats))
    min_lon, min_lat, max_lon, max_lat = (round(float(number), 4) for number in extremes)
    return min_lon, min_lat, max_lon, max_lat
