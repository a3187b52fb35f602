"""A small map server that answers as an ArcGIS feature layer does, with the habits that make trouble."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

LAYER = "/arcgis/rest/services/Wards/FeatureServer/0"


@dataclass
class MapServer:
    """What it holds, how it behaves, and what it was asked.

    Attributes:
        features: GeoJSON features.
        page: the most records of one answer.
        marks_inside: `exceededTransferLimit` stands inside of `properties`, as newer servers have it.
        busy: how many requests are refused with 503 first.
        refuses: an error that every query is answered with, with status 200.
        loses: how many features are missing from the answers.
        described: members that replace those of the layer's description.
        asked: the queries so far.
    """

    features: list[dict[str, Any]]
    page: int = 2
    marks_inside: bool = True
    busy: int = 0
    refuses: dict[str, Any] | None = None
    loses: int = 0
    described: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def describe(self) -> dict[str, Any]:
        names = list(self.features[0]["properties"]) if self.features else []
        return {
            "id": 0,
            "name": "Wards_December_2025",
            "type": "Feature Layer",
            "geometryType": "esriGeometryPolygon",
            "copyrightText": "Source: Office for National Statistics",
            "maxRecordCount": self.page,
            "objectIdField": "FID",
            "fields": [{"name": name} for name in ["FID", *names]],
        } | self.described

    def query(self, asked: dict[str, str]) -> dict[str, Any]:
        if self.refuses:
            return {"error": self.refuses}
        wanted = [one for one in self.features if self._fits(one, asked["where"])]
        if asked.get("returnCountOnly") == "true":
            return {"count": len(wanted)}
        given = wanted[: len(wanted) - self.loses]
        start = int(asked["resultOffset"])
        size = min(int(asked["resultRecordCount"]), self.page)
        answer: dict[str, Any] = {"type": "FeatureCollection", "features": given[start : start + size]}
        if start + size < len(given):
            answer |= (
                {"properties": {"exceededTransferLimit": True}}
                if self.marks_inside
                else {"exceededTransferLimit": True}
            )
        return answer

    @staticmethod
    def _fits(feature: dict[str, Any], where: str) -> bool:
        if where == "1=1":
            return True
        name, _, value = where.partition("=")
        return bool(feature["properties"].get(name) == value.strip("'"))


@contextmanager
def serving(server: MapServer) -> Iterator[str]:
    """The address of the layer while it serves."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            server.asked.append(asked)
            if server.busy:
                server.busy -= 1
                self.send_error(503)
                return
            if address.path == LAYER:
                self._answer(server.describe())
            elif address.path == f"{LAYER}/query":
                self._answer(server.query(asked))
            else:
                self.send_error(404)

        def _answer(self, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}{LAYER}"
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
