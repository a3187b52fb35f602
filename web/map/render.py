"""Renders a map with Folium: a script of a few kilobytes, whatever the number of places."""

from html import escape
from typing import Any

from branca.element import Figure
from folium import FeatureGroup, LayerControl, TileLayer
from folium.plugins import Fullscreen, LocateControl, MarkerCluster

from web.map.options import MapOptions, RenderedMap
from web.map.register_layer import RegisterLayer, RegisterMap
from web.map.signs import legend_of, signs_for
from web.views import MapAssets

STYLES = (
    "vendor/leaflet/leaflet.css",
    "vendor/leaflet.markercluster/MarkerCluster.css",
    "vendor/leaflet.fullscreen/Control.FullScreen.css",
    "vendor/leaflet.locatecontrol/L.Control.Locate.min.css",
    "map/map.css",
)
SCRIPTS = (
    "vendor/leaflet/leaflet.js",
    "vendor/leaflet.markercluster/leaflet.markercluster.js",
    "vendor/leaflet.fullscreen/Control.FullScreen.js",
    "vendor/leaflet.locatecontrol/L.Control.Locate.min.js",
    "map/map.js",
)
MAX_ZOOM = 16
"""Streets, about 1.4 m to a pixel: our own base shows nothing finer."""
MAX_ZOOM_WITH_TILES = 18


def render_map(options: MapOptions) -> RenderedMap:
    """The script of a map and all that a page needs to show it.

    The map loads nothing from any other host, unless `tile_url` is set, and works under
    `script-src 'self'; style-src 'self'`.
    """
    signs = signs_for(options.style)
    west, south, east, north = options.bounds
    register_map = RegisterMap(
        options.element_id,
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=9,
        max_zoom=MAX_ZOOM_WITH_TILES if options.tile_url else MAX_ZOOM,
        zoom_snap=0.25,
        zoom_delta=1,
        wheel_px_per_zoom_level=110,
    )
    if options.tile_url:
        # Leaflet writes the credit as HTML.
        credit = escape(options.tile_attribution) or " "
        tiles = TileLayer(options.tile_url, attr=credit, name="Street map", overlay=True, max_zoom=MAX_ZOOM_WITH_TILES)
        register_map.add(tiles, "tiles")
    layers = add_layers(register_map, with_names=options.tile_url is None)
    add_controls(register_map)
    register_map.add(
        RegisterLayer(
            {
                "layers": layers,
                "bounds": list(options.bounds),
                "places_url": options.places_url,
                "divisions_url": options.divisions_url,
                "surroundings_url": options.surroundings_url,
                "settlements_url": options.settlements_url,
                "division": options.highlighted_division,
                "has_tiles": options.tile_url is not None,
                "signed_by": options.style,
                "signs": [
                    {"code": sign.code, "group": sign.group, "label": sign.label, "svg": sign.svg} for sign in signs
                ],
            }
        ),
        "register",
    )
    address = options.asset_address
    return RenderedMap(
        element_id=options.element_id,
        script=to_script(register_map),
        html=f'<div id="{options.element_id}" class="map-region__canvas" role="application" aria-label="Map"></div>',
        assets=MapAssets(tuple(map(address, STYLES)), tuple(map(address, SCRIPTS))),
        legend=legend_of(signs),
    )


def add_layers(register_map: RegisterMap, *, with_names: bool) -> dict[str, Any]:
    """Empty layers, which the reader can switch on and off; our script fills them."""
    places = MarkerCluster(
        name="Safe places",
        icon_create_function="safeplaces.clusterIcon",
        max_cluster_radius=52,
        show_coverage_on_hover=False,
        chunked_loading=True,
        spider_leg_polyline_options={"className": "map-leg", "interactive": False},
    )
    return {
        "surroundings": register_map.add(FeatureGroup(name="Neighbouring areas", show=with_names), "surroundings"),
        "divisions": register_map.add(FeatureGroup(name="Electoral divisions"), "divisions"),
        "names": register_map.add(FeatureGroup(name="Names", show=with_names), "names"),
        "places": register_map.add(places, "places"),
    }


def add_controls(register_map: RegisterMap) -> None:
    """Full screen, own position, layers. Scale and key are added by our script, which knows the size of the map."""
    register_map.add(
        Fullscreen(title="Show the map on the full screen", title_cancel="Leave the full screen"),
        "full_screen",
    )
    register_map.add(
        LocateControl(
            showPopup=False,
            initialZoomLevel=13,
            setView="once",
            locateOptions={"watch": False, "enableHighAccuracy": True, "timeout": 15000},
            strings={
                "title": "Show my position on the map",
                "outsideMapBoundsMsg": "You are outside the area that this map shows.",
            },
        ),
        "locate",
    )
    register_map.add(LayerControl(position="topright"), "layers")


def to_script(register_map: RegisterMap) -> str:
    """What Folium would write into a script element of the page."""
    figure = register_map.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("A Folium map always stands in a figure.")
    register_map.render()  # type: ignore[no-untyped-call]  # nor has folium
    lines = (line.strip() for line in figure.script.render().splitlines())
    return "\n".join(line for line in lines if line) + "\n"
