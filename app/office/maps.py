"""The map of the register on pages of the office, and the divisions of today."""

from fastapi import Request

from app.db.version import london_today
from app.divisions.boundaries import answering
from app.divisions.memory import current_memory
from app.public_map.maps import register_map
from web.views import MapView

AROUND_LON, AROUND_LAT = 0.012, 0.006
"""Degrees to either side of a place that its map shows at first: some 700 metres."""


def divisions_of_today(request: Request) -> dict[str, str]:
    """From GSS code to name, by name: the divisions that answer today."""
    memory = current_memory(request.app.state.engine)
    sets = answering(memory.boundary_sets, london_today())
    found = [division for one in sets for division in memory.of(one.boundaries).divisions]
    return {division.gss_code: division.name for division in sorted(found, key=lambda one: one.name)}


def map_around(request: Request, title: str, at: tuple[float, float] | None, height: str = "22rem") -> MapView:
    """The map around a position (longitude and latitude, CRS84 degrees), or of the whole authority."""
    memory = current_memory(request.app.state.engine)
    sets = answering(memory.boundary_sets, london_today())
    settings = request.app.state.settings
    sets.sort(key=lambda one: one.boundaries.authority_code != settings.authority)
    divisions = memory.of(sets[0].boundaries).divisions if sets else ()
    wishes = {}
    if at:
        lon, lat = at
        wishes["bounds"] = (
            f"{lon - AROUND_LON:.6f},{lat - AROUND_LAT:.6f},{lon + AROUND_LON:.6f},{lat + AROUND_LAT:.6f}"
        )
    return register_map(settings, divisions).in_page(title, height, **wishes)
