"""Routes of the register as a list: the page, its CSV, saved views."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.db.version import london_today
from app.errors import Conflict, FaultyFields, InvalidInput, NotFound
from app.http.caching import private_headers
from app.http.pages import render
from app.office import list_page
from app.office.addresses import PLACES
from app.office.forms import SentForm, done_of, faults_of, go_to, text_of
from app.office.maps import (
    DIVISIONS_FILE,
    PLACES_FILE,
    SCRIPT,
    divisions_file,
    divisions_of_today,
    map_of_list,
    office_map,
    places_file,
)
from app.office.register_csv import to_register_csv
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places.queries import read_codes
from app.places.register_filters import parse_register_filters
from app.places.register_rules import find_extent, list_drawn, list_register
from app.places.register_schemas import RegisterFilters, RegisterQuery
from app.places.saved_views import delete_view, list_views, read_query, save_view
from app.public_map.map_files import GEOJSON
from app.tables import Authority
from web.views_office import FormFault, OfficeListPage
from web.views_office_work import DeleteViewPage

PAGE_SIZE = 50
MOST_IN_CSV = 20_000
MOST_ON_MAP = 20_000

router = APIRouter(include_in_schema=False)
Reader = Annotated[Identity, Depends(allow(Action.READ_PLACES))]


class ListQuery(RegisterQuery):
    """What the page of the list is asked for: a search, whether a map is wanted, and what has just been done."""

    view: Literal["map"] | None = None
    done: str | None = None


@router.get("/office")
def office(_: Reader) -> Response:
    """Where work begins."""
    return RedirectResponse(PLACES, HTTPStatus.SEE_OTHER)


@router.get("/office/places")
def places(
    request: Request,
    identity: Reader,
    session: Reading,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """The register as a list, with `view=map` below a map of all that it finds."""
    page, status = _list(request, session, identity, query, done=query.done, with_map=query.view == "map")
    return render(request, "office_places.html", status=status, page=page)


@router.get("/office/places.csv")
def places_csv(identity: Reader, session: Reading, query: Annotated[RegisterQuery, Query()]) -> Response:
    """All places that the list shows, on all its pages, as a file for spreadsheets."""
    filters = parse_register_filters(query, read_codes(session))
    found = list_register(session, identity, filters, limit=MOST_IN_CSV)
    name = f"places-{london_today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(to_register_csv(found.places), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(PLACES_FILE)
def places_geojson(identity: Reader, session: Reading, query: Annotated[RegisterQuery, Query()]) -> Response:
    """All places that the list finds, on all its pages, for the map."""
    filters = parse_register_filters(query, read_codes(session))
    places = list_drawn(session, identity, filters, limit=MOST_ON_MAP)
    return Response(places_file(places), headers=private_headers(), media_type=GEOJSON)


@router.get(DIVISIONS_FILE)
def divisions_geojson(_: Reader, session: Reading) -> Response:
    """The divisions of today, for the map."""
    return Response(divisions_file(session), headers=private_headers(), media_type=GEOJSON)


@router.get(SCRIPT)
def map_script(request: Request, _: Reader) -> Response:
    """What draws the map of the list."""
    return Response(office_map(request).script.plain, headers=private_headers(), media_type="text/javascript")


@router.post("/office/views")
def save(request: Request, identity: Reader, session: Writing, form: SentForm) -> Response:
    """Keep the present search under a name."""
    name, query = text_of(form, "name"), text_of(form, "query")
    try:
        with session.begin_nested():
            save_view(session, identity, name, query)
    except (InvalidInput, Conflict) as error:
        told = faults_of(error, "name") if isinstance(error, InvalidInput) else ()
        fault = FormFault("view-name", told[0].text if told else f"{error.what} {error.remedy}".strip())
        asked = read_query("" if error.field == "query" else query)
        page, _ = _list(request, session, identity, asked, fault=fault, view_name=name)
        return render(request, "office_places.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)
    return go_to(f"{PLACES}?{query}" if query else PLACES, "view-saved")


@router.get("/office/views/{view_id}/delete")
def ask_delete(request: Request, identity: Reader, session: Reading, view_id: int) -> Response:
    """Whether a view is really to go."""
    view = next((view for view in list_views(session, identity) if view.id == view_id), None)
    if view is None:
        raise NotFound("You have no such view.", "It may have been deleted already.")
    page = DeleteViewPage(list_page.to_view_link(view))
    return render(request, "office_view_delete.html", page=page)


@router.post("/office/views/{view_id}/delete")
def delete(identity: Reader, session: Writing, view_id: int) -> Response:
    """Delete a view."""
    delete_view(session, identity, view_id)
    return go_to(PLACES, "view-deleted")


def _list(  # noqa: PLR0913 - what was asked for, and what is to be said about it
    request: Request,
    session: Session,
    identity: Identity,
    query: RegisterQuery,
    *,
    done: str | None = None,
    fault: FormFault | None = None,
    view_name: str = "",
    with_map: bool = False,
) -> tuple[OfficeListPage, HTTPStatus]:
    """The page, and its status: filters that are wrong are said above the whole list."""
    codes = read_codes(session)
    status = HTTPStatus.OK
    try:
        filters = parse_register_filters(query, codes)
    except FaultyFields as error:
        filters, status = RegisterFilters(), HTTPStatus.UNPROCESSABLE_ENTITY
        first = faults_of(error, "q")[0]
        fault = FormFault(first.field if first.field in {"q", "division", "kind", "within_days"} else "q", first.text)
    found = list_register(session, identity, filters, limit=PAGE_SIZE, after=query.cursor)
    fits = found.total <= MOST_ON_MAP
    extent = find_extent(session, identity, filters) if with_map and fits else None
    authority = session.get(Authority, identity.authority_code)
    page = list_page.show_list(
        identity,
        filters,
        found,
        codes=codes,
        divisions=divisions_of_today(request),
        glances=[list_register(session, identity, one, limit=1).total for _, one in list_page.GLANCES],
        views=list_views(session, identity),
        cursor=query.cursor,
        authority=authority.name if authority else "your authority",
        done=done_of(done),
        fault=fault,
        view_name=view_name,
        with_map=with_map,
        map_view=map_of_list(request, filters, extent) if extent else None,
        too_many=MOST_ON_MAP if with_map and not fits else 0,
    )
    return page, status
