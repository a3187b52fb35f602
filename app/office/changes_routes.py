"""Routes of the changes that wait for a second person."""

from http import HTTPStatus
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.db.version import LONDON
from app.errors import Conflict, Forbidden, InvalidInput, StaleVersion
from app.http.pages import render
from app.office.actors import name_actors
from app.office.addresses import CHANGES
from app.office.comparison import compare
from app.office.forms import SentForm, done_of, go_to, text_of
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places.queries import read_codes
from app.places.waiting import decide_change, get_waiting, list_waiting
from app.places.work_schemas import Decision, WaitingChange
from web.views_office_work import ChangePage, ChangesPage, FieldComparison, WaitingRow
from web.words import date_words

router = APIRouter(prefix=CHANGES, include_in_schema=False)
Writer = Annotated[Identity, Depends(allow(Action.WRITE_PLACES))]

DECIDED: dict[str, str] = {"approved": "It was approved", "refused": "It was refused", "withdrawn": "It was taken back"}


@router.get("")
def changes(
    request: Request, identity: Writer, session: Reading, done: Annotated[str | None, Query()] = None
) -> Response:
    """What waits, the oldest first."""
    waiting = list_waiting(session, identity)
    names = name_actors(session, {one.proposed_by for one in waiting})
    codes = read_codes(session)
    rows = (_row(one, names, compare(one.differences, one.current, one.submitted, codes)) for one in waiting)
    return render(request, "office_changes.html", page=ChangesPage(tuple(rows), done_of(done)))


@router.get("/{change_id}")
def change(request: Request, identity: Writer, session: Reading, change_id: int) -> Response:
    """One change with its differences."""
    return render(request, "office_change.html", page=_page(session, get_waiting(session, identity, change_id)))


@router.post("/{change_id}")
def decide(request: Request, identity: Writer, session: Writing, change_id: int, form: SentForm) -> Response:
    """Approve, refuse or take back. Whoever decides has seen the version that the page showed."""
    decision, reason = text_of(form, "decision"), text_of(form, "reason")
    waiting = get_waiting(session, identity, change_id)
    known = next((one for one in get_args(Decision) if one == decision), None)
    seen = text_of(form, "version", 12)
    version = int(seen) if seen.isascii() and seen.isdigit() else None
    error_field, what, status = "decision", "Choose to approve or to refuse.", HTTPStatus.UNPROCESSABLE_ENTITY
    if known:
        try:
            with session.begin_nested():
                decide_change(session, identity, change_id, known, reason=reason, version=version)
            return go_to(CHANGES, known)
        except InvalidInput as error:
            error_field, what = error.field or "reason", f"{error.what} {error.remedy}".strip()
        except StaleVersion as error:
            what, status = _stale_words(error), HTTPStatus.PRECONDITION_FAILED
        except Forbidden as error:
            what, status = f"{error.what} {error.remedy}".strip(), HTTPStatus.FORBIDDEN
        except Conflict as error:
            what, status = f"{error.what} {error.remedy}".strip(), HTTPStatus.CONFLICT
    page = _page(session, waiting, reason=reason, error=what, error_field=error_field)
    return render(request, "office_change.html", status=status, page=page)


def _page(
    session: Session, waiting: WaitingChange, *, reason: str = "", error: str = "", error_field: str = ""
) -> ChangePage:
    actors = {waiting.proposed_by} | ({waiting.decided_by} if waiting.decided_by else set())
    names = name_actors(session, actors)
    fields = compare(waiting.differences, waiting.current, waiting.submitted, read_codes(session))
    return ChangePage(
        _row(waiting, names, fields),
        fields,
        waiting.may_decide,
        waiting.may_withdraw,
        _decided(waiting, names),
        reason,
        error,
        error_field if error_field == "reason" else "main-content",
        waiting.current_version,
    )


def _row(waiting: WaitingChange, names: dict[str, str], fields: tuple[FieldComparison, ...]) -> WaitingRow:
    return WaitingRow(
        waiting.id,
        waiting.reference,
        waiting.name,
        names[waiting.proposed_by],
        waiting.proposed_at.astimezone(LONDON),
        tuple(field.label for field in fields),
        waiting.reason or "",
        waiting.may_withdraw,
        waiting.is_stale,
    )


def _decided(waiting: WaitingChange, names: dict[str, str]) -> str:
    if not (waiting.decision and waiting.decided_by and waiting.decided_at):
        return ""
    day = date_words(waiting.decided_at.astimezone(LONDON).date())
    reason = f" Reason: {waiting.decision_reason}" if waiting.decision_reason else ""
    return f"{DECIDED[waiting.decision]} by {names[waiting.decided_by]} on {day}.{reason}"


def _stale_words(error: StaleVersion) -> str:
    if any(one.get("is_conflict") for one in error.differences or ()):
        return (
            "The same fact has been changed meanwhile. Refuse this change, or ask for it anew from the present version."
        )
    return "The place has changed since this page was opened. Look at the differences again, then decide."
