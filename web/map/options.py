"""What a map is made from, and what comes out."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from web.views import LegendEntry, MapAssets

SignStyle = Literal["kind", "assurance"]


@dataclass(frozen=True, slots=True)
class MapOptions:
    """A map to render. All addresses are of this site, except that of the tiles.

    Attributes:
        element_id: id of the element that the map fills; a JavaScript name in lower case, the same for every rendering.
        bounds: CRS84 box in degrees (min lon, min lat, max lon, max lat) that the map shows at first.
        places_url: GeoJSON points; see web/scripts/map/places.js for their properties.
        divisions_url: GeoJSON polygons with `gss_code`, `name`, `places` (how many) and `url`.
        asset_address: gives the address of a built file, as `web.assets.asset` does.
        surroundings_url: GeoJSON polygons with `name`: the areas around, so that the map reads without tiles.
        settlements_url: GeoJSON points with `name` and `rank` (1 the largest to 3).
        tile_url: address of map tiles with {z}, {x} and {y}; None for the quiet base of our own.
        tile_attribution: plain text that the tile server asks for.
        highlighted_division: GSS code of the division that the page is about.
        style: what colour and shape of a place's sign tell.
    """

    element_id: str
    bounds: tuple[float, float, float, float]
    places_url: str
    divisions_url: str
    asset_address: Callable[[str], str]
    surroundings_url: str | None = None
    settlements_url: str | None = None
    tile_url: str | None = None
    tile_attribution: str = ""
    highlighted_division: str | None = None
    style: SignStyle = "kind"

    def __post_init__(self) -> None:
        """Refuse what would come out as a broken script.

        Raises:
            ValueError: the id is no name, the box is empty or not on Earth, or the tiles have no usable address.
        """
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.element_id):
            raise ValueError(f"{self.element_id!r} cannot name a map: use lower-case letters, digits and underscores.")
        west, south, east, north = self.bounds
        if not (all(map(math.isfinite, self.bounds)) and -180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004  # the Earth's own limits
            raise ValueError(f"{self.bounds} is no box. Give min lon, min lat, max lon, max lat in degrees.")
        if self.tile_url is not None and urlsplit(self.tile_url).scheme not in {"http", "https", ""}:
            raise ValueError(
                f"{self.tile_url!r} is no address of map tiles. It looks like https://host/{{z}}/{{x}}/{{y}}.png."
            )


@dataclass(frozen=True, slots=True)
class RenderedMap:
    """A map, ready to be served and placed in a page.

    Attributes:
        script: JavaScript to be served as a file; the same options and files give the same bytes.
        html: the element that the script fills, for pages that do not use templates/map/_map.html.
        assets: addresses of the styles and scripts that must be loaded before `script`, in order.
        legend: every sign that the map may show, with what it means.
    """

    element_id: str
    script: str
    html: str
    assets: MapAssets
    legend: tuple[LegendEntry, ...]
