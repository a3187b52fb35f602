"""Published places as they go over the wire. Pages read the same models, so that HTML and JSON show the same."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.places.filters import MAXIMUM_RADIUS_M

Known = bool | None
"""True, False, or None for "not known", which is never shown as no."""


class Accessibility(BaseModel):
    """Accessibility facts. null means not known, which differs from false."""

    model_config = ConfigDict(frozen=True)

    step_free_entrance: Known = None
    accessible_toilet: Known = None
    hearing_loop: Known = None
    quiet_space: Known = None
    bsl: Annotated[Known, Field(description="Somebody can use British Sign Language.")] = None
    languages: list[str] = []


class PlaceDivisionName(BaseModel):
    """The electoral division that a place lies in."""

    model_config = ConfigDict(frozen=True)

    gss_code: Annotated[str, Field(examples=["E05009052"])]
    name: Annotated[str, Field(examples=["Durham South"])]


class DatedClosure(BaseModel):
    """Days on which the place is closed, both included."""

    model_config = ConfigDict(frozen=True)

    first_day: date
    last_day: date
    reason: str | None = None


class PlaceProperties(BaseModel):
    """The public facts of a place."""

    model_config = ConfigDict(frozen=True)

    reference: Annotated[str, Field(description="Never changes and is never used again.", examples=["SP-0042"])]
    name: str
    kind: Annotated[str, Field(description="Code of the kind of premises.", examples=["library"])]
    kind_label: Annotated[str, Field(examples=["Library"])]
    schemes: Annotated[list[str], Field(examples=[["safe_place"]])]
    offers: Annotated[list[str], Field(examples=[["wait_inside", "call_someone"]])]
    description: str | None
    address: Annotated[list[str], Field(description="Address lines without town and postcode.")]
    town: str | None
    postcode: Annotated[str | None, Field(examples=["DH1 1RH"])]
    uprn: str | None
    phone: str | None
    email: str | None
    website: str | None
    opening_hours: Annotated[
        str | None,
        Field(description="OpenStreetMap opening_hours syntax, London time.", examples=["Mo-Fr 09:00-17:00; PH off"]),
    ]
    closures: list[DatedClosure]
    accessibility: Accessibility
    assurance: Annotated[
        Literal["fit", "fit_with_actions", "due"],
        Field(description="What the newest check found; due: that check ends within 60 days."),
    ]
    assessed_on: Annotated[date, Field(description="Day of the newest check.")]
    valid_until: Annotated[date, Field(description="Last day on which that check counts.")]
    division: Annotated[
        PlaceDivisionName | None,
        Field(description="The electoral division it lies in; null outside all that are held."),
    ]
    location_source: Annotated[str, Field(examples=["postcode"])]
    location_quality_m: Annotated[float, Field(description="Uncertainty of the position in metres.", examples=[50])]
    easting: Annotated[float, Field(description="EPSG:27700, metres.", examples=[427350])]
    northing: Annotated[float, Field(description="EPSG:27700, metres.", examples=[542450])]
    url: Annotated[str, Field(description="The page of this place.", examples=["https://example.org/places/SP-0042"])]
    distance_m: Annotated[float | None, Field(description="Metres from the point asked for, in such answers.")] = None
    linked_by: Annotated[
        Literal["covers", "near", "postcode", "decided"] | None,
        Field(
            description="In answers for a division, why the place is in it: the division covers it, it lies nearer the "
            "boundary than its position is certain, its postcode officially belongs there, or an officer decided."
        ),
    ] = None


class PublicPlace(PlaceProperties):
    """A published place with its position."""

    lon: Annotated[float, Field(description="CRS84, degrees.", examples=[-1.5757])]
    lat: Annotated[float, Field(description="CRS84, degrees.", examples=[54.7761])]

    @property
    def stored_closures(self) -> list[dict[str, str]]:
        """The closures in the shape that `open_state` reads."""
        return [
            {"first_day": f"{part.first_day}", "last_day": f"{part.last_day}", "reason": part.reason or ""}
            for part in self.closures
        ]


class Notice(BaseModel):
    """Something that a reader of the answer must know."""

    model_config = ConfigDict(frozen=True)

    code: Annotated[
        Literal["sample-data", "boundaries-out-of-force", "approximate-boundaries"],
        Field(examples=["boundaries-out-of-force"]),
    ]
    text: str
    attribution: str | None = None


class PublishedPlace(PublicPlace):
    """One published place, with what its reader must know."""

    notices: list[Notice]


class OriginShown(BaseModel):
    """The point that distances are measured from."""

    lon: float
    lat: float
    easting: float
    northing: float
    postcode: str | None


class ListMembers(BaseModel):
    """What every list says beside its places."""

    number_returned: Annotated[int, Field(alias="numberReturned")]
    next: Annotated[str | None, Field(description="Address of the next page; null on the last.")]
    notices: list[Notice]
    as_at: Annotated[datetime | None, Field(description="The moment asked for, if one was.")] = None
    origin: OriginShown | None = None


class PlaceList(ListMembers):
    """A page of places as JSON."""

    places: list[PublicPlace]


class PointGeometry(BaseModel):
    """A GeoJSON point: longitude, latitude (CRS84), six decimals."""

    type: Literal["Point"]
    coordinates: Annotated[tuple[float, float], Field(examples=[[-1.575742, 54.776104]])]


class PlaceFeature(BaseModel):
    """A place as a GeoJSON feature; `id` is its reference."""

    type: Literal["Feature"]
    id: str
    geometry: PointGeometry
    properties: PlaceProperties
    notices: Annotated[list[Notice], Field(description="On a feature that is asked for by itself.")] = []


class PlaceFeatureCollection(ListMembers):
    """A page of places as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[PlaceFeature]


