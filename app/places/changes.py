"""How the register changes, one place at a time. Files of many places go through `app/exchange` by the same checks."""

from math import hypot
from typing import Any, NamedTuple

from geoalchemy2 import WKTElement
from shapely import from_wkb, get_coordinates
from sqlmodel import Session

from app.db.sessions import WriteSession
from app.divisions.rules import assign_places
from app.errors import Conflict, InvalidInput
from app.outbox.rules import queue_message
from app.places.drafts import PlaceDraft, PositionDraft
from app.places.merge_patch import is_same
from app.postcodes.rules import get_postcode
from app.tables import Place, PlacePrivate
from app.tables.base import SRID, now_utc
from app.vocabulary import MEMBERSHIP_LABELS, MEMBERSHIP_TRANSITIONS, LocationSource, MembershipStatus
from geo.crs import point_to_bng, point_to_lonlat
from geo.faults import GeographyError

STATUS_CHANGED = "place.status_changed"
SAME_POSITION_M = 0.005
"""Positions go out in millimetres at the finest; one that comes back as it went out has not moved."""

_PUBLIC = (
    "name",
    "kind",
    "schemes",
    "offers",
    "description",
    "address_1",
    "address_2",
    "town",
    "postcode",
    "uprn",
    "opening_hours",
    "closures",
    "phone",
    "email",
    "website",
    "step_free_entrance",
    "accessible_toilet",
    "hearing_loop",
    "quiet_space",
    "bsl",
    "languages",
    "consent_on",
)
_PRIVATE = {
    "contact_name": "contact_name",
    "contact_role": "contact_role",
    "contact_phone": "contact_phone",
    "contact_email": "contact_email",
    "notes": "private_notes",
    "consent_by": "consent_by",
}
"""Column of `place_private` to field of the draft."""


class Author(NamedTuple):
    """Who makes a change, through what (page, api, import, cli, sample), and why: written into the revision."""

    actor: str
    via: str
    reason: str | None = None


class Located(NamedTuple):
    """A location: EPSG:27700 metres, and the same in CRS84 degrees."""

    easting: float
    northing: float
    lon: float
    lat: float


def add_place(session: WriteSession, draft: PlaceDraft, *, authority_code: str, author: Author) -> Place:
    """Put a place on the register. It starts as proposed, or in the status of the draft.

    Raises:
        InvalidInput: the draft names a reference, or a position outside Great Britain.
        NotFound: its postcode is not held, and it has no coordinates of its own.
        Conflict: the register does not know one of its schemes.
    """
    if draft.reference:
        raise InvalidInput(
            "A new place gets its reference from the register.", "Leave the reference out.", field="reference"
        )
    session.record_as(author.actor, via=author.via, reason=author.reason)
    place = Place(
        authority_code=authority_code,
        membership_status=draft.membership_status or MembershipStatus.PROPOSED,
        **_facts(draft),
        **_location(locate(session, draft), draft),
    )
    session.add(place)
    session.flush()
    _keep_private(session, place, draft)
    assign_places(session, [_id_of(place)])
    session.refresh(place)
    return place


def change_place(session: WriteSession, place: Place, draft: PlaceDraft, *, author: Author) -> Place:
    """Give a place the facts of a draft. Its status is left alone: `change_status` moves it.

    Raises:
        InvalidInput: the draft is of another place, or its position lies outside Great Britain.
        NotFound: its postcode is not held, and it has no coordinates of its own.
    """
    if draft.reference and draft.reference != place.reference:
        raise InvalidInput(
            f"These facts are those of {draft.reference}, not of {place.reference}.",
            "Change that place, or leave the reference out.",
            field="reference",
        )
    session.record_as(author.actor, via=author.via, reason=author.reason)
    located = _kept_location(place, draft) or locate(session, draft)
    moved = _is_moved(place, located) or (place.location_source, place.location_quality_m) != (
        draft.source,
        draft.quality_m,
    )
    is_linked_afresh = moved or place.postcode != draft.postcode
    changes = _facts(draft) | (_location(located, draft) if moved else {})
    if _keep_private(session, place, draft):
        place.updated_at = now_utc()  # another version: a version stands for the private facts as well
    for name, value in changes.items():
        before = getattr(place, name)
        if not is_same(name, before, value):
            setattr(place, name, value)
    session.flush()
    if is_linked_afresh:
        assign_places(session, [_id_of(place)])
    session.refresh(place)
    return place


