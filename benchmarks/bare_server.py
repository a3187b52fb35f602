"""The least that FastAPI can do: an empty answer, and twenty lines that let SQL make the GeoJSON."""

import os

from fastapi import FastAPI, Response
from psycopg_pool import ConnectionPool

ITEMS = """
    SELECT json_build_object('type', 'FeatureCollection',
                             'features', coalesce(json_agg(ST_AsGeoJSON(item, 'geom')::json), '[]'))
    FROM (SELECT * FROM plain.place WHERE geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326) LIMIT 100) AS item
"""

app = FastAPI()
url = os.environ.get("DATABASE_URL", "").replace("+psycopg", "")
pool = ConnectionPool(url, min_size=8, open=bool(url))


@app.get("/")
async def nothing() -> Response:
    """An answer without work."""
    return Response(b"{}", media_type="application/json")


@app.get("/items")
def items(bbox: str) -> Response:
    """A page of points in a box, unchecked."""
    with pool.connection() as connection:
        row = connection.execute(ITEMS, [float(number) for number in bbox.split(",")]).fetchone()
    return Response(str(row[0]) if row else "", media_type="application/geo+json")
