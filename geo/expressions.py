"""PostGIS expressions for statements. The literal comes in EPSG:27700; the indexed column is never transformed."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Float, func, type_coerce
from sqlalchemy.sql.functions import Function

from geo.bbox import Envelope
from geo.crs import BNG_SRID

Column = Any
"""A geometry column or expression in EPSG:27700; mapped attributes of SQLModel carry no better type."""


def point_27700(easting: float, northing: float) -> Function[Any]:
    """A point literal from metres (bound parameters)."""
    return func.ST_SetSRID(func.ST_MakePoint(easting, northing), BNG_SRID)


def envelope_27700(envelope: Envelope) -> Function[Any]:
    """A rectangle literal from metres (bound parameters)."""
    return func.ST_MakeEnvelope(*envelope, BNG_SRID)


def in_envelope(column: Column, envelope: Envelope) -> ColumnElement[bool]:
    """Whether the column's own box meets the envelope: answered by the GiST index. For points that is exact."""
    return type_coerce(column.op("&&")(envelope_27700(envelope)), Boolean())


def within_distance(column: Column, easting: float, northing: float, distance_m: float) -> ColumnElement[bool]:
    """Whether the column lies within `distance_m` metres of a point; uses the GiST index."""
    return func.ST_DWithin(column, point_27700(easting, northing), distance_m, type_=Boolean())


def distance_m(column: Column, easting: float, northing: float) -> ColumnElement[float]:
    """Metres between the column and a point."""
    return func.ST_Distance(column, point_27700(easting, northing), type_=Float())


def nearest_first(column: Column, easting: float, northing: float) -> ColumnElement[float]:
    """The order key "nearest to a point first", which the GiST index walks without measuring every row."""
    return type_coerce(column.op("<->")(point_27700(easting, northing)), Float())


def covers(column: Column, easting: float, northing: float) -> ColumnElement[bool]:
    """Whether the column's area holds a point; its edge belongs to it. Run it on `division_piece`."""
    return func.ST_Covers(column, point_27700(easting, northing), type_=Boolean())
