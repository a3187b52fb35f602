"""Names of towns and villages with a position, from the bundled file: for the search, and as labels of the map."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import orjson


class Settlement(NamedTuple):
    """A town, village or district of one: CRS84 degrees of its middle; rank 1 is the largest, 3 the smallest."""

    name: str
    rank: int
    lon: float
    lat: float


@lru_cache
def read_settlements(data_folder: Path) -> tuple[Settlement, ...]:
    """The bundled settlements; none where the file is missing, since an authority may leave it out."""
    file = data_folder / "settlements.geojson"
    if not file.is_file():
        return ()
    features = orjson.loads(file.read_bytes())["features"]
    return tuple(
        Settlement(feature["properties"]["name"], feature["properties"]["rank"], *feature["geometry"]["coordinates"])
        for feature in features
    )
