"""Saved searches of the register, over HTTP for those who have a key.

A key stands in the name of an account, and these are the views which that person keeps in the office: a program can
work through a list that somebody looks after by hand. What only reads (`places:read-all`) changes none.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response, Security

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.http.json_bodies import Body, parse_object
from app.http.parameters import refuse_unknown_parameters
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places import bulk_documentation
from app.places.register_routes import bearer, json_answer
from app.places.saved_views import delete_view, list_views, save_view
from app.places.work_schemas import SavedSearch, SavedSearchList
from app.places.writing_routes import read_texts

router = APIRouter(
    prefix="/api/v1/register/views",
    tags=["Register"],
    dependencies=[Security(bearer), Depends(refuse_unknown_parameters)],
)
Reader = Annotated[Identity, Depends(allow(Action.READ_PLACES))]
Keeper = Annotated[Identity, Depends(allow(Action.WRITE_PLACES))]


@router.get("", summary="Saved views", response_model=SavedSearchList, responses=bulk_documentation.VIEWS)
def list_saved(identity: Reader, session: Reading) -> Response:
    """The views of the account that made the key, by name; `query` goes behind `/api/v1/register/places?`."""
    return json_answer({"views": [view._asdict() for view in list_views(session, identity)]})


@router.post(
    "",
    summary="Save a view",
    status_code=HTTPStatus.CREATED,
    response_model=SavedSearch,
    responses=bulk_documentation.VIEW_SAVED,
    openapi_extra=bulk_documentation.VIEW,
)
def save(identity: Keeper, body: Body, session: Writing, request: Request) -> Response:
    """Keep a search under a name: 201. One of the same name is replaced: 200."""
    given = read_texts(parse_object(request, body), required=("name",), optional=("query",))
    known = {view.id for view in list_views(session, identity)}
    view = save_view(session, identity, given["name"], given.get("query", ""))
    return json_answer(view._asdict(), HTTPStatus.OK if view.id in known else HTTPStatus.CREATED)


@router.delete(
    "/{view_id}",
    summary="Delete a view",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses=bulk_documentation.VIEW_DELETED,
)
def delete(
    identity: Keeper,
    session: Writing,
    view_id: Annotated[int, Path(description="The number of the view.", examples=[3], ge=1, lt=2**31)],
) -> Response:
    """Forget a search."""
    delete_view(session, identity, view_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})