def change_status(session: WriteSession, place: Place, status: MembershipStatus, *, author: Author) -> Place:
    """Move a place along the membership. A reason is required; the move is announced in the outbox.

    Raises:
        InvalidInput: there is no reason.
        Conflict: that move is not allowed; says which are.
    """
    before = MembershipStatus(place.membership_status)
    if not author.reason or not author.reason.strip():
        raise InvalidInput("A change of status needs a reason.", "Say why, in a few words.", field="reason")
    allowed = [after for after in MembershipStatus if after in MEMBERSHIP_TRANSITIONS[before]]
    if status not in allowed:
        moves = " or ".join(MEMBERSHIP_LABELS[after].lower() for after in allowed)
        raise Conflict(
            f"{place.reference} is {MEMBERSHIP_LABELS[before].lower()} and cannot become "
            f"{MEMBERSHIP_LABELS[status].lower()}.",
            f"From there it can become: {moves}." if moves else "Add it as a new place; it gets a new reference.",
        )
    session.record_as(author.actor, via=author.via, reason=author.reason)
    place.membership_status = status
    session.flush()
    queue_message(
        session, STATUS_CHANGED, {"reference": place.reference, "before": before.value, "after": status.value}
    )
    session.refresh(place)
    return place


def locate(session: Session, draft: PositionDraft) -> Located:
    """Where a draft's place is: its grid coordinates, else its longitude and latitude, else its postcode's position.

    Raises:
        InvalidInput: it is outside Great Britain.
        NotFound: there are no coordinates and the postcode is not held.
    """
    try:
        if draft.easting is not None and draft.northing is not None:
            return Located(draft.easting, draft.northing, *point_to_lonlat(draft.easting, draft.northing))
        if draft.lon is not None and draft.lat is not None:
            return Located(*point_to_bng(draft.lon, draft.lat), draft.lon, draft.lat)
        unit = get_postcode(session, draft.postcode or "")
        return Located(unit.easting, unit.northing, *point_to_lonlat(unit.easting, unit.northing))
    except GeographyError as error:
        raise InvalidInput(error.what, error.remedy, field=error.field or "easting") from error


def _facts(draft: PlaceDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _PUBLIC}


def _location(located: Located, draft: PlaceDraft) -> dict[str, Any]:
    return {
        "location": WKTElement(f"POINT({located.easting!r} {located.northing!r})", srid=SRID),
        "lon": located.lon,
        "lat": located.lat,
        "location_source": draft.source,
        "location_quality_m": draft.quality_m,
    }


def _kept_location(place: Place, draft: PlaceDraft) -> Located | None:
    """Where a place is that stays at its postcode's position: there may be no such postcode by now, or elsewhere."""
    stays = not draft.has_coordinates and draft.postcode == place.postcode
    if not stays or place.location_source != LocationSource.POSTCODE:
        return None
    return Located(*position_of(place), place.lon, place.lat)


def _is_moved(place: Place, located: Located) -> bool:
    easting, northing = position_of(place)
    return hypot(easting - located.easting, northing - located.northing) > SAME_POSITION_M


def position_of(place: Place) -> tuple[float, float]:
    """Easting and northing (EPSG:27700, metres) of a place that has been read from the database."""
    ((easting, northing),) = get_coordinates(from_wkb(bytes(place.location.data))).tolist()
    return easting, northing


def _keep_private(session: WriteSession, place: Place, draft: PlaceDraft) -> bool:
    """Keep the private facts of a draft; whether that changed any."""
    values = {column: getattr(draft, name) for column, name in _PRIVATE.items()}
    known = session.get(PlacePrivate, place.id, populate_existing=True)
    before = {column: getattr(known, column) for column in values} if known else dict.fromkeys(values)
    if before == values:
        return False
    if known is None:
        session.add(PlacePrivate(place_id=_id_of(place), **values))
    else:
        known.sqlmodel_update(values)
    session.flush()
    return True


def _id_of(place: Place) -> int:
    if place.id is None:
        raise ValueError("the place has not been flushed")
    return place.id
