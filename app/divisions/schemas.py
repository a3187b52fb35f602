"""Divisions over the wire."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.divisions.boundaries import Answering
from app.divisions.lookup import MAXIMUM_ITEMS
from app.divisions.rules import ListedDivision

GssCode = Annotated[str, Field(description="GSS code of the division.", examples=["E05009036"])]
Lon = Annotated[float, Field(description="Longitude, degrees (CRS84).", examples=[-1.5306301])]
Lat = Annotated[float, Field(description="Latitude, degrees (CRS84).", examples=[54.7867402])]


class Boundaries(BaseModel):
    """The set of boundaries that answered, and what must be known of it."""

    authority_code: str = Field(description="GSS code of the authority.", examples=["E06000047"])
    authority: str = Field(examples=["County Durham"])
    title: str = Field(examples=["Electoral divisions of County Durham, 2013 to 2025 (approximate)"])
    valid_from: date = Field(description="First day in force.", examples=["2013-05-02"])
    valid_to: date | None = Field(
        description="First day no longer in force; null while unknown.", examples=["2025-05-01"]
    )
    in_force: bool = Field(description="Whether they were in force on the date asked for.", examples=[False])
    approximate: bool = Field(description="Whether they are other than the official lines.", examples=[True])
    notice: str | None = Field(
        description="What a reader must know; show it with every answer.",
        examples=["These boundaries were in force until 1 May 2025. They are approximate, not the official lines."],
    )
    source: str = Field(examples=["OS Code-Point Open 2025.2.0 (2025-04-22)"])
    licence: str = Field(examples=["Open Government Licence v3.0"])
    attribution: str = Field(examples=["Contains OS data © Crown copyright and database right 2025"])


class DivisionSummary(BaseModel):
    """An electoral division."""

    gss_code: GssCode
    name: str = Field(examples=["Durham South"])
    members: int | None = Field(description="Councillors that it elects; null where not known.", examples=[2])
    authority_code: str = Field(description="GSS code of the authority.", examples=["E06000047"])
    area_m2: float = Field(description="Area in square metres.", examples=[21456789.0])
    places: int = Field(description="Published safe places that count in it, now.", examples=[3])


class DivisionFilters(BaseModel):
    """What the list of divisions can be asked for."""

    q: str | None = Field(default=None, description="Part of a name, or a code.", examples=["durham"])
    authority: str | None = Field(
        default=None, description="Only this authority's, by GSS code.", examples=["E06000047"]
    )
    as_at: str | None = Field(
        default=None, description="Boundaries of this date; today where left out.", examples=["2024-06-01"]
    )
    f: str | None = Field(default=None, description="json, geojson or csv.", examples=["geojson"])


class DivisionList(BaseModel):
    """Divisions by name, and the boundaries that they come from."""

    count: int = Field(examples=[63])
    divisions: list[DivisionSummary]
    boundaries: list[Boundaries]


class DivisionAnswer(DivisionSummary):
    """One division with its boundaries' dates and source."""

    boundaries: Boundaries


class DivisionFeature(BaseModel):
    """A division as a GeoJSON feature (RFC 7946, CRS84)."""

    type: Literal["Feature"]
    id: GssCode
    geometry: dict[str, Any] = Field(description="Polygon or MultiPolygon.")
    properties: DivisionAnswer


class DivisionFeatures(BaseModel):
    """Divisions as a GeoJSON feature collection (RFC 7946, CRS84)."""

    type: Literal["FeatureCollection"]
    boundaries: list[Boundaries]
    features: list[dict[str, Any]]


class DivisionName(BaseModel):
    """A division, enough to name it and to link to it."""

    gss_code: GssCode
    name: str = Field(examples=["Durham South"])
    members: int | None = Field(description="Councillors that it elects; null where not known.", examples=[2])
    authority_code: str = Field(description="GSS code of the authority.", examples=["E06000047"])


