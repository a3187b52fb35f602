"""Postcodes over the wire."""

from pydantic import BaseModel, Field

from app.tables.postcode import PostcodeUnit
from geo.crs import point_to_lonlat
from geo.features import POINT_DECIMALS


class Postcode(BaseModel):
    """A postcode unit and where it is."""

    postcode: str = Field(description="The unit, with one space.", examples=["DH1 1AB"])
    lon: float = Field(description="Longitude, degrees (CRS84).", examples=[-1.5306301])
    lat: float = Field(description="Latitude, degrees (CRS84).", examples=[54.7867402])
    easting: int = Field(description="Easting, metres (EPSG:27700).", examples=[430316])
    northing: int = Field(description="Northing, metres (EPSG:27700).", examples=[543630])
    quality: int | None = Field(
        description="Code-Point's grade of the position: 10 is best (a building near the middle of the unit).",
        examples=[10],
    )
    division_code: str | None = Field(
        description="GSS code of the electoral division or ward that is official for the unit, of the source's date.",
        examples=["E05009036"],
    )
    district_code: str | None = Field(description="GSS code of the district.", examples=["E06000047"])
    source: str = Field(description="Where position and codes come from.", examples=["OS Code-Point Open"])


def to_postcode(unit: PostcodeUnit) -> Postcode:
    """A unit as it is published; its longitude and latitude are made from the grid position."""
    lon, lat = point_to_lonlat(unit.easting, unit.northing)
    return Postcode(
        postcode=unit.postcode,
        lon=round(lon, POINT_DECIMALS),
        lat=round(lat, POINT_DECIMALS),
        easting=unit.easting,
        northing=unit.northing,
        quality=unit.quality,
        division_code=unit.division_code,
        district_code=unit.district_code,
        source=unit.source,
    )
