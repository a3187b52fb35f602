"""How people change the register: new places, edits that say from which version they start, moves of the status."""

from collections.abc import Callable, Mapping
from typing import Any

from app.db.sessions import WriteSession
from app.errors import Fault, FaultyFields, InvalidInput, NotFound, StaleVersion
from app.permissions.identity import Identity
from app.permissions.table import Action, may, require
from app.places import changes, editable
from app.places.changes import Author
from app.places.drafts import PlaceDraft
from app.places.editable import Facts
from app.places.facts import parse_line
from app.places.merge_patch import find_differences, merge_patch
from app.places.register_rules import find_visible_id, get_visible
from app.places.register_schemas import RegisterPlace
from app.places.register_settings import read_settings
from app.places.survivors import find_survivor, merged
from app.places.waiting_queries import Versions, add_waiting, withdraw_waiting
from app.places.work_schemas import ChangeOutcome
from app.tables import Place
from app.vocabulary import MembershipStatus

LONGEST_REASON = 500
FIRST_STATUSES = (MembershipStatus.PROPOSED, MembershipStatus.LISTED)

Edit = Callable[[Facts], PlaceDraft]
"""From the facts of the version that was edited to the draft of what it should become."""


def create_place(
    session: WriteSession, identity: Identity, values: Mapping[str, Any], *, reason: str | None = None
) -> RegisterPlace:
    """Put a place on the register of the asker's authority. It starts as proposed; listed where they may do that.

    Raises:
        FaultyFields: everything that is wrong with the facts.
    """
    require(identity, Action.WRITE_PLACES)
    require(identity, Action.READ_PLACES)  # the answer is the place as the register has it
    faults = list(editable.refused_private(identity, values))
    if values.get("reference"):
        faults.append(Fault("reference", "A new place gets its reference from the register.", "Leave it out."))
    draft = editable.to_draft(session, values, others=tuple(faults))
    authority = identity.authority_code or ""
    if fault := _fault_of_first_status(session, identity, draft.membership_status):
        raise FaultyFields([fault])
    author = Author(identity.actor, identity.via, tidy_reason(reason))
    _check_position(session, draft)
    place = changes.add_place(session, draft, authority_code=authority, author=author)
    return get_visible(session, identity, place.reference)


def submit_change(  # noqa: PLR0913 - an edit is who, which, what, from which version and why
    session: WriteSession,
    identity: Identity,
    reference: str,
    values: Mapping[str, Any],
    *,
    base_version: int,
    reason: str | None = None,
) -> ChangeOutcome:
    """Give a place other facts: all editable ones, as a form sends them.

    An edit of a listed place waits for a second person where the authority has set that; else it is made at once.

    Args:
        session: the transaction.
        identity: who edits.
        reference: of the place.
        values: the facts by the names of `PlaceDraft`; private ones that the asker may not read stay as they are.
        base_version: the version that was edited.
        reason: why, for the history.

    Raises:
        NotFound, PlaceMerged: there is no such place (any more).
        StaleVersion: the place has another version by now; holds both, fact by fact.
        FaultyFields: everything that is wrong with the facts.
        Conflict: another edit of this place waits already.
    """

    def edit(base: Facts) -> PlaceDraft:
        faults = editable.refused_private(identity, values)
        kept = {name: base[name] for name in editable.hidden_from(identity)}
        return editable.to_draft(session, kept | dict(values), others=(*faults, *_not_edited(reference, values)))

    return _change(session, identity, reference, edit, base_version=base_version, reason=reason)


def patch_place(  # noqa: PLR0913 - an edit is who, which, what, from which version and why
    session: WriteSession,
    identity: Identity,
    reference: str,
    patch: Mapping[str, Any],
    *,
    base_version: int,
    reason: str | None = None,
) -> ChangeOutcome:
    """The same by a merge patch (RFC 7396): facts that it does not name stay, null empties one.

    Raises:
        NotFound, PlaceMerged, StaleVersion, FaultyFields, Conflict: as `submit_change`.
    """

    def edit(base: Facts) -> PlaceDraft:
        faults = (*editable.refused_private(identity, patch), *_not_edited(reference, patch))
        patched = merge_patch(_given(editable.settle_position(base, patch)), patch)
        return editable.to_draft(session, patched, others=faults)

    return _change(session, identity, reference, edit, base_version=base_version, reason=reason)


def move_status(  # noqa: PLR0913 - an edit is who, which, what, from which version and why
    session: WriteSession,
    identity: Identity,
    reference: str,
    status: MembershipStatus,
    *,
    reason: str,
    base_version: int | None = None,
) -> RegisterPlace:
    """Move a place along its membership. This is never delayed; an edit that waits for a withdrawn place ends.

    Raises:
        NotFound, PlaceMerged: there is no such place (any more).
        StaleVersion: `base_version` is given and is not the present one.
        InvalidInput: there is no reason.
        Conflict: that move is not allowed; says which are.
    """
    require(identity, Action.CHANGE_STATUS)
    place = lock_place(session, identity, reference)
    if base_version is not None and base_version != place.version:
        current, submitted = {"membership_status": place.membership_status}, {"membership_status": status.value}
        raise _stale(place, current, submitted, None)
    author = Author(identity.actor, identity.via, tidy_reason(reason))
    changes.change_status(session, place, status, author=author)
    if status is MembershipStatus.WITHDRAWN:
        withdraw_waiting(session, identity, place, f"{reference} was withdrawn.")
    return get_visible(session, identity, reference)


