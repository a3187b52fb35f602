"""10,000 places on a map: Folium's markers, Folium's FastMarkerCluster, and ours, in one run and one browser.

Folium's own pages load Leaflet from elsewhere. Here they get the very same packages from the same server as ours, so
that only the way of drawing differs. "Drawn" is from the opening of the page until its signs are on the screen.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread

import folium
from folium.elements import JSCSSMixin
from folium.plugins import FastMarkerCluster
from playwright.sync_api import Page, sync_playwright

from benchmarks.measure import ROOT, print_table
from scripts.local.assets import ensure_assets
from web.assets import BUILD_FOLDER
from web.map.options import MapOptions
from web.map.render import render_map
from web.map.signs import KIND_GROUPS

COUNT = 10_000
RUNS = 3
GOAL_MS = 1_500
GOAL_BYTES = 60_000
COUNTY = (-2.41, 54.44, -1.24, 54.92)
KINDS = [kind for *_, kinds in KIND_GROUPS for kind in kinds]
# Chromium of Debian; its own sandbox does not run as root.
CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-gpu"]}
VENDOR = {
    "leaflet": ("vendor/leaflet/leaflet.js", "vendor/leaflet/leaflet.css"),
    "cluster": (
        "vendor/leaflet.markercluster/leaflet.markercluster.js",
        "vendor/leaflet.markercluster/MarkerCluster.css",
    ),
}
# Notes when the first frame was painted in which a sign of the map is there.
WATCH = """
const look = () => document.querySelector('.leaflet-marker-icon')
  ? requestAnimationFrame(() => setTimeout(() => { window.drawnAfter = performance.now() }))
  : setTimeout(look, 4)
look()
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of drawing: how long Python renders, how many bytes page and script have, and the file to open."""

    name: str
    render_ms: float
    page_bytes: int
    file: str


def places() -> list[dict[str, object]]:
    """Invented places spread over the county's box, the same at every run."""
    chance = random.Random(20261123)  # noqa: S311  # invented places, not secrets
    west, south, east, north = COUNTY
    return [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(chance.uniform(west, east), 6), round(chance.uniform(south, north), 6)],
            },
            "properties": {
                "reference": f"SP-{number:04d}",
                "name": f"Place number {number}",
                "kind": chance.choice(KINDS),
                "kind_label": "Community centre",
                "assurance": "fit",
                "town": "Durham",
                "opening_hours_text": "Monday to Friday, 9am to 5pm",
                "url": f"/places/SP-{number:04d}",
            },
        }
        for number in range(1, COUNT + 1)
    ]


def folium_page(layers: Callable[[folium.Map], None]) -> str:
    """A page as Folium makes it, with the packages of our build."""
    page = folium.Map(location=[54.68, -1.82], zoom_start=9, tiles=None, max_bounds=False)
    page.options["max_zoom"] = 16
    layers(page)
    take_packages_from_here(page)
    return str(page.get_root().render())


def take_packages_from_here(page: folium.Map) -> None:
    """Leaflet and the cluster plugin from our build; nothing else, as none of it is needed to draw."""
    for part in (page, *page._children.values()):  # noqa: SLF001  # branca offers no other way to walk
        if isinstance(part, JSCSSMixin):
            script, style = VENDOR["leaflet" if part is page else "cluster"]
            is_plain = not isinstance(part, folium.Map | FastMarkerCluster)
            part.default_js = [] if is_plain else [(script, f"/{script}")]
            part.default_css = [] if is_plain else [(style, f"/{style}")]


def plain_markers(features: list[dict[str, object]], page: folium.Map) -> None:
    """The obvious way: a Marker with its name for each place (a pop-up would need jQuery as well)."""
    for feature in features:
        lon, lat = feature["geometry"]["coordinates"]  # type: ignore[index]  # written by places()
        icon = folium.DivIcon(html="<b>o</b>")  # Folium's default needs a picture from elsewhere
        folium.Marker([lat, lon], tooltip=feature["properties"]["name"], icon=icon).add_to(page)  # type: ignore[index]


def fast_cluster(features: list[dict[str, object]], page: folium.Map) -> None:
    """Folium's own fast way: coordinates in the page, clusters in the browser, without names or pop-ups."""
    rows = [feature["geometry"]["coordinates"][::-1] for feature in features]  # type: ignore[index]  # the same
    # Its own callback needs another plugin, for a picture.
    FastMarkerCluster(rows, callback="function (row) { return L.marker(new L.LatLng(row[0], row[1])) }").add_to(page)


def write_folium(folder: Path, name: str, file: str, layers: Callable[[folium.Map], None]) -> Entry:
    """Render a Folium page into `folder`."""
    started = time.perf_counter()
    html = folium_page(layers)
    render_ms = (time.perf_counter() - started) * 1000
    (folder / file).write_text(html, encoding="utf-8")
    return Entry(name, render_ms, len(html.encode()), file)


