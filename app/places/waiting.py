"""Edits of listed places that wait for a second person: shown with what they change, approved, refused, withdrawn."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.db.sessions import WriteSession
from app.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.permissions.identity import Identity
from app.permissions.table import Action, may, require
from app.places import changes, editable
from app.places.changes import Author
from app.places.editable import Facts, shown_to
from app.places.editing import lock_place, stale, tidy_reason
from app.places.merge_patch import find_differences, rebase
from app.places.visibility import visible_places
from app.places.waiting_queries import close_waiting
from app.places.work_schemas import Decision, WaitingChange
from app.tables import Place, PlaceChange

MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class _Held:
    """What an edit that waits holds; empty once it is decided."""

    base: Facts
    submitted: Facts
    account_id: int | None

    @classmethod
    def of(cls, change: PlaceChange) -> "_Held":
        facts = change.facts or {}
        return cls(facts.get("base", {}), facts.get("submitted", {}), facts.get("account_id"))


def list_waiting(session: Session, identity: Identity, *, decided: bool = False) -> list[WaitingChange]:
    """The edits that wait, the oldest first; or those that were decided, the newest first, at most a thousand."""
    _require_reading(identity)
    statement = select(PlaceChange, Place).join(Place, col(Place.id) == col(PlaceChange.place_id))
    statement = statement.where(col(Place.id).in_(visible_places(identity).with_only_columns(col(Place.id))))
    if decided:
        statement = statement.where(col(PlaceChange.decision).is_not(None)).order_by(
            col(PlaceChange.decided_at).desc(), col(PlaceChange.id)
        )
    else:
        statement = statement.where(col(PlaceChange.decision).is_(None)).order_by(
            col(PlaceChange.proposed_at), col(PlaceChange.id)
        )
    rows = session.exec(statement.limit(MOST_LISTED)).all()
    return [_shown(session, identity, change, place) for change, place in rows]


def get_waiting(session: Session, identity: Identity, change_id: int) -> WaitingChange:
    """One edit that waits, or waited once.

    Raises:
        NotFound: there is none of that number that they may see.
    """
    _require_reading(identity)
    change, place = _find(session, identity, change_id)
    return _shown(session, identity, change, place)


def decide_change(  # noqa: PLR0913 - a decision is who, which, how, why and on top of which version
    session: WriteSession,
    identity: Identity,
    change_id: int,
    decision: Decision,
    *,
    reason: str | None = None,
    version: int | None = None,
) -> WaitingChange:
    """Approve an edit (a second person does), refuse it (with a reason), or withdraw it (whoever proposed it does).

    Where the place has changed since, `version` says that the decider has seen the present version: what the edit
    changes is then done to that, unless both changed the same fact.

    Raises:
        NotFound: there is none of that number that they may see.
        Forbidden: they approve or refuse their own, or withdraw another's.
        Conflict: it has been decided already.
        StaleVersion: the place has changed since, and `version` is not the present one, or both changed the same fact.
        InvalidInput: a refusal has no reason.
        FaultyFields: the facts are no longer valid, such as a scheme that has gone.
    """
    require(identity, Action.WRITE_PLACES if decision == "withdrawn" else Action.APPROVE_CHANGES)
    _, place = _find(session, identity, change_id)
    place = lock_place(session, identity, place.reference)
    change = session.get_one(PlaceChange, change_id, with_for_update=True, populate_existing=True)
    if change.decision is not None:
        raise Conflict(f"Change {change_id} was {change.decision} already.", "Look at the place as it is now.")
    held = _Held.of(change)
    _check_person(identity, change, held, decision)
    reason = tidy_reason(reason)
    if decision == "refused" and not reason:
        raise InvalidInput("A refusal needs a reason.", "Say why, in a few words.", field="reason")
    if decision == "approved":
        _apply(session, identity, place, change, version)
    close_waiting(session, identity, change, decision, reason)
    return _shown(session, identity, change, place)


def _require_reading(identity: Identity) -> None:
    """Edits that wait hold private facts, so they are for those who write places and read private facts."""
    require(identity, Action.WRITE_PLACES)
    require(identity, Action.READ_PRIVATE)


def _apply(session: WriteSession, identity: Identity, place: Place, change: PlaceChange, version: int | None) -> None:
    held = _Held.of(change)
    current = editable.facts_of(session, place)
    if place.version != change.base_version:
        differences = find_differences(current, held.submitted, held.base)
        if version != place.version or any(one.is_conflict for one in differences):
            raise stale(session, identity, place, held.submitted, held.base)
    facts = rebase(current, held.submitted, held.base)
    draft = editable.to_draft(session, facts)
    author = Author(identity.actor, identity.via, change.reason)
    changes.change_place(session, place, draft, author=author)


def _check_person(identity: Identity, change: PlaceChange, held: _Held, decision: Decision) -> None:
    """A key is its maker's: who proposes through one does not approve by hand."""
    is_own = _is_own(identity, change, held)
    if decision == "withdrawn":
        if not is_own:
            raise Forbidden("This change is another person's.", "Approve or refuse it instead.")
    elif is_own:
        raise Forbidden("You proposed this change yourself.", "Ask a second person to decide, or withdraw it.")


def _is_own(identity: Identity, change: PlaceChange, held: _Held) -> bool:
    is_same_account = held.account_id is not None and held.account_id == identity.account_id
    return is_same_account or change.proposed_by == identity.actor


def _find(session: Session, identity: Identity, change_id: int) -> tuple[PlaceChange, Place]:
    visible = visible_places(identity).with_only_columns(col(Place.id))
    statement = (
        select(PlaceChange, Place)
        .join(Place, col(Place.id) == col(PlaceChange.place_id))
        .where(PlaceChange.id == change_id, col(Place.id).in_(visible))
    )
    found = session.exec(statement).one_or_none()
    if found is None:
        raise NotFound(f"There is no change {change_id} that you can see.", "See the list of waiting changes.")
    return found


def _shown(session: Session, identity: Identity, change: PlaceChange, place: Place) -> WaitingChange:
    held = _Held.of(change)
    waits = change.decision is None
    current, submitted, base = (
        shown_to(identity, facts) if waits else {}
        for facts in (editable.facts_of(session, place) if waits else {}, held.submitted, held.base)
    )
    is_own = _is_own(identity, change, held)
    return WaitingChange(
        **change.model_dump(exclude={"facts", "place_id", "authority_code"}),
        reference=place.reference,
        name=place.name,
        current_version=place.version,
        current=current,
        submitted=submitted,
        differences=find_differences(current, submitted, base),
        may_decide=waits and not is_own and may(identity, Action.APPROVE_CHANGES),
        may_withdraw=waits and is_own,
    )
