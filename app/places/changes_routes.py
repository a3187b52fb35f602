"""Edits that wait for a second person, over HTTP for those who have a key."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.errors import Fault, FaultyFields
from app.http.json_bodies import Body, parse_object
from app.http.parameters import refuse_unknown_parameters
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places import register_documentation, waiting
from app.places.register_routes import bearer, json_answer
from app.places.work_schemas import Decision, WaitingChange, WaitingList
from app.places.writing_routes import read_texts

router = APIRouter(
    prefix="/api/v1/places/changes",
    tags=["Register"],
    dependencies=[Security(bearer), Depends(refuse_unknown_parameters)],
)

Number = Annotated[int, Path(description="The number of the change.", examples=[7], ge=1, lt=2**63)]
Writer = Annotated[Identity, Depends(allow(Action.WRITE_PLACES))]
Approver = Annotated[Identity, Depends(allow(Action.APPROVE_CHANGES))]


@router.get("", summary="Changes that wait", response_model=WaitingList, responses=register_documentation.CHANGES)
def list_changes(
    identity: Writer,
    session: Reading,
    state: Annotated[
        Literal["waiting", "decided"],
        Query(description="Those that wait (oldest first), or were decided (newest first)."),
    ] = "waiting",
) -> Response:
    """Edits of listed places that wait for a second person, or that were decided, at most a thousand."""
    found = waiting.list_waiting(session, identity, decided=state == "decided")
    return json_answer({"changes": [one.model_dump(mode="json") for one in found]})


@router.get(
    "/{number}", summary="One change that waits", response_model=WaitingChange, responses=register_documentation.CHANGE
)
def get_change(identity: Writer, session: Reading, number: Number) -> Response:
    """What it would change, fact by fact, against the place as it is now."""
    return json_answer(waiting.get_waiting(session, identity, number).model_dump(mode="json"))


@router.post(
    "/{number}/approve",
    summary="Approve a change",
    response_model=WaitingChange,
    responses=register_documentation.DECIDED,
    openapi_extra=register_documentation.APPROVAL,
)
def approve_change(identity: Approver, body: Body, session: Writing, request: Request, number: Number) -> Response:
    """Make the change. A second person does that. `version` says that the place's present version has been seen."""
    return _decide(session, identity, number, "approved", parse_object(request, body) if body else {})


@router.post(
    "/{number}/refuse",
    summary="Refuse a change",
    response_model=WaitingChange,
    responses=register_documentation.DECIDED,
    openapi_extra=register_documentation.REASON,
)
def refuse_change(identity: Approver, body: Body, session: Writing, request: Request, number: Number) -> Response:
    """Leave the place as it is, with a reason. A second person does that."""
    return _decide(session, identity, number, "refused", parse_object(request, body))


@router.post(
    "/{number}/withdraw",
    summary="Withdraw a change",
    response_model=WaitingChange,
    responses=register_documentation.DECIDED,
    openapi_extra=register_documentation.REASON,
)
def withdraw_change(identity: Writer, body: Body, session: Writing, request: Request, number: Number) -> Response:
    """Take one's own change back."""
    return _decide(session, identity, number, "withdrawn", parse_object(request, body) if body else {})


def _decide(session: Writing, identity: Identity, number: int, decision: Decision, given: dict[str, Any]) -> Response:
    version = given.pop("version", None) if decision == "approved" else None
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise FaultyFields([Fault("version", "This is not a version.", "Give the number that the place has.")])
    reason = read_texts(given, required=(), optional=("reason",)).get("reason")
    change = waiting.decide_change(session, identity, number, decision, reason=reason, version=version)
    return json_answer(change.model_dump(mode="json"))
