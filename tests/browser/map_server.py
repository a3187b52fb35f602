"""A page with a map over HTTP: the real templates, headers and built files; data as each test wants it, no database."""

import asyncio
import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from app.http.pages import BuiltFiles
from app.http.security_headers import SecurityHeaders
from app.settings import Settings
from web.assets import asset
from web.gallery import exhibits, render_exhibit
from web.map.options import MapOptions, RenderedMap, SignStyle
from web.map.render import render_map
from web.map.signs import KIND_GROUPS
from web.views import DivisionsPage, MapView

DATA = Path(__file__).resolve().parents[2] / "data"
SETTINGS = Settings.model_validate({"DATABASE_URL": "postgresql://nowhere/none"})
COUNTY = (-2.41, 54.44, -1.24, 54.92)
KINDS = [kind for _, _, _, kinds in KIND_GROUPS for kind in kinds]


def feature(lon: float, lat: float, number: int, name: str = "", **properties: str) -> dict[str, Any]:
    """A place as the map's GeoJSON has it."""
    kind = KINDS[number % len(KINDS)]
    own = {
        "reference": f"SP-{number:04d}",
        "name": name or f"Place {number}",
        "kind": kind,
        "kind_label": kind.replace("_", " ").capitalize(),
        "assurance": "fit" if number % 3 else "fit_with_actions",
        "town": "Durham",
        "opening_hours_text": "Open now until 5pm",
        "url": f"/places/SP-{number:04d}",
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": own | properties,
    }


def scattered(count: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """Places near the middles of divisions, the same at every run."""
    chance = random.Random(seed)  # noqa: S311  # places for a test, not secrets
    middles = [middle_of(division) for division in read_features("electoral_divisions.geojson")]
    spread = 0.012
    return [
        feature(round(lon + chance.gauss(0, spread), 6), round(lat + chance.gauss(0, spread * 0.6), 6), number)
        for number, (lon, lat) in enumerate((chance.choice(middles) for _ in range(count)), start=1)
    ]


def middle_of(division: dict[str, Any]) -> tuple[float, float]:
    """The mean of an outline's corners."""
    geometry = division["geometry"]
    ring = geometry["coordinates"][0] if geometry["type"] == "Polygon" else geometry["coordinates"][0][0]
    return sum(lon for lon, _ in ring) / len(ring), sum(lat for _, lat in ring) / len(ring)


@cache
def read_features(name: str) -> list[dict[str, Any]]:
    """The features of a file of the bundled data; none where the file is not there."""
    path = DATA / name
    return list(json.loads(path.read_text(encoding="utf-8"))["features"]) if path.is_file() else []


def divisions() -> list[dict[str, Any]]:
    """The bundled divisions with invented counts of places."""
    return [
        each
        | {
            "properties": each["properties"]
            | {"places": (number * 7) % 9, "url": f"/divisions/{each['properties']['gss_code']}"}
        }
        for number, each in enumerate(read_features("electoral_divisions.geojson"))
    ]


@dataclass
class MapSite:
    """What the page shows; tests change it before they open the page.

    Attributes:
        faults: data, by name, that is answered with an error, and how many times more.
        last: name of the data that is answered only after all the others.
    """

    places: list[dict[str, Any]] = field(default_factory=list)
    style: SignStyle = "kind"
    attributes: dict[str, str] = field(default_factory=dict)
    height: str = "36rem"
    faults: dict[str, int] = field(default_factory=dict)
    last: str = ""
    address: str = ""

    def render(self) -> RenderedMap:
        """The map, rendered."""
        return render_map(
            MapOptions(
                "register_map",
                COUNTY,
                places_url="/data/places",
                divisions_url="/data/divisions",
                surroundings_url="/data/surroundings",
                settlements_url="/data/settlements",
                asset_address=asset,
                style=self.style,
            )
        )

    def page(self, name: str) -> str:
        """A real page (results, divisions, ...) with the map on it."""
        rendered = self.render()
        view = MapView(
            script_url="/map/register.js",
            element_id=rendered.element_id,
            title="Map of safe places",
            assets=rendered.assets,
            height=self.height,
            attributes=self.attributes,
        )
        exhibit = exhibits()[name]
        shown = replace(cast("DivisionsPage", exhibit.page), map=view)
        return render_exhibit(replace(exhibit, page=shown))

    def data(self, name: str) -> list[dict[str, Any]]:
        """Features by the name in the address."""
        own = {"places": self.places, "divisions": divisions()}
        return own[name] if name in own else read_features(f"{name}.geojson")


def make_site(site: MapSite) -> Starlette:
    """The application that serves `site`."""

    async def page(request: Request) -> Response:
        return HTMLResponse(site.page(request.path_params.get("name", "divisions")))

    async def script(_: Request) -> Response:
        return Response(site.render().script, media_type="text/javascript")

    async def data(request: Request) -> Response:
        name = request.path_params["name"]
        if name == site.last:
            await asyncio.sleep(0.4)
        if site.faults.get(name, 0) > 0:
            site.faults[name] -= 1
            return JSONResponse({"title": "Not now"}, status_code=503)
        return JSONResponse({"type": "FeatureCollection", "features": site.data(name)})

    app = Starlette(
        routes=[
            Mount("/static", BuiltFiles(SETTINGS)),
            Route("/map/register.js", script),
            Route("/data/{name}", data),
            Route("/{name}", page),
        ]
    )
    app.add_middleware(SecurityHeaders, settings=SETTINGS)
    return app


@contextmanager
def map_running(site: MapSite) -> Iterator[MapSite]:
    """Serve the site on a free port of this machine and note its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        site.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(make_site(site), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            yield site
        finally:
            server.should_exit = True
            thread.join(timeout=10)
