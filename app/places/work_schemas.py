"""Work on places as it goes over the wire: edits that wait, locations before they are saved, many places at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from app.places.register_schemas import RegisterFilters, RegisterPlace
from app.vocabulary import LocationSource, MembershipStatus


class Difference(BaseModel):
    """One fact of which two versions differ. `base` is what both started from, where that is known."""

    model_config = ConfigDict(frozen=True)

    field: str
    base: Any = None
    current: Any = None
    submitted: Any = None
    is_conflict: Annotated[
        bool, Field(description="Both changed it, and differently; otherwise only one of the two did.")
    ]


class ChangeOutcome(NamedTuple):
    """What became of an edit: it was made, or it waits for a second person.

    Attributes:
        place: as the register holds it now (without the edit, where that waits).
        change_id: of the change that waits; None where the edit was made.
    """

    place: RegisterPlace
    change_id: int | None = None

    @property
    def waits(self) -> bool:
        """Whether a second person has to agree first."""
        return self.change_id is not None


class WaitingChange(BaseModel):
    """An edit of a listed place that waits for a second person, or waited once.

    `current` and `submitted` are the facts as `PlaceDraft` names them, without what the asker may not read. Both are
    empty, and so are the differences, once it has been decided: the place's history has what came of it.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    reference: str
    name: str
    base_version: int
    current_version: int
    reason: str | None
    proposed_by: Annotated[str, Field(description="The actor, such as account:12 or key:spk_1a2b3c4d.")]
    proposed_at: datetime
    decision: Literal["approved", "refused", "withdrawn"] | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    current: dict[str, Any] = {}
    submitted: dict[str, Any] = {}
    differences: list[Difference] = []
    may_decide: Annotated[bool, Field(description="Whether the asker may approve or refuse it: not their own.")] = False
    may_withdraw: Annotated[bool, Field(description="Whether it is the asker's own.")] = False

    @property
    def is_stale(self) -> bool:
        """Whether the place has changed since."""
        return self.current_version != self.base_version


Decision = Literal["approved", "refused", "withdrawn"]


class PreviewDivision(BaseModel):
    """A division that a place at a location would be linked to."""

    model_config = ConfigDict(frozen=True)

    gss_code: str
    name: str
    basis: Literal["covers", "near", "postcode"]
    is_assigned: bool
    distance_m: float


class LocationPreview(BaseModel):
    """What a location means before anything is saved: where it is, in which division, and what is doubtful about it."""

    model_config = ConfigDict(frozen=True)

    lon: Annotated[float, Field(description="CRS84, degrees.", examples=[-1.5757])]
    lat: Annotated[float, Field(description="CRS84, degrees.", examples=[54.7761])]
    easting: Annotated[float, Field(description="EPSG:27700, metres.", examples=[427350])]
    northing: Annotated[float, Field(description="EPSG:27700, metres.", examples=[542450])]
    grid_reference: Annotated[str, Field(examples=["NZ 27350 42450"])]
    location_source: LocationSource
    location_quality_m: float
    postcode: str | None
    division: Annotated[PreviewDivision | None, Field(description="The one it would count in; null outside all.")]
    neighbours: Annotated[list[PreviewDivision], Field(description="Others that it may belong to.")]
    near_boundary: bool
    postcode_disagrees: bool
    distance_to_boundary_m: float | None
    distance_to_postcode_m: Annotated[
        float | None, Field(description="From the position to the postcode's own, where both are known.")
    ]
    is_far_from_postcode: Annotated[bool, Field(description="So far that one of the two is probably wrong.")]


class BulkAction(BaseModel):
    """What is done to many places at once. `value` is a status, the code of a scheme, or a day of consent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["status", "add_scheme", "remove_scheme", "consent"]
    value: Annotated[str, Field(examples=["suspended"])]
    reason: Annotated[str, Field(description="Why, for the histories of the places.", examples=["Flood"])]


@dataclass(frozen=True, slots=True)
class Selection:
    """The places of a bulk action: those of these references, or all that fit the filters."""

    references: tuple[str, ...] = ()
    filters: RegisterFilters | None = None


class BulkRow(BaseModel):
    """What a bulk action does to one place. A fault stands in the way of the whole action."""

    model_config = ConfigDict(frozen=True)

    reference: str
    name: str
    version: int
    before: str
    after: str
    changes: bool
    waits: Annotated[bool, Field(description="The change will wait for a second person.")] = False
    fault: str | None = None
    remedy: str | None = None


class BulkPreview(BaseModel):
    """What a bulk action would do. `token` stands for exactly these places in these versions."""

    model_config = ConfigDict(frozen=True)

    action: BulkAction
    rows: list[BulkRow]
    token: str

    @property
    def faults(self) -> list[BulkRow]:
        """The rows that stand in the way."""
        return [row for row in self.rows if row.fault]

    @property
    def changed(self) -> int:
        """How many places would change."""
        return sum(row.changes and not row.fault for row in self.rows)


class BulkDone(NamedTuple):
    """How many places a bulk action changed, and how many of its changes wait."""

    changed: int
    waiting: int


class BulkResult(BaseModel):
    """What came of a bulk action."""

    changed: Annotated[int, Field(description="How many places it changed.")]
    waiting: Annotated[int, Field(description="How many places stay as they are until a second person agrees.")]


class View(NamedTuple):
    """A search that somebody gave a name; `query` is the query string of the list."""

    id: int
    name: str
    query: str


class SavedSearch(BaseModel):
    """A view as it goes over the wire."""

    id: int
    name: str
    query: Annotated[
        str,
        Field(
            description="The query string of /api/v1/register/places; `query` of a bulk action takes it too.",
            examples=["flag=near_boundary&sort=town"],
        ),
    ]


class SavedSearchList(BaseModel):
    """The views of one account, by name."""

    views: list[SavedSearch]


class Likely(BaseModel):
    """A place that is probably the same as another."""

    model_config = ConfigDict(frozen=True)

    reference: str
    name: str
    membership_status: MembershipStatus
    distance_m: float
    likeness: Annotated[float, Field(description="Of the names, 0 to 1.")]
    same_uprn: bool


class LikelyList(BaseModel):
    """Places that are probably the same as one, the likeliest first."""

    places: list[Likely]


class WaitingList(BaseModel):
    """Edits that wait, or waited."""

    changes: list[WaitingChange]


class LocationQuery(BaseModel):
    """A location to be told about: a postcode, metres, degrees, or a grid reference with letters."""

    postcode: Annotated[str | None, Field(examples=["DH1 1RH"], max_length=16)] = None
    uprn: Annotated[str | None, Field(description="Kept with the place; it locates nothing.", max_length=16)] = None
    easting: Annotated[str | None, Field(description="EPSG:27700, metres.", examples=["427350"], max_length=30)] = None
    northing: Annotated[str | None, Field(description="EPSG:27700, metres.", examples=["542450"], max_length=30)] = None
    grid_reference: Annotated[
        str | None,
        Field(description="Two letters and digits; the middle of its square.", examples=["NZ 274 425"], max_length=40),
    ] = None
    lon: Annotated[str | None, Field(description="CRS84, degrees.", examples=["-1.5757"], max_length=30)] = None
    lat: Annotated[str | None, Field(description="CRS84, degrees.", examples=["54.7761"], max_length=30)] = None
    location_source: Annotated[
        str | None, Field(description="postcode, uprn, survey or entrance_pin.", examples=["survey"], max_length=40)
    ] = None
    location_quality_m: Annotated[
        str | None, Field(description="Uncertainty, metres; else what is usual for the source.", max_length=30)
    ] = None
