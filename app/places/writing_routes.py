"""Changes of the register over HTTP for those who have a key: new places, edits, status, divisions, merges."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, Security

from app.accounts.access import allow
from app.db.sessions import Writing
from app.errors import Fault, FaultyFields, InvalidInput
from app.http.idempotency import answer_once
from app.http.json_bodies import JSON, MERGE_PATCH, Body, parse_object
from app.http.parameters import refuse_unknown_parameters
from app.http.preconditions import find_base_version, require_base_version
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places import editing, merging, register_documentation
from app.places.division_decisions import decide_division
from app.places.drafts import STATUS_CODES
from app.places.facts import parse_code
from app.places.register_routes import Reference, bearer, place_answer
from app.places.register_schemas import RegisterPlace
from app.places.work_schemas import ChangeOutcome
from app.vocabulary import MembershipStatus

router = APIRouter(
    prefix="/api/v1/places", tags=["Register"], dependencies=[Security(bearer), Depends(refuse_unknown_parameters)]
)

Writer = Annotated[Identity, Depends(allow(Action.WRITE_PLACES))]
REASON_HEADER = "Change-Reason"
"""Why a place is made or edited, for its history; other changes say it in their body."""


@router.post(
    "",
    summary="Add a place",
    status_code=HTTPStatus.CREATED,
    response_model=RegisterPlace,
    responses=register_documentation.CREATED,
    openapi_extra=register_documentation.DRAFT,
)
def add_place(identity: Writer, body: Body, session: Writing, request: Request) -> Response:
    """Put a place on the register of the key's authority. It starts as proposed.

    With an Idempotency-Key the request can be sent again: it has the same answer, and the place is added once.
    """

    def work() -> Response:
        values = parse_object(request, body)
        place = editing.create_place(session, identity, values, reason=reason_of(request))
        return place_answer(place, HTTPStatus.CREATED, headers={"Location": address_of(place.reference)})

    return answer_once(session, identity, request, body, work)


@router.patch(
    "/{reference}",
    summary="Change a place",
    response_model=RegisterPlace,
    responses=register_documentation.CHANGED,
    openapi_extra=register_documentation.PATCH,
)
def change_place(identity: Writer, body: Body, session: Writing, request: Request, reference: Reference) -> Response:
    """Change facts of a place by a merge patch (RFC 7396): facts that it does not name stay, null empties one.

    If-Match says which version the change starts from. Where the authority has set that edits of listed places wait
    for a second person, the answer is 202, and the place stays as it is until that person agrees.
    """
    base_version = require_base_version(request, reference)
    patch = parse_object(request, body, (MERGE_PATCH, JSON))
    outcome = editing.patch_place(
        session,
        identity,
        reference,
        patch,
        base_version=base_version,
        reason=reason_of(request),
    )
    return outcome_answer(outcome)


@router.post(
    "/{reference}/status",
    summary="Move a place's status",
    response_model=RegisterPlace,
    responses=register_documentation.MOVED,
    openapi_extra=register_documentation.STATUS,
)
def move_status(
    identity: Annotated[Identity, Depends(allow(Action.CHANGE_STATUS))],
    body: Body,
    session: Writing,
    request: Request,
    reference: Reference,
) -> Response:
    """List, suspend or withdraw a place, with a reason. If-Match may say which version was seen."""
    given = read_texts(parse_object(request, body), required=("status", "reason"))
    try:
        status = MembershipStatus(parse_code(given["status"], STATUS_CODES, "membership status"))
    except InvalidInput as error:
        raise FaultyFields([Fault("status", error.what, error.remedy)]) from None
    base_version = find_base_version(request, reference)
    return place_answer(
        editing.move_status(session, identity, reference, status, reason=given["reason"], base_version=base_version)
    )


@router.post(
    "/{reference}/division",
    summary="Decide a place's division",
    response_model=RegisterPlace,
    responses=register_documentation.MOVED,
    openapi_extra=register_documentation.DIVISION,
)
def decide(identity: Writer, body: Body, session: Writing, request: Request, reference: Reference) -> Response:
    """Say to which of the divisions that it is linked to a place belongs; null takes a decision back."""
    values = parse_object(request, body)
    takes_back = "gss_code" in values and values["gss_code"] is None
    if takes_back:
        values = {name: value for name, value in values.items() if name != "gss_code"}
    given = read_texts(values, required=("reason",) if takes_back else ("gss_code", "reason"))
    return place_answer(decide_division(session, identity, reference, given.get("gss_code"), reason=given["reason"]))


@router.post(
    "/{reference}/merge",
    summary="Merge a place into another",
    response_model=RegisterPlace,
    responses=register_documentation.MERGED,
    openapi_extra=register_documentation.MERGE,
)
def merge(
    identity: Annotated[Identity, Depends(allow(Action.MERGE_PLACES))],
    body: Body,
    session: Writing,
    request: Request,
    reference: Reference,
) -> Response:
    """Withdraw a place that is the same as another; its reference answers 301 from then on. The other is the answer."""
    given = read_texts(parse_object(request, body), required=("into", "reason"))
    place = merging.merge_places(session, identity, reference, given["into"], reason=given["reason"])
    return place_answer(place, headers={"Content-Location": address_of(place.reference)})


def reason_of(request: Request) -> str | None:
    """Why a place is made or edited, where the request says; headers are sent in UTF-8 by most programs."""
    given = request.headers.get(REASON_HEADER)
    if given is None:
        return None
    try:
        return given.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return given


def outcome_answer(outcome: ChangeOutcome) -> Response:
    """The place as it is now; 202 and where to look, where the change waits."""
    if not outcome.waits:
        return place_answer(outcome.place)
    address = f"/api/v1/places/changes/{outcome.change_id}"
    return place_answer(outcome.place, HTTPStatus.ACCEPTED, headers={"Location": address})


def read_texts(values: dict[str, Any], *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, str]:
    """The members of a body that are texts.

    Raises:
        FaultyFields: one that is required is missing or empty, one is no text, or there is an unknown one.
    """
    missing = (None, "")  # no set: a list or an object, which may come instead, cannot be looked up in one
    faults = [Fault(name, "It is missing.", "Give it as text.") for name in required if values.get(name) in missing]
    for name, value in values.items():
        if name not in (*required, *optional):
            faults.append(
                Fault(name[:40], "There is no such member here.", f"Use: {', '.join((*required, *optional))}.")
            )
        elif value is not None and not isinstance(value, str):
            faults.append(Fault(name, "It is not text.", "Give it as text, in quotation marks."))
    if faults:
        raise FaultyFields(faults)
    return {name: value for name, value in values.items() if value is not None}


def address_of(reference: str) -> str:
    """Where the register has a place."""
    return f"/api/v1/register/places/{reference}"
