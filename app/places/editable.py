"""The facts of a place as they are edited: by the names of `PlaceDraft`, as JSON, so that versions can be compared.

Coordinates are there only where the place has a position of its own; one that stays at its postcode has none.
"""

from collections.abc import Mapping
from typing import Any

from shapely import from_wkb, get_coordinates
from sqlalchemy import text
from sqlmodel import Session

from app.errors import Fault, FaultyFields, InvalidInput
from app.permissions.identity import Identity
from app.places.drafts import PlaceDraft, PlaceWords, parse_draft
from app.places.queries import read_codes
from app.places.register_facts import PRIVATE_COLUMNS
from app.places.register_schemas import PRIVATE_FACTS, RegisterPlace
from app.places.visibility import readable_private
from app.tables import Place, PlacePrivate
from app.vocabulary import LocationSource
from geo.crs import point_to_bng
from geo.faults import GeographyError

POSITION = ("easting", "northing", "lon", "lat")
NOT_EDITED = frozenset({"reference", "membership_status", "lon", "lat"})
"""What a draft can say but an edit does not change, and the second way of saying where."""
EDITABLE = tuple(name for name in PlaceDraft.model_fields if name not in NOT_EDITED)
PUBLIC_EDITABLE = tuple(name for name in EDITABLE if name not in PRIVATE_FACTS)
DECIMALS = 3
"""Of metres: millimetres."""

Facts = dict[str, Any]


def editable_facts(place: RegisterPlace) -> Facts:
    """What a form or a patch starts from: the facts that the asker may read."""
    stored = place.to_json()
    own = stored | _position(stored["easting"], stored["northing"], stored["location_source"])
    return {name: own[name] for name in EDITABLE if name in own}


def facts_of(session: Session, place: Place) -> Facts:
    """All the editable facts of a place as it is stored, private ones included: never to be shown as they are."""
    private = session.get(PlacePrivate, place.id, populate_existing=True)
    ((easting, northing),) = get_coordinates(from_wkb(bytes(place.location.data))).tolist()
    own = place.model_dump(mode="json", include=set(PUBLIC_EDITABLE)) | _position(
        easting, northing, place.location_source
    )
    hidden = {name: getattr(private, column) if private else None for name, column in PRIVATE_COLUMNS.items()}
    return {name: (own | hidden)[name] for name in EDITABLE}


def facts_at(session: Session, place: Place, version: int) -> Facts | None:
    """The public editable facts of a version, from its revision; None where there was no such version."""
    values = {"place": place.id, "version": version}
    snapshot = session.connection().execute(_SNAPSHOT, values).scalar_one_or_none()
    if snapshot is None:
        return None
    ((easting, northing),) = get_coordinates(from_wkb(snapshot["location"])).tolist()
    own = snapshot | _position(easting, northing, snapshot["location_source"])
    return {name: own.get(name) for name in PUBLIC_EDITABLE}


def facts_of_draft(draft: PlaceDraft) -> Facts:
    """The editable facts that a draft amounts to, in the same form as those of a place.

    Raises:
        InvalidInput: its position lies outside Great Britain.
    """
    own = draft.model_dump(mode="json", include=set(EDITABLE))
    own |= {"location_source": draft.source.value, "location_quality_m": draft.quality_m}
    if draft.easting is None and draft.lon is not None and draft.lat is not None:
        try:
            own |= dict(zip(("easting", "northing"), point_to_bng(draft.lon, draft.lat), strict=True))
        except GeographyError as error:
            raise InvalidInput(error.what, error.remedy, field=error.field or "lon") from error
    own |= _position(own["easting"], own["northing"], own["location_source"])
    return {name: own[name] for name in EDITABLE}


def to_draft(session: Session, values: Mapping[str, Any], *, others: tuple[Fault, ...] = ()) -> PlaceDraft:
    """A checked draft from what was given.

    Args:
        session: knows the kinds and schemes of the register.
        values: by the names of `PlaceDraft`.
        others: faults that have been found already, to be told together with those of the draft.

    Raises:
        FaultyFields: everything that is wrong with it.
    """
    codes = read_codes(session)
    draft, faults = parse_draft(values, PlaceWords.of(codes.kinds, codes.schemes))
    told = {fault.field: Fault(*fault) for fault in faults} | {fault.field: fault for fault in others}
    if draft is None or told:
        raise FaultyFields(list(told.values()))
    return draft


def hidden_from(identity: Identity) -> frozenset[str]:
    """The private facts that somebody may not read, and so may not write either."""
    return frozenset(PRIVATE_FACTS) - readable_private(identity)


def refused_private(identity: Identity, values: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Faults for private facts that are given by somebody who may not read them."""
    return tuple(
        Fault(name, "You may not read this private fact, so you cannot set it either.", "Leave it out.")
        for name in PRIVATE_FACTS
        if name in hidden_from(identity) and name in values
    )


def shown_to(identity: Identity, facts: Facts) -> Facts:
    """The facts without what somebody may not read."""
    hidden = hidden_from(identity)
    return {name: value for name, value in facts.items() if name not in hidden}


def settle_position(target: Facts, patch: Mapping[str, Any]) -> Facts:
    """The facts that a patch starts from, without what its position makes void.

    New coordinates come with their own source and uncertainty, and a new source with its own uncertainty, unless the
    patch says otherwise.
    """
    void: set[str] = set()
    if not patch.keys().isdisjoint(POSITION):
        void |= {"location_source", "location_quality_m"}
        if patch.keys().isdisjoint({"easting", "northing"}):
            void |= {"easting", "northing"}
    if "location_source" in patch and patch["location_source"] != target.get("location_source"):
        void.add("location_quality_m")
        if patch["location_source"] == LocationSource.POSTCODE:
            void |= {"easting", "northing"}
    return {name: value for name, value in target.items() if name not in void}


def _position(easting: float | None, northing: float | None, source: str) -> Facts:
    if source == LocationSource.POSTCODE or easting is None or northing is None:
        return {"easting": None, "northing": None}
    return {"easting": round(easting, DECIMALS), "northing": round(northing, DECIMALS)}


_SNAPSHOT = text("SELECT snapshot FROM place_revision WHERE place_id = :place AND version = :version")