def lock_place(session: WriteSession, identity: Identity, reference: str) -> Place:
    """A place that the asker may see, kept from every other transaction until this one ends.

    Raises:
        NotFound: there is none that they may see.
        PlaceMerged: it was merged into another.
    """
    place_id = find_visible_id(session, identity, reference)
    place = session.get(Place, place_id, with_for_update=True, populate_existing=True)
    if place is None:
        raise NotFound(f"There is no place {reference} that you can see.", "Search the register.")
    into = find_survivor(session, place_id)
    if into != reference:
        raise merged(reference, into)
    return place


def tidy_reason(reason: str | None) -> str | None:
    """A reason as it is kept: one line, None where there is none.

    Raises:
        InvalidInput: it is too long, or has control characters.
    """
    try:
        return parse_line(reason, LONGEST_REASON) or None if reason else None
    except InvalidInput as error:
        raise InvalidInput(error.what, error.remedy, field="reason") from None


def stale(
    session: WriteSession, identity: Identity, place: Place, submitted: Facts, base: Facts | None
) -> StaleVersion:
    """The error that shows the register's version and the submitted one side by side, as far as the asker may read."""
    shown = editable.shown_to(identity, editable.facts_of(session, place))
    return _stale(place, shown, editable.shown_to(identity, submitted), base)


def _change(  # noqa: PLR0913 - an edit is who, which, what, from which version and why
    session: WriteSession, identity: Identity, reference: str, edit: Edit, *, base_version: int, reason: str | None
) -> ChangeOutcome:
    require(identity, Action.WRITE_PLACES)
    place = lock_place(session, identity, reference)
    current = editable.facts_of(session, place)
    if place.version != base_version:
        base = editable.facts_at(session, place, base_version)
        submitted = editable.facts_of_draft(edit(current | (base or {})))
        raise stale(session, identity, place, submitted, base)
    draft = edit(current)
    submitted = editable.facts_of_draft(draft)
    if submitted == current:
        return ChangeOutcome(get_visible(session, identity, reference))
    if (submitted["easting"], submitted["postcode"]) != (current["easting"], current["postcode"]):
        _check_position(session, draft)
    author = Author(identity.actor, identity.via, tidy_reason(reason))
    settings = read_settings(session, place.authority_code)
    if settings.second_person_for_listed_places and place.membership_status == MembershipStatus.LISTED:
        change_id = add_waiting(session, identity, place, Versions(current, submitted), author.reason)
        return ChangeOutcome(get_visible(session, identity, reference), change_id)
    changes.change_place(session, place, draft, author=author)
    return ChangeOutcome(get_visible(session, identity, reference))


def _check_position(session: WriteSession, draft: PlaceDraft) -> None:
    """Check that a draft's place is somewhere: a postcode that is not held is a fault of that field.

    Raises:
        FaultyFields: it is nowhere.
    """
    try:
        changes.locate(session, draft)
    except (NotFound, InvalidInput) as error:
        raise FaultyFields([Fault(draft.locating_field, error.what, error.remedy)]) from error


def _stale(place: Place, current: Facts, submitted: Facts, base: Facts | None) -> StaleVersion:
    differences = [one.model_dump(mode="json") for one in find_differences(current, submitted, base)]
    return StaleVersion(
        f"{place.reference} has version {place.version} by now.",
        "Compare the two versions, then send your change again, from the present version.",
        current=current,
        submitted=submitted,
        differences=differences,
    )


def _given(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}


def _not_edited(reference: str, values: Mapping[str, Any]) -> tuple[Fault, ...]:
    faults = []
    if values.get("reference") not in {None, "", reference}:
        faults.append(Fault("reference", "The reference of a place never changes.", "Leave it out."))
    if values.get("membership_status"):
        faults.append(
            Fault("membership_status", "An edit does not move the status.", "Move it by itself, and say why.")
        )
    return tuple(faults)


def _fault_of_first_status(session: WriteSession, identity: Identity, status: MembershipStatus | None) -> Fault | None:
    if status in {None, MembershipStatus.PROPOSED}:
        return None
    if status not in FIRST_STATUSES:
        return Fault("membership_status", "A new place is proposed or listed.", "Choose one of these.")
    if not may(identity, Action.CHANGE_STATUS):
        return Fault("membership_status", "You may not list places.", "Propose it: leave the status out.")
    if read_settings(session, identity.authority_code or "").second_person_for_listed_places:
        return Fault("membership_status", "New places start as proposed here.", "Leave the status out, then list it.")
    return None
