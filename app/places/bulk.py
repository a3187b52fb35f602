"""One thing done to many places: previewed, then done to all of them or to none."""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlmodel import Session, col, select

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.errors import Conflict, Fault, FaultyFields, InvalidInput
from app.outbox.rules import queue_message
from app.permissions.identity import Identity
from app.permissions.table import Action, require
from app.places import editable, register_queries
from app.places.changes import STATUS_CHANGED
from app.places.drafts import STATUS_CODES, PlaceWords
from app.places.editing import tidy_reason
from app.places.facts import parse_code, parse_day
from app.places.queries import Codes, read_codes
from app.places.register_facts import read_facts
from app.places.register_rules import sets_of_today
from app.places.register_schemas import RegisterPlace
from app.places.register_settings import read_settings
from app.places.waiting_queries import Versions, add_waiting, withdraw_waiting
from app.places.work_schemas import BulkAction, BulkDone, BulkPreview, BulkRow, Selection
from app.tables import Place
from app.vocabulary import MEMBERSHIP_LABELS, MEMBERSHIP_TRANSITIONS, MembershipStatus

MOST_AT_ONCE = 1_000


class _Effect(NamedTuple):
    """What an action does to a place: the new value of the one column that it changes; or what stands in the way."""

    column: str
    before: Any
    after: Any
    fault: str | None = None
    remedy: str | None = None


class _Plan(NamedTuple):
    """What is to be done, place by place, and the references that are none."""

    action: BulkAction
    effects: dict[str, tuple[RegisterPlace, _Effect]]
    unknown: tuple[str, ...]
    codes: Codes
    waits: bool


def preview_bulk(session: Session, identity: Identity, selection: Selection, action: BulkAction) -> BulkPreview:
    """What a bulk action would do, place by place, with everything that stands in its way.

    Raises:
        InvalidInput, FaultyFields: the action itself is wrong, or it is for no place, or for too many.
    """
    require(identity, Action.CHANGE_STATUS if action.kind == "status" else Action.WRITE_PLACES)
    return _preview(_plan(session, identity, selection, action))


def apply_bulk(
    session: WriteSession, identity: Identity, selection: Selection, action: BulkAction, token: str
) -> BulkDone:
    """Do what was previewed: to all places or, by an error, to none.

    Edits of listed places wait for a second person where the authority has set that.

    Args:
        session: the transaction.
        identity: who does it.
        selection: as it was previewed.
        action: as it was previewed.
        token: of the preview.

    Raises:
        Conflict: the places are no longer those of the preview, or have other versions.
        FaultyFields: every place that stands in the way, by reference.
    """
    require(identity, Action.CHANGE_STATUS if action.kind == "status" else Action.WRITE_PLACES)
    places = _lock(session, identity, selection)
    plan = _plan(session, identity, selection, action)
    preview = _preview(plan)
    if preview.token != token:
        raise Conflict(
            "These places have changed since they were shown to you.", "Look at the preview again, then confirm it."
        )
    if preview.faults:
        raise FaultyFields([Fault(row.reference, row.fault or "", row.remedy or "") for row in preview.faults])
    session.record_as(identity.actor, via=identity.via, reason=plan.action.reason)
    rows = [row for row in preview.rows if row.changes]
    for row in rows:
        if row.waits:
            _let_wait(session, identity, places[row.reference], plan)
    direct = [row.reference for row in rows if not row.waits]
    _write(session, identity, plan, [places[reference] for reference in direct])
    return BulkDone(len(direct), len(rows) - len(direct))


def _plan(session: Session, identity: Identity, selection: Selection, action: BulkAction) -> _Plan:
    codes = read_codes(session)
    action = _checked(action, codes)
    sets = sets_of_today(session)
    ids = _ids(session, identity, selection, sets)
    places = list(read_facts(session, identity, list(ids.values()), sets=sets).values())
    effects = {place.reference: (place, _effect(place, action)) for place in places}
    waits = action.kind != "status" and _second_person(session, identity)
    return _Plan(action, effects, tuple(one for one in selection.references if one not in ids), codes, waits)


def _second_person(session: Session, identity: Identity) -> bool:
    return read_settings(session, identity.authority_code or "").second_person_for_listed_places


def _ids(session: Session, identity: Identity, selection: Selection, sets: Sequence[int]) -> dict[str, int]:
    """References and ids of the selected places that the asker may see."""
    if len(selection.references) > MOST_AT_ONCE:
        found = dict.fromkeys(selection.references, 0)
    elif selection.filters is not None:
        asked = register_queries.Asked(identity, selection.filters, sets)
        found = register_queries.find_all(session, asked, limit=MOST_AT_ONCE + 1)
    else:
        found = register_queries.find_ids(session, identity, selection.references)
    if len(found) > MOST_AT_ONCE:
        raise InvalidInput(f"These are more than {MOST_AT_ONCE} places.", "Narrow the search, and go step by step.")
    if not found and not selection.references:
        raise InvalidInput("No place is chosen.", "Choose some, or search for others.")
    return found


