"""Routes of the form: a new place, an edit, and the two questions that the form asks while it is filled in."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.accounts.access import allow
from app.db.sessions import Reading, WriteSession, Writing
from app.errors import Conflict, FaultyFields, InvalidInput, StaleVersion
from app.http.pages import render
from app.office import comparison
from app.office.actors import newest_change
from app.office.addresses import PLACES, place_address
from app.office.form_page import find_faults, show_form, show_hours, to_form_faults, waits_for_second
from app.office.form_values import TypedForm, form_of, new_form, read_form
from app.office.forms import SentForm, faults_of, go_to, text_of
from app.office.location import show_location
from app.office.maps import map_around
from app.permissions.identity import Identity
from app.permissions.table import Action, may
from app.places.editing import create_place, submit_change
from app.places.queries import read_codes
from app.places.register_rules import get_visible
from app.places.register_schemas import RegisterPlace
from app.places.work_schemas import Difference
from web.views_office import FormFault, LocationView
from web.views_office_work import ConflictPage

router = APIRouter(prefix=PLACES, include_in_schema=False)
Writer = Annotated[Identity, Depends(allow(Action.WRITE_PLACES))]
NEW = f"{PLACES}/new"
CHECKED = {"location": "The location is checked.", "hours": "The hours are checked."}
FORM = "office_form.html"


@router.get("/new")
def ask_new(request: Request, identity: Writer, session: Reading) -> Response:
    """An empty form."""
    return _draw_new(request, identity, session, new_form())


@router.post("/new")
def add(request: Request, identity: Writer, session: Writing, form: SentForm) -> Response:
    """Put a place on the register, or say what is wrong."""
    typed = read_form(form)
    if checked := _checked(form):
        return _draw_new(request, identity, session, typed, checked=checked)
    values, faults = find_faults(typed, read_codes(session), with_private=may(identity, Action.READ_PRIVATE))
    if not faults:
        try:
            with session.begin_nested():
                place = create_place(session, identity, values, reason=typed.get("reason"))
            return go_to(place_address(place.reference), "added")
        except FaultyFields as error:
            faults = to_form_faults(error.faults)
        except InvalidInput as error:
            faults = faults_of(error, "name")
    return _draw_new(request, identity, session, typed, faults=faults)


@router.post("/location")
def location(request: Request, _: Writer, session: Reading, form: SentForm) -> Response:
    """What a position means: the form's script asks while a pin is moved or a postcode is typed."""
    return render(request, "parts/office_location.html", fragment=show_location(session, read_form(form)))


@router.post("/hours")
def hours(request: Request, _: Writer, form: SentForm) -> Response:
    """Opening hours read back in words, while they are typed."""
    return render(request, "parts/office_hours.html", fragment=show_hours(read_form(form)))


@router.get("/{reference}/edit")
def ask_edit(request: Request, identity: Writer, session: Reading, reference: str) -> Response:
    """A place as a form."""
    place = get_visible(session, identity, reference)
    return _draw_edit(request, session, place, form_of(place), version=place.version)


@router.post("/{reference}/edit")
def edit(request: Request, identity: Writer, session: Writing, reference: str, form: SentForm) -> Response:
    """Save an edit, or say what is wrong, or show what somebody else did in the meantime."""
    place = get_visible(session, identity, reference)
    choices = {
        name.removeprefix(comparison.CHOOSE): str(value)
        for name, value in form.items()
        if name.startswith(comparison.CHOOSE)
    }
    typed = comparison.take_chosen(read_form(form), form_of(place), choices)
    version = _version(form)
    if checked := _checked(form):
        return _draw_edit(request, session, place, typed, version=version, checked=checked)
    values, faults = find_faults(typed, read_codes(session), with_private=place.shows_private)
    if not faults:
        try:
            with session.begin_nested():
                outcome = submit_change(
                    session, identity, reference, values, base_version=version, reason=typed.get("reason")
                )
        except StaleVersion as error:
            return _draw_conflict(request, session, place, typed, error)
        except FaultyFields as error:
            faults = to_form_faults(error.faults)
        except InvalidInput as error:
            faults = faults_of(error, "name")
        except Conflict as error:
            faults = (FormFault("name", f"{error.what} {error.remedy}".strip()),)
        else:
            done = "waits" if outcome.waits else "saved" if outcome.place.version != version else "unchanged"
            return go_to(place_address(reference), done)
    return _draw_edit(request, session, place, typed, version=version, faults=faults)


def _draw_new(  # noqa: PLR0913 - a form is made of what was typed and of what is said about it
    request: Request,
    identity: Identity,
    session: Session,
    typed: TypedForm,
    *,
    faults: tuple[FormFault, ...] = (),
    checked: str = "",
) -> Response:
    found = show_location(session, typed) if typed.get("postcode") or faults or checked else None
    page = show_form(
        typed,
        read_codes(session),
        action=NEW,
        faults=faults,
        location=found,
        shows_private=may(identity, Action.READ_PRIVATE),
        checked=checked,
        map=map_around(request, "Where the place is", _point(found)),
    )
    return render(request, FORM, status=_status(faults), page=page)


def _draw_edit(  # noqa: PLR0913 - as above
    request: Request,
    session: Session,
    place: RegisterPlace,
    typed: TypedForm,
    *,
    version: int,
    faults: tuple[FormFault, ...] = (),
    checked: str = "",
) -> Response:
    found = show_location(session, typed)
    page = show_form(
        typed,
        read_codes(session),
        action=place_address(place.reference, "edit"),
        faults=faults,
        reference=place.reference,
        name=place.name,
        version=version,
        location=found,
        shows_private=place.shows_private,
        waits=waits_for_second(session, place.authority_code, place.membership_status.value),
        checked=checked,
        map=map_around(request, "Where the place is", _point(found) or (place.lon, place.lat)),
    )
    return render(request, FORM, status=_status(faults), page=page)


def _draw_conflict(
    request: Request, session: WriteSession, place: RegisterPlace, typed: TypedForm, error: StaleVersion
) -> Response:
    differences = [Difference.model_validate(one) for one in error.differences or ()]
    page = ConflictPage(
        place.reference,
        place.name,
        place.version,
        comparison.compare(differences, error.current, error.submitted, read_codes(session)),
        comparison.to_hidden(typed),
        newest_change(session, place.reference),
    )
    return render(request, "office_conflict.html", status=HTTPStatus.PRECONDITION_FAILED, page=page)


def _point(found: LocationView | None) -> tuple[float, float] | None:
    return (found.lon, found.lat) if found and found.lon is not None and found.lat is not None else None


def _checked(form: SentForm) -> str:
    return CHECKED.get(text_of(form, "check"), "")


def _version(form: SentForm) -> int:
    """The version that an edit starts from; 0, which no place has, where a form says none."""
    text = text_of(form, "version", 12)
    return int(text) if text.isascii() and text.isdigit() else 0


def _status(faults: tuple[FormFault, ...]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