def write_ours(folder: Path, features: list[dict[str, object]]) -> Entry:
    """Render our page into `folder`, its script and data beside it, with the county's divisions and surroundings."""
    started = time.perf_counter()
    options = MapOptions(
        "register_map",
        COUNTY,
        places_url="/places.geojson",
        divisions_url="/electoral_divisions.geojson",
        surroundings_url="/surroundings.geojson",
        settlements_url="/settlements.geojson",
        asset_address=lambda name: f"/{name}",
    )
    rendered = render_map(options)
    styles = "".join(f'<link rel="stylesheet" href="{address}">' for address in ("/main.css", *rendered.assets.css))
    scripts = "".join(f'<script src="{address}" defer></script>' for address in (*rendered.assets.js, "/register.js"))
    box = rendered.html.replace("<div ", '<div data-height="36rem" ')
    html = f"<!doctype html><html lang=en><head><title>Map</title>{styles}{scripts}</head><body>{box}</body></html>"
    render_ms = (time.perf_counter() - started) * 1000
    (folder / "ours.html").write_text(html, encoding="utf-8")
    (folder / "register.js").write_text(rendered.script, encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "places.geojson").write_text(json.dumps(collection), encoding="utf-8")
    for name in ("electoral_divisions", "surroundings", "settlements"):
        (folder / f"{name}.geojson").symlink_to(ROOT / "data" / f"{name}.geojson")
    return Entry("ours", render_ms, len(html.encode()) + len(rendered.script.encode()), "ours.html")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without writing a line for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that the class has
        """Nothing."""


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """The folder over HTTP on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def drawn_ms(page: Page, address: str) -> float:
    """Milliseconds from opening the page until its signs are painted."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address, wait_until="commit", timeout=120_000)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if found := page.evaluate("window.drawnAfter ?? null"):
            return float(found)
        if faults:
            raise RuntimeError(f"{address} fails: {faults[0]}")
        page.wait_for_timeout(50)
    raise RuntimeError(f"{address} did not draw within two minutes.")


def from_arrival_ms(page: Page) -> float:
    """Milliseconds from the arrival of our data until it was drawn."""
    measure = "performance.measure('map', 'safeplaces:places-arrived', 'safeplaces:places-drawn').duration"
    return float(page.evaluate(measure))


def main() -> None:
    """Render, open and compare."""
    ensure_assets(ROOT)
    features = places()
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        for built in BUILD_FOLDER.iterdir():
            (folder / built.name).symlink_to(built)
        entries = [
            write_folium(folder, "Folium, Marker", "markers.html", partial(plain_markers, features)),
            write_folium(folder, "Folium, FastMarkerCluster", "cluster.html", partial(fast_cluster, features)),
            write_ours(folder, features),
        ]
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]  # one mapping for two kinds of value
        with files_served(folder) as address:
            times: dict[str, float] = {}
            arrivals = []
            for entry in entries:
                measured = []
                for _ in range(RUNS):
                    page = browser.new_page(viewport={"width": 1280, "height": 900})
                    page.add_init_script(WATCH)
                    measured.append(drawn_ms(page, f"{address}/{entry.file}"))
                    if entry.name == "ours":
                        page.wait_for_timeout(500)
                        arrivals.append(from_arrival_ms(page))
                    page.close()
                times[entry.name] = median(measured)
        browser.close()
    report(entries, times, median(arrivals))


def report(entries: list[Entry], times: dict[str, float], arrival_ms: float) -> None:
    """Print the table; ratios say how many times ours is better."""
    ours = entries[-1]
    rows = [
        (
            entry.name,
            f"{entry.page_bytes:,}",
            f"{entry.render_ms:,.0f}",
            f"{times[entry.name]:,.0f}",
            f"{entry.page_bytes / ours.page_bytes:,.1f}",
            f"{entry.render_ms / ours.render_ms:,.1f}",
            f"{times[entry.name] / times[ours.name]:,.1f}",
        )
        for entry in entries
    ]
    columns = (
        "",
        "page, bytes",
        "rendered, ms",
        "drawn, ms",
        "bytes / ours",
        "rendered / ours",
        "drawn / ours",
    )
    in_time = "reached" if arrival_ms <= GOAL_MS else "NOT reached"
    in_size = "reached" if ours.page_bytes <= GOAL_BYTES else "NOT reached"
    note = (
        f"Ours, from the data's arrival: {arrival_ms:,.0f} ms; goal {GOAL_MS:,} ms: {in_time}. "
        f"Size goal {GOAL_BYTES:,} bytes: {in_size}.\nOurs also draws 63 divisions, 17 areas around, names and a key; "
        "FastMarkerCluster draws positions only."
    )
    print_table(f"{COUNT:,} places on a map, median of {RUNS}", columns, rows, note)


if __name__ == "__main__":
    main()
