"""Routes of one place: its page, its status, the decision on its division."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.errors import Conflict, InvalidInput, StaleVersion
from app.http.pages import render
from app.office.actors import name_actors
from app.office.addresses import PLACES, place_address
from app.office.forms import SentForm, done_of, go_to, text_of
from app.office.maps import map_around
from app.office.place_page import show_place
from app.office.words import to_row
from app.permissions.identity import Identity
from app.permissions.table import Action, may
from app.places.division_decisions import decide_division
from app.places.editing import move_status
from app.places.queries import read_codes
from app.places.register_rules import get_visible
from app.places.register_schemas import RegisterPlace
from app.places.waiting import list_waiting
from app.places.work_schemas import WaitingChange
from app.vocabulary import MEMBERSHIP_LABELS, MEMBERSHIP_TRANSITIONS, Assurance, MembershipStatus
from web.views_office import Choice, FormFault
from web.views_office_work import StatusPage

router = APIRouter(prefix=PLACES, include_in_schema=False)
Reader = Annotated[Identity, Depends(allow(Action.READ_PLACES))]
Mover = Annotated[Identity, Depends(allow(Action.CHANGE_STATUS))]
Writer = Annotated[Identity, Depends(allow(Action.WRITE_PLACES))]

NOT_FIT_TO_SHOW = frozenset({Assurance.UNASSESSED, Assurance.NOT_FIT, Assurance.LAPSED})


@router.get("/{reference}")
def place(
    request: Request,
    identity: Reader,
    session: Reading,
    reference: str,
    done: Annotated[str | None, Query()] = None,
) -> Response:
    """Everything that the reader may see of a place. One that was merged is shown, with where it leads."""
    if reference != reference.upper():
        return RedirectResponse(place_address(reference.upper()), HTTPStatus.PERMANENT_REDIRECT)
    found = get_visible(session, identity, reference, follow_merges=False)
    return _draw(request, session, identity, found, done=done)


@router.get("/{reference}/status")
def ask_status(
    request: Request, identity: Mover, session: Reading, reference: str, to: Annotated[str, Query()] = ""
) -> Response:
    """Where the status may go, and what follows from it."""
    found = get_visible(session, identity, reference)
    return render(request, "office_status.html", page=_show_status(found, found.version, to))


@router.post("/{reference}/status")
def change_status(request: Request, identity: Mover, session: Writing, reference: str, form: SentForm) -> Response:
    """Move the status, with a reason."""
    found = get_visible(session, identity, reference)
    to, reason, version = text_of(form, "status"), text_of(form, "reason"), text_of(form, "version", 12)
    faults = []
    if to not in {status.value for status in MEMBERSHIP_TRANSITIONS[found.membership_status]}:
        faults.append(FormFault("status", "Choose what the status should be."))
    if not reason:
        faults.append(FormFault("reason", "Say why, in a few words."))
    if not faults:
        try:
            with session.begin_nested():
                base_version = int(version) if version.isascii() and version.isdigit() else 0
                move_status(
                    session, identity, reference, MembershipStatus(to), reason=reason, base_version=base_version
                )
            return go_to(place_address(reference), "status")
        except StaleVersion:
            faults.append(
                FormFault(
                    "status", "Somebody else changed this place in the meantime. Look at it, then send this again."
                )
            )
        except (InvalidInput, Conflict) as error:
            field = error.field if error.field in {"status", "reason"} else "status"
            faults.append(FormFault(field or "status", f"{error.what} {error.remedy}".strip()))
    page = _show_status(found, found.version, to, reason, tuple(faults))
    return render(request, "office_status.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)


@router.post("/{reference}/division")
def division(request: Request, identity: Writer, session: Writing, reference: str, form: SentForm) -> Response:
    """Decide in which division a place counts, or take the decision back."""
    found = get_visible(session, identity, reference)
    code, reason = text_of(form, "gss_code", 20) or None, text_of(form, "reason")
    try:
        with session.begin_nested():
            decide_division(session, identity, reference, code, reason=reason)
    except (InvalidInput, Conflict) as error:
        return _draw(request, session, identity, found, error=f"{error.what} {error.remedy}".strip())
    return go_to(place_address(reference), "division")


def _draw(  # noqa: PLR0913 - a page is made of many things
    request: Request,
    session: Session,
    identity: Identity,
    found: RegisterPlace,
    *,
    done: str | None = None,
    error: str = "",
) -> Response:
    waiting = _waiting_for(session, identity, found)
    actors = {one.decided_by for one in found.divisions if one.decided_by} | (
        {waiting.proposed_by} if waiting else set()
    )
    page = show_place(
        identity,
        found,
        codes=read_codes(session),
        names=name_actors(session, actors),
        waiting=waiting,
        map_view=map_around(request, "On the map", (found.lon, found.lat), "18rem"),
        done=done_of(done),
        error=error,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return render(request, "office_place.html", status=status, page=page)


def _waiting_for(session: Session, identity: Identity, found: RegisterPlace) -> WaitingChange | None:
    if not found.change_waiting or not may(identity, Action.WRITE_PLACES):
        return None
    return next((one for one in list_waiting(session, identity) if one.reference == found.reference), None)


def _show_status(
    place: RegisterPlace, version: int, to: str, reason: str = "", faults: tuple[FormFault, ...] = ()
) -> StatusPage:
    allowed = MEMBERSHIP_TRANSITIONS[place.membership_status]
    moves = tuple(
        Choice(status.value, MEMBERSHIP_LABELS[status], status.value == to, _consequence(place, status))
        for status in MembershipStatus
        if status in allowed
    )
    return StatusPage(to_row(place), moves, version, reason, faults)


def _consequence(place: RegisterPlace, status: MembershipStatus) -> str:
    """What follows from a move."""
    if status is MembershipStatus.SUSPENDED:
        return "People will no longer see it, within five seconds. It can be listed again."
    if status is MembershipStatus.WITHDRAWN:
        gone = "People will no longer see it. " if place.is_published else ""
        return f"{gone}It cannot come back: if it joins again it gets a new reference."
    missing = []
    if place.consent_on is None:
        missing.append("somebody has agreed to the listing")
    if place.assurance in NOT_FIT_TO_SHOW:
        missing.append("a check has found it fit")
    if missing:
        return f"People will not see it until {' and '.join(missing)}."
    return "People will see it, within five seconds."
