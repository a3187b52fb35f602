"""Places, their private facts, their revisions, and the divisions that they are linked to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, DateTime, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

from app.tables.base import geometry, now_utc, one_of, recorded_at
from app.vocabulary import OFFERS, AssignmentBasis, LocationSource, MembershipStatus

OFFERS_LISTED = ", ".join(f"'{code}'" for code in OFFERS)
SEARCHED_TEXT = " || ' ' || ".join(
    f"coalesce({column}, '')" for column in ("name", "address_1", "address_2", "town", "postcode", "description")
)


class PremisesKind(SQLModel, table=True):
    """What sort of premises a place is in. Starts with `vocabulary.PREMISES_KINDS`."""

    __tablename__ = "premises_kind"

    code: str = Field(primary_key=True)
    label: str


class Scheme(SQLModel, table=True):
    """A scheme that places belong to. Starts with `vocabulary.SCHEMES`."""

    __tablename__ = "scheme"

    code: str = Field(primary_key=True)
    label: str
    summary: str


class MembershipTransition(SQLModel, table=True):
    """A move of the membership status that is allowed. Filled from `vocabulary.MEMBERSHIP_TRANSITIONS`."""

    __tablename__ = "membership_transition"

    before: str = Field(primary_key=True)
    after: str = Field(primary_key=True)


class Place(SQLModel, table=True):
    """A place on the register: the facts that may become public. What is public at a moment is `published_place`.

    The database keeps the rules: `reference` never changes and rows are never deleted, so it is never reused; the
    membership status moves along the allowed transitions; each insert and update appends a `PlaceRevision`; `version`
    counts them. `schemes` holds codes of `Scheme` (checked by a trigger, since an array takes no foreign key): one row
    is the whole place, so that a revision is a copy of one row and a bulk load is one COPY.
    """

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint(r"reference ~ '^SP-[0-9]{4,}$'", name="reference"),
        CheckConstraint("btrim(name) <> ''", name="name"),
        CheckConstraint(f"offers <@ ARRAY[{OFFERS_LISTED}]::text[]", name="offers"),
        CheckConstraint("postcode ~ '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$'", name="postcode"),
        CheckConstraint(r"uprn ~ '^[0-9]{1,12}$'", name="uprn"),
        CheckConstraint("location_quality_m > 0 AND location_quality_m <= 10000", name="location_quality"),
        CheckConstraint(
            "ST_X(location) BETWEEN 0 AND 700000 AND ST_Y(location) BETWEEN 0 AND 1300000", name="location_in_grid"
        ),
        CheckConstraint(
            "ST_DWithin(ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 27700), location, 10)", name="lon_lat"
        ),
        CheckConstraint("jsonb_typeof(closures) = 'array'", name="closures"),
        one_of("membership_status", [status.value for status in MembershipStatus]),
        one_of("location_source", [source.value for source in LocationSource]),
        Index("ix_place_location", "location", postgresql_using="gist"),
        Index("ix_place_search", "search", postgresql_using="gin"),
        Index("ix_place_name_trigram", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("ix_place_authority_code", "authority_code"),
        Index("ix_place_register_name", "authority_code", text("lower(name)"), "id"),
        Index("ix_place_membership_status", "authority_code", "membership_status"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    authority_code: str = Field(foreign_key="authority.code")
    reference: str = Field(
        unique=True,
        sa_column_kwargs={"server_default": text("'SP-' || to_char(nextval('place_reference'), 'FM99999999990000')")},
    )
    name: str
    kind: str = Field(foreign_key="premises_kind.code")
    schemes: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    offers: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    description: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    town: str | None = None
    postcode: str | None = None
    uprn: str | None = None
    location: Any = Field(sa_type=geometry("POINT"))
    lon: float
    lat: float
    location_source: str
    location_quality_m: float
    opening_hours: str | None = None
    closures: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    step_free_entrance: bool | None = None
    accessible_toilet: bool | None = None
    hearing_loop: bool | None = None
    quiet_space: bool | None = None
    bsl: bool | None = None
    languages: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    consent_on: date | None = None
    membership_status: str = Field(default=MembershipStatus.PROPOSED)
    version: int = Field(default=1)
    created_at: datetime = Field(
        default_factory=now_utc, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    updated_at: datetime = Field(
        default_factory=now_utc, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    search: Any = Field(
        default=None,
        sa_type=TSVECTOR,
        sa_column_args=[Computed(f"to_tsvector('english', {SEARCHED_TEXT})", persisted=True)],
    )


class PlacePrivate(SQLModel, table=True):
    """What is never public about a place. A table of its own, so that public reads do not touch it at all."""

    __tablename__ = "place_private"
    __table_args__ = (
        Index(
            "ix_place_private_contact_name_trigram",
            "contact_name",
            postgresql_using="gin",
            postgresql_ops={"contact_name": "gin_trgm_ops"},
        ),
    )

    place_id: int = Field(foreign_key="place.id", primary_key=True, sa_type=BigInteger)
    contact_name: str | None = None
    contact_role: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    notes: str | None = None
    consent_by: str | None = None


class PlaceRevision(SQLModel, table=True):
    """A place as it stood during [recorded_at, superseded_at). Written by a trigger and by nothing else.

    `snapshot` is the place's whole row as JSON; `place_as_at(timestamptz)` turns snapshots back into rows of `place`.
    """

    __tablename__ = "place_revision"
    __table_args__ = (
        UniqueConstraint("place_id", "version"),
        Index("ix_place_revision_period", "recorded_at", "superseded_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    place_id: int = Field(foreign_key="place.id", sa_type=BigInteger)
    version: int
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    superseded_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    actor: str
    via: str
    reason: str | None = None
    snapshot: dict[str, Any] = Field(sa_type=JSONB)


class PlaceDivision(SQLModel, table=True):
    """A place's link to a division of one set: the one it counts in (`is_assigned`), and those it may belong to."""

    __tablename__ = "place_division"
    __table_args__ = (
        one_of("basis", [basis.value for basis in AssignmentBasis]),
        Index(
            "uq_place_division_assigned",
            "place_id",
            "division_set_id",
            unique=True,
            postgresql_where=text("is_assigned"),
        ),
        Index("ix_place_division_division_id", "division_id"),
    )

    place_id: int = Field(foreign_key="place.id", primary_key=True, sa_type=BigInteger)
    division_id: int = Field(foreign_key="division.id", ondelete="CASCADE", primary_key=True)
    division_set_id: int = Field(foreign_key="division_set.id", ondelete="CASCADE")
    basis: str
    is_assigned: bool
    distance_m: float
    near_boundary: bool = False
    postcode_disagrees: bool = False
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    decided_by: str | None = None
    recorded_at: datetime | None = recorded_at()