class Position(BaseModel):
    """Where was looked."""

    lon: Lon
    lat: Lat
    easting: float = Field(description="Easting, metres (EPSG:27700).", examples=[430316.0])
    northing: float = Field(description="Northing, metres (EPSG:27700).", examples=[543630.0])


class DivisionAt(BaseModel):
    """The division of a position or postcode."""

    division: DivisionName
    position: Position
    distance_to_boundary_m: float = Field(
        description="Metres from the position to the division's edge.", examples=[412.5]
    )
    postcode: str | None = Field(description="The postcode, where that was asked for.", examples=["DH1 1AB"])
    official_division_code: str | None = Field(
        description="The code that is official for the postcode, of its source's date; it may be of other boundaries.",
        examples=["E05009036"],
    )
    postcode_disagrees: bool = Field(
        description="Whether the official code names another division of the same boundaries.", examples=[False]
    )
    boundaries: Boundaries


_POINTS = {
    "type": "array",
    "maxItems": MAXIMUM_ITEMS,
    "items": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}], "minItems": 2, "maxItems": 2},
    "description": "Positions as [longitude, latitude], degrees (CRS84).",
}
_POSTCODES = {
    "type": "array",
    "maxItems": MAXIMUM_ITEMS,
    "items": {"type": "string"},
    "description": "Whole postcodes, in any case and spacing.",
}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"type": [schema["type"], "null"]}


class LookupRequest(BaseModel):
    """Positions or postcodes, at most 10,000 of one kind."""

    # Items are checked one by one, so that a faulty one does not spoil the others.
    model_config = ConfigDict(extra="forbid")

    points: Annotated[list[Any] | None, WithJsonSchema(_or_null(_POINTS))] = None
    postcodes: Annotated[list[Any] | None, WithJsonSchema(_or_null(_POSTCODES))] = None
    as_at: str | None = Field(
        default=None,
        max_length=40,
        description="Boundaries of this date (or moment), as was known then; today where left out.",
    )


class Fault(BaseModel):
    """Why there is no answer, and what to do."""

    what: str = Field(examples=["This is not a postcode."])
    remedy: str = Field(examples=["Check it, and give it in full, such as DH1 5UL."])


class LookupResult(BaseModel):
    """One answer: a division, or a fault."""

    division: DivisionName | None = None
    fault: Fault | None = None


class LookupAnswer(BaseModel):
    """Results in the order of what was asked for."""

    results: list[LookupResult]
    found: int = Field(description="How many have a division.", examples=[2])
    boundaries: list[Boundaries]


def described(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model where the API's description needs it inline; the models that it holds are referred to.

    They must be models of an answer themselves, so that they are among the components of the description.
    """
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


def to_boundaries(answering: Answering) -> Boundaries:
    """A set that answers, as it is published."""
    found = answering.boundaries
    return Boundaries(
        authority_code=found.authority_code,
        authority=found.authority_name,
        title=found.title,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        in_force=answering.in_force,
        approximate=found.approximate,
        notice=answering.notice,
        source=found.source,
        licence=found.licence,
        attribution=found.attribution,
    )


def to_summary(division: ListedDivision) -> DivisionSummary:
    """A listed division, as it is published."""
    return DivisionSummary(
        gss_code=division.gss_code,
        name=division.name,
        members=division.members,
        authority_code=division.answering.boundaries.authority_code,
        area_m2=round(division.area_m2, 1),
        places=division.places,
    )


def to_answer(division: ListedDivision) -> DivisionAnswer:
    """One division with its boundaries."""
    return DivisionAnswer(**to_summary(division).model_dump(), boundaries=to_boundaries(division.answering))


def to_list(divisions: Sequence[ListedDivision], sets: Sequence[Answering]) -> DivisionList:
    """Divisions with the boundaries of all sets that were searched."""
    return DivisionList(
        count=len(divisions),
        divisions=[to_summary(one) for one in divisions],
        boundaries=[to_boundaries(one) for one in sets],
    )
