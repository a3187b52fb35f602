"""Routes of bulk changes: what to do with the places that were selected, what would happen to each, then doing it."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlmodel import Session
from starlette.datastructures import FormData

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.errors import Conflict, FaultyFields, InvalidInput
from app.http.pages import render
from app.office.addresses import PLACES
from app.office.forms import SentForm, go_to, text_of
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places.bulk import apply_bulk, preview_bulk
from app.places.facts import parse_day
from app.places.queries import Codes, read_codes
from app.places.register_filters import parse_register_filters
from app.places.register_rules import list_register
from app.places.saved_views import read_query
from app.places.work_schemas import BulkAction, BulkPreview, BulkRow, Selection
from app.vocabulary import MembershipStatus
from web.views_office import Choice, FormFault
from web.views_office_work import BulkAskPage, BulkLine, BulkPage
from web.words import count_words, date_words

router = APIRouter(prefix=f"{PLACES}/bulk", include_in_schema=False)
Changer = Annotated[Identity, Depends(allow(Action.CHANGE_STATUS))]
MOST_SELECTED = 1_000
CONSENT = "consent:"
STATUS_ACTIONS: dict[MembershipStatus, tuple[str, str]] = {
    MembershipStatus.LISTED: ("List them", "List"),
    MembershipStatus.SUSPENDED: ("Suspend them: people will no longer see them", "Suspend"),
    MembershipStatus.WITHDRAWN: ("Withdraw them, for good", "Withdraw"),
}
ASK, SHOW = "office_bulk_ask.html", "office_bulk.html"


@router.post("")
def ask(request: Request, identity: Changer, session: Reading, form: SentForm) -> Response:
    """What should change?"""
    return render(request, ASK, page=_ask(session, identity, form))


@router.post("/preview")
def preview(request: Request, identity: Changer, session: Reading, form: SentForm) -> Response:
    """What would happen to each place."""
    codes = read_codes(session)
    try:
        action = _parse_action(form)
        selection = _parse_selection(form, codes)
        found = preview_bulk(session, identity, selection, action)
    except InvalidInput as error:
        page = _ask(session, identity, form, _faults(error))
        return render(request, ASK, status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)
    return render(request, SHOW, page=_show(found, codes, form))


@router.post("/apply")
def apply(request: Request, identity: Changer, session: Writing, form: SentForm) -> Response:
    """Do it, if nothing has changed since the preview."""
    codes = read_codes(session)
    try:
        action = _parse_action(form)
        selection = _parse_selection(form, codes)
        with session.begin_nested():
            apply_bulk(session, identity, selection, action, token=text_of(form, "token"))
    except Conflict as error:
        found = preview_bulk(session, identity, selection, action)
        warning = f"{error.what} {error.remedy}".strip()
        return render(request, SHOW, status=HTTPStatus.CONFLICT, page=_show(found, codes, form, warning))
    except InvalidInput as error:
        page = _ask(session, identity, form, _faults(error))
        return render(request, ASK, status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)
    return go_to(_back(form), "bulk")


def _ask(session: Session, identity: Identity, form: FormData, faults: tuple[FormFault, ...] = ()) -> BulkAskPage:
    codes = read_codes(session)
    query = text_of(form, "query")
    whole = ""
    if text_of(form, "which") == "all":
        filters = parse_register_filters(read_query(query), codes)
        whole = count_words(list_register(session, identity, filters, limit=1).total, "place")
    return BulkAskPage(
        () if whole else _references(form),
        _actions(codes),
        whole,
        query,
        {name: text_of(form, name) for name in ("action", "day", "reason")},
        faults,
    )


def _actions(codes: Codes) -> tuple[Choice, ...]:
    statuses = (Choice(f"status:{status.value}", words) for status, (words, _) in STATUS_ACTIONS.items())
    added = (Choice(f"add_scheme:{code}", f"Add the scheme “{label}”") for code, label in codes.schemes.items())
    removed = (
        Choice(f"remove_scheme:{code}", f"Take the scheme “{label}” away") for code, label in codes.schemes.items()
    )
    return (*statuses, *added, *removed, Choice(CONSENT, "Set the day of consent"))


def _parse_action(form: FormData) -> BulkAction:
    """The action that was chosen.

    Raises:
        InvalidInput: none was, or it has no reason or no day.
    """
    chosen, reason = text_of(form, "action"), text_of(form, "reason")
    if not chosen:
        raise InvalidInput("Nothing is chosen.", "Choose what should change.", field="action")
    if not reason:
        raise InvalidInput("There is no reason.", "Say why, in a few words.", field="reason")
    kind, _, value = chosen.partition(":")
    if chosen == CONSENT:
        day = text_of(form, "day", 40)
        if not day:
            raise InvalidInput("There is no day of consent.", "Write it as 27/3/2026.", field="day")
        try:
            value = parse_day(day).isoformat()
        except InvalidInput as error:
            raise InvalidInput(error.what, error.remedy, field="day") from None
    try:
        return BulkAction.model_validate({"kind": kind, "value": value, "reason": reason})
    except ValidationError:
        raise InvalidInput("There is no such action.", "Choose one of the list.", field="action") from None


def _parse_selection(form: FormData, codes: Codes) -> Selection:
    if text_of(form, "which") == "all":
        return Selection(filters=parse_register_filters(read_query(text_of(form, "query")), codes))
    references = _references(form)
    if not references:
        raise InvalidInput("No place is selected.", "Go back and tick the places.", field="action")
    return Selection(references)


def _references(form: FormData) -> tuple[str, ...]:
    given = (one for one in form.getlist("reference") if isinstance(one, str))
    return tuple(dict.fromkeys(given))[:MOST_SELECTED]


def _show(found: BulkPreview, codes: Codes, form: FormData, warning: str = "") -> BulkPage:
    faults = {row.reference for row in found.faults}
    left = [row.reference for row in found.rows if row.reference not in faults]
    # With faults, what is sent on are the places without one; else exactly what the token stands for.
    by_reference = bool(faults) or text_of(form, "which") != "all"
    carried = [("which", "selected" if by_reference else "all"), ("token", found.token)]
    carried += [(name, text_of(form, name)) for name in ("action", "day", "reason", "query")]
    carried += [("reference", reference) for reference in (left if by_reference else [])]
    return BulkPage(
        _title(found, codes),
        tuple(map(_line, found.rows)),
        found.changed,
        tuple(carried),
        len(faults),
        _back(form),
        warning,
    )


def _title(found: BulkPreview, codes: Codes) -> str:
    places = count_words(len(found.rows), "place")
    action = found.action
    match action.kind:
        case "status":
            return f"{STATUS_ACTIONS[MembershipStatus(action.value)][1]} {places}"
        case "add_scheme":
            return f"Add “{codes.schemes.get(action.value, action.value)}” to {places}"
        case "remove_scheme":
            return f"Take “{codes.schemes.get(action.value, action.value)}” from {places}"
        case "consent":
            return f"Set the day of consent of {places} to {date_words(date.fromisoformat(action.value))}"


def _line(row: BulkRow) -> BulkLine:
    return BulkLine(
        row.reference,
        row.name,
        row.before,
        row.after,
        row.changes,
        "Waits for a second person" if row.waits and row.changes and not row.fault else "",
        f"{row.fault} {row.remedy or ''}".strip() if row.fault else "",
    )


def _faults(error: InvalidInput) -> tuple[FormFault, ...]:
    known = {"action", "day", "reason"}
    given: Iterable[tuple[str | None, str, str]] = (
        error.faults if isinstance(error, FaultyFields) else [(error.field, error.what, error.remedy)]
    )
    return tuple(
        FormFault(field if field in known else "action", f"{what} {remedy}".strip()) for field, what, remedy in given
    )


def _back(form: FormData) -> str:
    query = text_of(form, "query")
    return f"{PLACES}?{query}" if query else PLACES