class PlaceQuery(BaseModel):
    """What the list of places can be asked for."""

    bbox: Annotated[
        str | None,
        Field(
            description="Only places in this box: west,south,east,north in degrees (CRS84), edges included.",
            examples=["-1.65,54.74,-1.50,54.80"],
        ),
    ] = None
    division: Annotated[
        str | None,
        Field(
            description="Only places linked to this electoral division, by GSS code; `linked_by` says why.",
            examples=["E05009052"],
        ),
    ] = None
    near: Annotated[
        str | None,
        Field(
            description="Nearest first from this point: lon,lat in degrees (CRS84). Answers carry `distance_m`.",
            examples=["-1.5757,54.7761"],
        ),
    ] = None
    postcode: Annotated[
        str | None, Field(description="Nearest first from this postcode.", examples=["DH1 1RH"], max_length=16)
    ] = None
    radius_m: Annotated[
        float | None,
        Field(
            description=f"Only places within so many metres of the point; at most {MAXIMUM_RADIUS_M:.0f}.",
            examples=[1500],
        ),
    ] = None
    open_at: Annotated[
        str | None,
        Field(
            description="Only places known to be open then: now, or a date and time; without an offset, London time.",
            examples=["now", "2026-11-27T18:30"],
        ),
    ] = None
    scheme: Annotated[
        list[str] | None,
        Field(
            description="Only places of this scheme; any of several (repeat or use commas).", examples=["safe_place"]
        ),
    ] = None
    kind: Annotated[
        list[str] | None,
        Field(description="Only this kind of premises; any of several (repeat or use commas).", examples=["library"]),
    ] = None
    accessibility: Annotated[
        list[str] | None,
        Field(
            description="Only places where this is known to be so; all of several (repeat or use commas).",
            examples=["step_free_entrance,hearing_loop"],
        ),
    ] = None
    language: Annotated[
        str | None,
        Field(description="Only places where this language is spoken.", examples=["Polish"], max_length=60),
    ] = None
    q: Annotated[
        str | None,
        Field(
            description="Words of the name, address or description; parts of a name do. Best first, unless near.",
            examples=["library consett"],
        ),
    ] = None
    as_at: Annotated[
        str | None,
        Field(
            description="What was published then: a date (the end of that day in London) or a date and time.",
            examples=["2026-11-01"],
        ),
    ] = None
    limit: Annotated[int, Field(description="Places in a page.", ge=1, le=1000)] = 100
    cursor: Annotated[str | None, Field(description="From the `next` link of the page before.", max_length=200)] = None
    f: Annotated[
        str | None,
        Field(description="Format, instead of the Accept header: json, geojson or csv.", examples=["geojson"]),
    ] = None


class DivisionPlacesQuery(BaseModel):
    """What the list of a division's places can be asked for."""

    open_at: Annotated[str | None, PlaceQuery.model_fields["open_at"]] = None
    as_at: Annotated[str | None, PlaceQuery.model_fields["as_at"]] = None
    limit: Annotated[int, PlaceQuery.model_fields["limit"]] = 100
    cursor: Annotated[str | None, PlaceQuery.model_fields["cursor"]] = None
    f: Annotated[str | None, PlaceQuery.model_fields["f"]] = None


class PlaceOneQuery(BaseModel):
    """How one place can be asked for."""

    as_at: Annotated[str | None, PlaceQuery.model_fields["as_at"]] = None
    f: Annotated[str | None, PlaceQuery.model_fields["f"]] = None