def _checked(action: BulkAction, codes: Codes) -> BulkAction:
    """The action with its value as a code.

    Raises:
        FaultyFields: the value or the reason is wrong.
    """
    faults = []
    value, reason = action.value, action.reason
    try:
        value = _value(action, codes)
    except InvalidInput as error:
        faults.append(Fault("value", error.what, error.remedy))
    try:
        reason = tidy_reason(reason) or ""
        if not reason:
            faults.append(Fault("reason", "There is no reason.", "Say why, in a few words."))
    except InvalidInput as error:
        faults.append(Fault("reason", error.what, error.remedy))
    if faults:
        raise FaultyFields(faults)
    return BulkAction(kind=action.kind, value=value, reason=reason)


def _value(action: BulkAction, codes: Codes) -> str:
    if action.kind == "status":
        return parse_code(action.value, STATUS_CODES, "membership status")
    if action.kind == "consent":
        day = parse_day(action.value)
        if day > london_today():
            raise InvalidInput("The day of consent has not come yet.", "Correct the date.")
        return day.isoformat()
    return parse_code(action.value, PlaceWords.of(codes.kinds, codes.schemes).schemes, "scheme")


def _effect(place: RegisterPlace, action: BulkAction) -> _Effect:
    if place.merged_into:
        return _Effect("", None, None, f"It was merged into {place.merged_into}.", "Leave it out.")
    if action.kind == "status":
        return _status_effect(place.membership_status, MembershipStatus(action.value))
    if action.kind == "consent":
        return _Effect("consent_on", place.consent_on, date.fromisoformat(action.value))
    others = [code for code in place.schemes if code != action.value]
    if action.kind == "add_scheme":
        after = place.schemes if action.value in place.schemes else [*others, action.value]
        return _Effect("schemes", place.schemes, after)
    effect = _Effect("schemes", place.schemes, others)
    if others:
        return effect
    return effect._replace(fault="It is its only scheme, and every place needs one.", remedy="Leave it out.")


def _status_effect(before: MembershipStatus, after: MembershipStatus) -> _Effect:
    effect = _Effect("membership_status", before.value, after.value)
    moves = MEMBERSHIP_TRANSITIONS[before]
    if before is after or after in moves:
        return effect
    allowed = " or ".join(MEMBERSHIP_LABELS[one].lower() for one in MembershipStatus if one in moves)
    return effect._replace(
        fault=f"It is {MEMBERSHIP_LABELS[before].lower()} and cannot become {MEMBERSHIP_LABELS[after].lower()}.",
        remedy=f"It can become: {allowed}." if allowed else "Leave it out.",
    )


def _preview(plan: _Plan) -> BulkPreview:
    versions = sorted((reference, place.version) for reference, (place, _) in plan.effects.items())
    token = sha256(orjson.dumps([plan.action.model_dump(), versions, plan.unknown])).hexdigest()
    return BulkPreview(action=plan.action, rows=list(_rows(plan)), token=token)


def _rows(plan: _Plan) -> Iterator[BulkRow]:
    for reference in plan.unknown:
        yield BulkRow(
            reference=reference[:20],
            name="",
            version=0,
            before="",
            after="",
            changes=False,
            fault="There is no such place that you can see.",
            remedy="Leave it out, or correct the reference.",
        )
    for reference, (place, effect) in plan.effects.items():
        changes = effect.fault is None and effect.before != effect.after
        waits = changes and plan.waits and place.membership_status is MembershipStatus.LISTED
        is_blocked = waits and place.change_waiting
        yield BulkRow(
            reference=reference,
            name=place.name,
            version=place.version,
            before=_shown(effect.before, plan.codes),
            after=_shown(effect.after, plan.codes),
            changes=changes,
            waits=waits,
            fault="Another change of it waits already." if is_blocked else effect.fault,
            remedy="Have that decided first." if is_blocked else effect.remedy,
        )


def _shown(value: Any, codes: Codes) -> str:  # noqa: ANN401 - a status, schemes or a day
    if isinstance(value, list):
        return ", ".join(str(codes.schemes.get(code, code)) for code in value)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return MEMBERSHIP_LABELS[MembershipStatus(value)] if value else ""


def _lock(session: WriteSession, identity: Identity, selection: Selection) -> dict[str, Place]:
    """The selected places, kept from others; in one order, so that two bulk actions do not wait for each other."""
    ids = sorted(_ids(session, identity, selection, sets_of_today(session)).values())
    statement = select(Place).where(col(Place.id).in_(ids)).order_by(col(Place.id)).with_for_update()
    return {place.reference: place for place in session.exec(statement.execution_options(populate_existing=True))}


def _let_wait(session: WriteSession, identity: Identity, place: Place, plan: _Plan) -> None:
    effect = plan.effects[place.reference][1]
    base = editable.facts_of(session, place)
    after = effect.after.isoformat() if isinstance(effect.after, date) else effect.after
    add_waiting(session, identity, place, Versions(base, base | {effect.column: after}), plan.action.reason)


def _write(session: WriteSession, identity: Identity, plan: _Plan, places: Sequence[Place]) -> None:
    for place in places:
        effect = plan.effects[place.reference][1]
        setattr(place, effect.column, effect.after)
    session.flush()
    if plan.action.kind != "status":
        return
    for place in places:
        before, after = plan.effects[place.reference][1][1:3]
        queue_message(session, STATUS_CHANGED, {"reference": place.reference, "before": before, "after": after})
        if after == MembershipStatus.WITHDRAWN:
            withdraw_waiting(session, identity, place, plan.action.reason)
