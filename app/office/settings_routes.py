"""Routes of the settings that administrators change while the service runs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.http.pages import render
from app.office.addresses import SETTINGS
from app.office.forms import SentForm, done_of, go_to, text_of
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places.register_settings import read_settings, write_setting
from app.tables import Authority
from web.views_office_work import SettingsPage

router = APIRouter(prefix=SETTINGS, include_in_schema=False)
Administrator = Annotated[Identity, Depends(allow(Action.MANAGE_SETTINGS))]
SECOND_PERSON = "second_person_for_listed_places"


@router.get("")
def ask_settings(
    request: Request, identity: Administrator, session: Reading, done: Annotated[str | None, Query()] = None
) -> Response:
    """The settings of the administrator's authority."""
    code = identity.authority_code or ""
    authority = session.get(Authority, code)
    settings = read_settings(session, code)
    page = SettingsPage(
        authority.name if authority else code, settings.second_person_for_listed_places, done=done_of(done)
    )
    return render(request, "office_settings.html", page=page)


@router.post("")
def save(identity: Administrator, session: Writing, form: SentForm) -> Response:
    """Save them."""
    write_setting(session, identity, SECOND_PERSON, text_of(form, "second_person") == "yes")
    return go_to(SETTINGS, "settings")
