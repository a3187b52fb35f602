"""Who represents a division, over HTTP. Public contacts only."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.councillors.rules import list_seats
from app.councillors.schemas import DivisionSeats
from app.db.sessions import Reading
from app.db.version import london_today
from app.divisions.boundaries import Moment, parse_moment
from app.http.caching import is_unchanged, not_modified, request_etag, shared_headers
from app.http.parameters import refuse_unknown_parameters

router = APIRouter(prefix="/api/v1", tags=["Divisions"], dependencies=[Depends(refuse_unknown_parameters)])


@router.get(
    "/divisions/{gss_code}/councillors",
    summary="The councillors of a division",
    response_model=DivisionSeats,
    responses={
        HTTPStatus.NOT_FOUND.value: {"description": "There is no such division here; the answer says what is held."},
        HTTPStatus.UNPROCESSABLE_ENTITY.value: {"description": "A value is wrong; the answer says which."},
    },
)
@router.head("/divisions/{gss_code}/councillors", include_in_schema=False)
def read_councillors(
    request: Request,
    session: Reading,
    gss_code: Annotated[str, Path(description="GSS code of the division.", examples=["E05009036"], max_length=20)],
    as_at: Annotated[
        str | None,
        Query(
            description="Seats on this date (or moment), as was recorded then; today where left out. "
            "Contacts of the past are not kept.",
            examples=["2024-06-01"],
            max_length=40,
        ),
    ] = None,
) -> Response:
    """The seats of a division and who holds them; `holder` is null while a seat is vacant."""
    moment = parse_moment(as_at, datetime.now(UTC)) if as_at is not None else Moment(london_today())
    etag = request_etag(request)
    if is_unchanged(request, etag):
        return not_modified(etag)
    seats = list_seats(session, gss_code, moment)
    return Response(seats.model_dump_json(), headers=shared_headers(etag), media_type="application/json")
