"""Boundaries from an ArcGIS feature layer, such as those of the ONS Open Geography portal.

What a layer answers is described in Esri's REST API reference ("Query (Feature Service/Layer)"): its description says
how many records a page may have; a page that is not the last says `exceededTransferLimit`, in GeoJSON inside of
`properties`; errors come as JSON with status 200. The number of records is asked for first, so that a short answer is
noticed.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.divisions.files import AUTHORITY_FIELDS, GSS_CODE, first_field
from app.errors import InvalidInput, RegisterError

TRIES = 4
TIMEOUT_S = 60.0
PAGE_MAXIMUM = 200
"""Records asked for at once: outlines are big, and some servers give up on pages of the size that they allow."""
BUSY = {429, 500, 502, 503, 504}


class LayerUnavailable(RegisterError):
    """A map server did not give what it was asked for."""

    title = "The map server did not answer as expected"


@dataclass(frozen=True)
class LayerDescription:
    """What a layer says of itself."""

    name: str
    page_size: int
    id_field: str | None
    authority_field: str | None
    copyright_text: str


@dataclass
class FeatureLayer:
    """One layer, by its address (".../FeatureServer/0").

    Attributes:
        url: the address, without a query.
        client: what asks; tests give their own.
        pause: how to wait before another try, seconds.
    """

    url: str
    client: httpx.Client
    pause: Callable[[float], None] = field(default=time.sleep)

    def __post_init__(self) -> None:
        self.url = self.url.partition("?")[0].rstrip("/").removesuffix("/query")
        if not self.url.startswith(("https://", "http://")) or not self.url.rpartition("/")[2].isdigit():
            raise InvalidInput(
                "This is not the address of a layer.",
                "Give the address that ends in FeatureServer and the number of the layer, such as .../FeatureServer/0.",
                field="layer",
            )

    def describe(self) -> LayerDescription:
        """The layer's description.

        Raises:
            LayerUnavailable: no answer, an error, or a layer without areas.
        """
        said = self._ask(self.url, {"f": "json"})
        if said.get("geometryType") != "esriGeometryPolygon":
            raise LayerUnavailable(f"The layer '{said.get('name', self.url)}' has no areas.", "Choose a polygon layer.")
        names = [str(one["name"]) for one in said.get("fields", [])]
        return LayerDescription(
            name=str(said.get("name", "")),
            page_size=min(int(said.get("maxRecordCount") or PAGE_MAXIMUM), PAGE_MAXIMUM),
            id_field=said.get("objectIdField") or first_field(names, ("objectid", "fid")),
            authority_field=first_field(names, AUTHORITY_FIELDS),
            copyright_text=str(said.get("copyrightText") or ""),
        )

    def fetch(self, authority_code: str, report: Callable[[int, int], None] = lambda _read, _all: None) -> list[Any]:
        """All features of an authority as GeoJSON features (CRS84).

        Where the layer has no field for the authority, all its features.

        Args:
            authority_code: GSS code.
            report: hears how many features have been read, of how many.

        Raises:
            InvalidInput: the code is none.
            LayerUnavailable: no answer, an error, or fewer features than the layer says it has.
        """
        if not GSS_CODE.fullmatch(authority_code):
            raise InvalidInput("This is not a GSS code.", "Give one such as E06000047.", field="authority")
        layer = self.describe()
        where = f"{layer.authority_field}='{authority_code}'" if layer.authority_field else "1=1"
        expected = int(
            self._ask(f"{self.url}/query", {"where": where, "returnCountOnly": "true", "f": "json"})["count"]
        )
        features: list[Any] = []
        while True:
            page = self._ask(f"{self.url}/query", self._page(layer, where, len(features)))
            features += page.get("features", [])
            report(len(features), expected)
            more = page.get("exceededTransferLimit") or page.get("properties", {}).get("exceededTransferLimit")
            if not page.get("features") or (not more and len(features) >= expected):
                break
        if len(features) != expected:
            raise LayerUnavailable(
                f"The layer says that it has {expected} features, and gave {len(features)}.", "Try again later."
            )
        return features

    @staticmethod
    def _page(layer: LayerDescription, where: str, offset: int) -> dict[str, str]:
        page = {
            "where": where,
            "outFields": "*",
            "outSR": "4326",
            "f": "geojson",
            "resultOffset": str(offset),
            "resultRecordCount": str(layer.page_size),
        }
        # Pages follow each other only in an order that stays.
        return page | ({"orderByFields": layer.id_field} if layer.id_field else {})

    def _ask(self, url: str, parameters: dict[str, str]) -> dict[str, Any]:
        """One answer as JSON, tried again while the server is busy."""
        said = ""
        for attempt in range(TRIES):
            if attempt:
                self.pause(2.0**attempt)
            try:
                answer = self.client.get(url, params=parameters, timeout=TIMEOUT_S, follow_redirects=True)
            except httpx.TransportError as error:
                said = type(error).__name__
                continue
            if answer.status_code in BUSY:
                said = f"status {answer.status_code}"
                continue
            return _checked(answer)
        raise LayerUnavailable(
            f"The map server does not answer ({said}, {TRIES} tries).",
            "Try again later, or download the file and load it.",
        )


def _checked(answer: httpx.Response) -> dict[str, Any]:
    """The members of an answer; raises LayerUnavailable where it is an error, which may come with status 200."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    if answer.is_error or not isinstance(said, dict):
        raise LayerUnavailable(
            f"The map server answered with status {answer.status_code} and no description of a layer.",
            "Check the address.",
        )
    if "error" in said:
        fault = said["error"]
        details = "; ".join([str(fault.get("message", "")), *map(str, fault.get("details") or [])])
        raise LayerUnavailable(
            f"The map server refused: {details[:300]} (code {fault.get('code')}).", "Check the address of the layer."
        )
    return said


def write_features(features: list[Any], path: Path) -> None:
    """Features as a GeoJSON file, which then loads like any other."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
