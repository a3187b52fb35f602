"""One thing done to many places, over HTTP for those who have a key: previewed, then done to all or to none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, Security

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.errors import FaultyFields
from app.http.idempotency import answer_once
from app.http.json_bodies import Body, parse_object
from app.http.parameters import refuse_unknown_parameters
from app.http.rate_limits import count_bulk
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places import bulk_documentation
from app.places.bulk import apply_bulk, preview_bulk
from app.places.bulk_requests import parse_asked, parse_confirmed, to_selection
from app.places.queries import read_codes
from app.places.register_routes import bearer, json_answer
from app.places.work_schemas import BulkPreview, BulkResult

router = APIRouter(
    prefix="/api/v1/register/bulk",
    tags=["Register"],
    dependencies=[Security(bearer), Depends(refuse_unknown_parameters)],
)


def counted(identity: Annotated[Identity, Depends(allow(Action.READ_PLACES))], request: Request) -> Identity:
    """Who asks, counted: each of these requests may be a thousand changes.

    What is done needs a scope of its own besides reading, by the kind of action: `preview_bulk` requires it.

    Raises:
        TooManyRequests: the key has asked too often for this.
    """
    count_bulk(request, identity.key_prefix or "")
    return identity


Program = Annotated[Identity, Depends(counted)]


@router.post(
    "/preview",
    summary="What a change of many places would do",
    response_model=BulkPreview,
    responses=bulk_documentation.PREVIEWED,
    openapi_extra=bulk_documentation.PREVIEW,
)
def preview(identity: Program, body: Body, session: Reading, request: Request) -> Response:
    """What would happen to each place, and what stands in the way; nothing is changed. `token` is for doing it."""
    asked = parse_asked(parse_object(request, body))
    with _told_by_member():
        found = preview_bulk(session, identity, to_selection(asked, read_codes(session)), asked.action)
    return json_answer(found.model_dump(mode="json"))


@router.post(
    "",
    summary="Change many places",
    response_model=BulkResult,
    responses=bulk_documentation.APPLIED,
    openapi_extra=bulk_documentation.APPLY,
)
def apply(identity: Program, body: Body, session: Writing, request: Request) -> Response:
    """Do what was previewed, to all of the places or to none.

    With an Idempotency-Key the request can be sent again: it has the same answer, and the work is done once. Where the
    authority has set that edits of listed places wait for a second person, those count as `waiting`.
    """

    def work() -> Response:
        asked = parse_confirmed(parse_object(request, body))
        with _told_by_member():
            selection = to_selection(asked, read_codes(session))
            done = apply_bulk(session, identity, selection, asked.action, asked.token)
        return json_answer(done._asdict())

    return answer_once(session, identity, request, body, work)


@contextmanager
def _told_by_member() -> Iterator[None]:
    """Name what is wrong with an action by where it stands in the body."""
    try:
        yield
    except FaultyFields as error:
        of_action = {"value", "reason"}
        raise FaultyFields(
            [one._replace(field=f"action.{one.field}") if one.field in of_action else one for one in error.faults]
        ) from None
