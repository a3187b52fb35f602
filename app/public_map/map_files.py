"""The map's data that come from bundled files: areas around the authority and names of settlements."""

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import orjson

from app.errors import NotFound
from app.public_map.kept import Body, to_body

SURROUNDINGS = "surroundings.geojson"
SETTLEMENTS = "settlements.geojson"
FILES: dict[str, frozenset[str]] = {SURROUNDINGS: frozenset({"name"}), SETTLEMENTS: frozenset({"name", "rank"})}
"""The files, and which properties of their features a map needs."""
GEOJSON = "application/geo+json"


def file_address(data_folder: Path, name: str) -> str | None:
    """Where a file is served for ever: the address carries a hash of its content. None where there is no such file."""
    kept = _read(data_folder, name)
    return f"/map/{kept[0]}/{name}" if kept else None


def get_file(data_folder: Path, name: str) -> tuple[str, Body]:
    """The hash of a file's content, and the file as it is sent.

    Raises:
        NotFound: this installation has no such file.
    """
    kept = _read(data_folder, name)
    if kept is None:
        raise NotFound(f"This installation has no {name[:40]}.", "The map works without it.")
    return kept


@lru_cache
def _read(data_folder: Path, name: str) -> tuple[str, Body] | None:
    file = data_folder / name
    if name not in FILES or not file.is_file():
        return None
    features = [
        {
            "type": "Feature",
            "properties": {key: value for key, value in feature["properties"].items() if key in FILES[name]},
            "geometry": feature["geometry"],
        }
        for feature in orjson.loads(file.read_bytes())["features"]
    ]
    content = orjson.dumps({"type": "FeatureCollection", "features": features})
    return blake2b(content, digest_size=6).hexdigest(), to_body(content, GEOJSON)
