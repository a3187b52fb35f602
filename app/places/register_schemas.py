"""Places as people see them who sign in: every status, what is still open about them, and how they are found.

`RegisterPlace` uses the names of `PlaceDraft` for whatever can be edited, so that what is read can be sent back.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from app.vocabulary import AssignmentBasis, Assurance, LocationSource, MembershipStatus, Verdict

PRIVATE_FACTS = ("contact_name", "contact_role", "contact_phone", "contact_email", "private_notes", "consent_by")
"""What only those read whom the table of permissions lets read private fields, by the names of `PlaceDraft`."""


class LinkedDivision(BaseModel):
    """A division of today that a place is linked to: the one it counts in, or one that it may belong to."""

    model_config = ConfigDict(frozen=True)

    gss_code: Annotated[str, Field(examples=["E05009052"])]
    name: Annotated[str, Field(examples=["Durham South"])]
    basis: Annotated[AssignmentBasis, Field(description="Why it is linked: covers, near, postcode or decided.")]
    is_assigned: Annotated[bool, Field(description="Whether the place counts in it.")]
    distance_m: Annotated[
        float,
        Field(description="Metres to its boundary where it covers the place, else metres to it.", examples=[12.5]),
    ]
    near_boundary: bool
    postcode_disagrees: bool
    decided_at: datetime | None = None
    decided_by: Annotated[str | None, Field(description="The actor who decided, such as account:12.")] = None


class LastAudit(BaseModel):
    """The newest audit that counts."""

    model_config = ConfigDict(frozen=True)

    audited_on: date
    verdict: Verdict
    valid_until: date
    auditor: str
    signed_off_by: str


class RegisterPlace(BaseModel):
    """A place of the register, whatever its status. Private facts are absent where the asker may not read them.

    `lon`/`lat` are CRS84 degrees, `easting`/`northing` EPSG:27700 metres.
    """

    model_config = ConfigDict(frozen=True)

    reference: Annotated[str, Field(description="Never changes and is never used again.", examples=["SP-0042"])]
    authority_code: Annotated[str, Field(examples=["E06000047"])]
    version: Annotated[int, Field(description="Grows with each change; the ETag holds it.", examples=[7])]

    name: str
    kind: Annotated[str, Field(examples=["library"])]
    kind_label: Annotated[str, Field(examples=["Library"])]
    schemes: list[str]
    offers: list[str]
    description: str | None
    address_1: str | None
    address_2: str | None
    town: str | None
    postcode: str | None
    uprn: str | None
    opening_hours: str | None
    closures: list[dict[str, str]]
    phone: str | None
    email: str | None
    website: str | None
    step_free_entrance: bool | None
    accessible_toilet: bool | None
    hearing_loop: bool | None
    quiet_space: bool | None
    bsl: bool | None
    languages: list[str]

    lon: float
    lat: float
    easting: float
    northing: float
    location_source: LocationSource
    location_quality_m: Annotated[float, Field(description="Uncertainty of the position, metres.")]

    membership_status: MembershipStatus
    consent_on: date | None
    assurance: Assurance
    valid_until: Annotated[date | None, Field(description="Last day on which the newest audit counts.")]
    last_audit: LastAudit | None
    is_published: Annotated[bool, Field(description="Whether the public sees it now.")]

    divisions: Annotated[list[LinkedDivision], Field(description="The one it counts in first.")]
    near_boundary: Annotated[bool, Field(description="Nearer to a boundary than its position is certain.")]
    postcode_disagrees: Annotated[bool, Field(description="Its postcode officially belongs to another division.")]
    change_waiting: Annotated[bool, Field(description="Whether an edit waits for a second person.")]
    merged_into: Annotated[str | None, Field(description="The place that it turned out to be.")]
    created_at: datetime
    updated_at: datetime

    contact_name: Annotated[str | None, Field(description="Private.")] = None
    contact_role: Annotated[str | None, Field(description="Private.")] = None
    contact_phone: Annotated[str | None, Field(description="Private.")] = None
    contact_email: Annotated[str | None, Field(description="Private.")] = None
    private_notes: Annotated[str | None, Field(description="Private.")] = None
    consent_by: Annotated[str | None, Field(description="Private: who consented to the listing.")] = None

    @property
    def shows_private(self) -> bool:
        """Whether the asker may read the private facts (they can still be empty)."""
        return not self.model_fields_set.isdisjoint(PRIVATE_FACTS)

    @property
    def etag(self) -> str:
        """What `If-Match` is compared with: the reference and the version."""
        return f'"{self.reference}.{self.version}"'

    def to_json(self) -> dict[str, Any]:
        """What goes over the wire: without what the asker may not read."""
        return self.model_dump(mode="json", exclude_unset=True)


class Flag(StrEnum):
    """Something about a place that waits for somebody."""

    NEAR_BOUNDARY = "near_boundary"
    POSTCODE_DISAGREES = "postcode_disagrees"
    NO_CONSENT = "no_consent"
    UNASSESSED = "unassessed"
    CHANGE_WAITING = "change_waiting"


FLAG_LABELS: dict[Flag, str] = {
    Flag.NEAR_BOUNDARY: "Near a boundary",
    Flag.POSTCODE_DISAGREES: "Postcode belongs to another division",
    Flag.NO_CONSENT: "No consent",
    Flag.UNASSESSED: "Not yet checked",
    Flag.CHANGE_WAITING: "A change waits",
}


class Sort(StrEnum):
    """What the list of the register can be ordered by. Nothing private is among it."""

    REFERENCE = "reference"
    NAME = "name"
    TOWN = "town"
    STATUS = "status"
    VALID_UNTIL = "valid_until"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class RegisterFilters:
    """What the list of the register is narrowed to, and its order. Empty means: not narrowed.

    Attributes:
        statuses, assurances, schemes, kinds: any of which fits.
        valid_before: the newest audit stops counting before this day, lapsed ones included.
        within_days: its clock runs out within so many days, and has not yet.
        division: GSS code of a division of today; a place linked to it in any way fits.
        flags: all of which must hold.
        text: words of name, address, reference or postcode; of contact names too for those who may read them.
    """

    statuses: tuple[MembershipStatus, ...] = ()
    assurances: tuple[Assurance, ...] = ()
    valid_before: date | None = None
    within_days: int | None = None
    division: str | None = None
    schemes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    text: str | None = None
    sort: Sort = Sort.NAME
    descending: bool = False


class RegisterPage(NamedTuple):
    """A page of the register: `following` is the cursor of the next page, `total` counts all that fit the filters."""

    places: list[RegisterPlace]
    following: str | None
    total: int


class RegisterQuery(BaseModel):
    """What the list of the register can be asked for, as texts of a query string."""

    status: Annotated[
        list[str] | None,
        Field(description="Any of these statuses (repeat or use commas).", examples=["listed,suspended"]),
    ] = None
    assurance: Annotated[
        list[str] | None, Field(description="Any of these assurances (repeat or use commas).", examples=["due,lapsed"])
    ] = None
    valid_before: Annotated[
        str | None, Field(description="Assurance ends before this day; lapsed ones too.", examples=["2027-01-31"])
    ] = None
    within_days: Annotated[
        str | None, Field(description="Assurance runs out within so many days, and has not yet.", examples=["60"])
    ] = None
    division: Annotated[
        str | None, Field(description="Linked to this electoral division of today.", examples=["E05009052"])
    ] = None
    scheme: Annotated[list[str] | None, Field(description="Any of these schemes.", examples=["safe_place"])] = None
    kind: Annotated[list[str] | None, Field(description="Any of these kinds of premises.", examples=["library"])] = None
    flag: Annotated[
        list[str] | None,
        Field(
            description=f"All of these: {', '.join(Flag)} (repeat or use commas).",
            examples=["near_boundary,no_consent"],
        ),
    ] = None
    q: Annotated[
        str | None,
        Field(
            description="Words of name, address, reference or postcode; of private contact names for those who may "
            "read them.",
            examples=["library consett"],
            max_length=200,
        ),
    ] = None
    sort: Annotated[str | None, Field(description=f"Order: {', '.join(Sort)}.", examples=["valid_until"])] = None
    direction: Annotated[str | None, Field(description="asc or desc.", examples=["desc"])] = None
    limit: Annotated[int, Field(description="Places in a page.", ge=1, le=1000)] = 50
    cursor: Annotated[str | None, Field(description="From the `next` link of the page before.", max_length=600)] = None


class RegisterOneQuery(BaseModel):
    """What one place of the register can be asked for."""

    as_at: Annotated[
        str | None,
        Field(
            description="The register as it was at the end of this day in London, or at this moment. Without private "
            "facts: the past keeps none.",
            examples=["2026-11-01", "2026-11-01T09:00"],
        ),
    ] = None


class RegisterListQuery(RegisterQuery, RegisterOneQuery):
    """What the list can be asked for by programs: the past too."""


class RegisterList(BaseModel):
    """A page of the register as JSON."""

    places: list[RegisterPlace]
    next: Annotated[str | None, Field(description="Address of the next page; null on the last.")]
    total: Annotated[int, Field(description="How many places fit the filters.")]
    as_at: Annotated[datetime | None, Field(description="The moment asked for, if one was.")] = None
