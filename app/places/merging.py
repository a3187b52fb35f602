"""Places that turn out to be one: merged for good, both references kept; and which places those probably are."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from app.db.sessions import WriteSession
from app.errors import Conflict, InvalidInput
from app.permissions.identity import Identity
from app.permissions.table import Action, require
from app.places import changes
from app.places.changes import Author
from app.places.editing import lock_place, tidy_reason
from app.places.likeness import NEAR_M, SIMILAR, similar_pairs
from app.places.register_rules import find_visible_id, get_visible
from app.places.register_schemas import RegisterPlace
from app.places.waiting_queries import withdraw_waiting
from app.places.work_schemas import Likely
from app.tables import PlaceMerge
from app.vocabulary import MembershipStatus

MOST_PAIRS = 500


def merge_places(session: WriteSession, identity: Identity, reference: str, into: str, *, reason: str) -> RegisterPlace:
    """Merge a place into another of the same authority; the other as it is now.

    The merged place is withdrawn, with the reason; its reference leads to the other for ever. Facts are not mixed:
    whoever merges copies what is worth keeping.

    Raises:
        NotFound: one of the two is not there, or not theirs to see.
        PlaceMerged: one of the two was merged already.
        Conflict: they are the same, or the one that should stay was withdrawn.
        InvalidInput: there is no reason.
    """
    require(identity, Action.MERGE_PLACES)
    reason = tidy_reason(reason) or ""
    if not reason:
        raise InvalidInput("A merge needs a reason.", "Say why, in a few words.", field="reason")
    if reference == into:
        raise Conflict(f"{reference} cannot be merged into itself.", "Name the other place, the one that stays.")
    # In one order, so that two merges of the same two places wait for each other instead of both for ever.
    locked = {one: lock_place(session, identity, one) for one in sorted((reference, into))}
    place, stays = locked[reference], locked[into]
    if place.authority_code != stays.authority_code:
        raise Conflict("Places of two authorities cannot be merged.", "Withdraw one of them instead.")
    if stays.membership_status == MembershipStatus.WITHDRAWN:
        raise Conflict(f"{into} was withdrawn.", "Merge into the place that stays, or into a new one.")
    author = Author(identity.actor, identity.via, f"Merged into {into}: {reason}")
    if place.membership_status != MembershipStatus.WITHDRAWN:
        changes.change_status(session, place, MembershipStatus.WITHDRAWN, author=author)
    withdraw_waiting(session, identity, place, author.reason or "")
    session.record_as(identity.actor, via=identity.via, reason=author.reason)
    session.add(
        PlaceMerge(place_id=place.id or 0, into_place_id=stays.id or 0, merged_by=identity.actor, reason=reason)
    )
    session.flush()
    return get_visible(session, identity, into)


def suggest_duplicates(session: Session, identity: Identity, reference: str, *, limit: int = 10) -> list[Likely]:
    """Places that are probably the same as this one, the likeliest first: near it under a similar name, or its UPRN.

    Raises:
        NotFound: there is no such place that they may see.
    """
    require(identity, Action.MERGE_PLACES)
    place_id = find_visible_id(session, identity, reference)
    values = {"id": place_id, "near_m": NEAR_M, "similar": SIMILAR, "limit": limit}
    rows = session.connection().execute(_LIKE_ONE, values).all()
    return [Likely.model_validate(row._asdict()) for row in rows]


class LikelyPair(NamedTuple):
    """Two places that are probably one; `likeness` of their names is 1 where they share a UPRN."""

    reference: str
    other: str
    likeness: float


def list_likely_pairs(session: Session, identity: Identity) -> list[LikelyPair]:
    """All pairs of places of the asker that are probably one, the likeliest first, at most five hundred."""
    require(identity, Action.MERGE_PLACES)
    rows = session.connection().execute(_ALL, {"authority": identity.authority_code}).all()
    pairs = similar_pairs(
        [row.easting for row in rows],
        [row.northing for row in rows],
        [row.name for row in rows],
        near_m=NEAR_M,
        similar=SIMILAR,
    )
    found = {(later, earlier): alike for later, earlier, alike in pairs}
    first_of: dict[str, int] = {}
    for at, row in enumerate(rows):
        if row.uprn and (first := first_of.setdefault(row.uprn, at)) != at:
            found[at, first] = 1.0
    best = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_PAIRS]
    return [LikelyPair(rows[later].reference, rows[earlier].reference, alike) for (later, earlier), alike in best]


_LIKE_ONE = text("""
    SELECT other.reference, other.name, other.membership_status,
           round(CAST(ST_Distance(other.location, place.location) AS numeric), 1) AS distance_m,
           similarity(other.name, place.name) AS likeness, coalesce(other.uprn = place.uprn, false) AS same_uprn
    FROM place JOIN place AS other ON other.id IN (
        SELECT near.id FROM place AS near
        WHERE ST_DWithin(near.location, place.location, :near_m) AND similarity(near.name, place.name) >= :similar
        UNION SELECT same.id FROM place AS same WHERE same.uprn = place.uprn)
    WHERE place.id = :id AND other.id <> place.id AND other.membership_status <> 'withdrawn'
      AND other.authority_code = place.authority_code
    ORDER BY same_uprn DESC, likeness DESC, distance_m, other.id LIMIT :limit
""")
_ALL = text("""
    SELECT reference, name, uprn, ST_X(location) AS easting, ST_Y(location) AS northing
    FROM place WHERE authority_code = :authority AND membership_status <> 'withdrawn' ORDER BY id
""")
