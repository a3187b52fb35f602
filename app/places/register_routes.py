"""The register over HTTP for those who have a key: lists and single places of every status, locations, duplicates."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security
from fastapi.security import HTTPBearer

from app.accounts.access import allow
from app.db.sessions import Reading
from app.http.caching import private_headers
from app.http.paging import next_link
from app.http.parameters import refuse_unknown_parameters
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places import location_preview, merging, register_documentation
from app.places.filters import parse_as_at
from app.places.queries import read_codes
from app.places.register_filters import parse_register_list
from app.places.register_rules import get_visible, list_register
from app.places.register_schemas import RegisterList, RegisterListQuery, RegisterOneQuery, RegisterPlace
from app.places.work_schemas import LikelyList, LocationPreview, LocationQuery

bearer = HTTPBearer(
    auto_error=False, scheme_name="API key", description="A key of the register: `Authorization: Bearer spk_…`."
)
"""Documents how one signs in; `allow` is what looks at the key."""
router = APIRouter(
    prefix="/api/v1/register",
    tags=["Register"],
    dependencies=[Security(bearer), Depends(refuse_unknown_parameters)],
)

Reference = Annotated[str, Path(description="The place's reference.", examples=["SP-0042"], max_length=20)]
Reader = Annotated[Identity, Depends(allow(Action.READ_PLACES))]


@router.get("/places", summary="List the register", response_model=RegisterList, responses=register_documentation.LIST)
def list_places(
    identity: Reader, session: Reading, request: Request, asked: Annotated[RegisterListQuery, Query()]
) -> Response:
    """Places of every status that the key may see, with their assurance, divisions and what is open about them.

    With `as_at` as they were at a moment, without private facts.
    """
    filters, at = parse_register_list(asked, read_codes(session), datetime.now(UTC))
    page = list_register(session, identity, filters, limit=asked.limit, after=asked.cursor, at=at)
    link = next_link(request, page.following)
    body = {"places": [place.to_json() for place in page.places], "next": link, "total": page.total, "as_at": at}
    headers = {"Link": f'<{link}>; rel="next"'} if link else {}
    return json_answer(body, headers=headers)


@router.get(
    "/places/{reference}",
    summary="One place of the register",
    response_model=RegisterPlace,
    responses=register_documentation.ONE,
)
def get_place(
    identity: Reader, session: Reading, reference: Reference, asked: Annotated[RegisterOneQuery, Query()]
) -> Response:
    """One place, whatever its status. Its ETag is what `If-Match` of a change says.

    With `as_at` as it was at a moment, without private facts; the ETag is that of its version then, so a change that
    starts from it is refused where the place has changed since.
    """
    at = parse_as_at(asked.as_at, datetime.now(UTC)) if asked.as_at is not None else None
    return place_answer(get_visible(session, identity, reference, at=at))


@router.get(
    "/places/{reference}/duplicates",
    summary="Places that are probably the same",
    response_model=LikelyList,
    responses=register_documentation.DUPLICATES,
)
def list_duplicates(
    identity: Annotated[Identity, Depends(allow(Action.MERGE_PLACES))], session: Reading, reference: Reference
) -> Response:
    """Places near this one under a similar name, or of its UPRN; the likeliest first."""
    found = merging.suggest_duplicates(session, identity, reference)
    return json_answer({"places": [one.model_dump(mode="json") for one in found]})


@router.get(
    "/location",
    summary="What a location means",
    response_model=LocationPreview,
    responses=register_documentation.LOCATION,
)
def preview_location(
    identity: Annotated[Identity, Depends(allow(Action.WRITE_PLACES))],  # noqa: ARG001 - confines the session
    session: Reading,
    asked: Annotated[LocationQuery, Query()],
) -> Response:
    """Where a postcode, a position or a grid reference is, in which division, and what is doubtful about it."""
    return json_answer(location_preview.preview_location(session, asked.model_dump()).model_dump(mode="json"))


def place_answer(
    place: RegisterPlace, status: HTTPStatus = HTTPStatus.OK, *, headers: dict[str, str] | None = None
) -> Response:
    """A place with its ETag."""
    return json_answer(place.to_json(), status, headers={"ETag": place.etag, **(headers or {})})


def json_answer(
    body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK, *, headers: dict[str, str] | None = None
) -> Response:
    """An answer that nobody may store: it is for one asker."""
    return Response(orjson.dumps(body), status, private_headers() | (headers or {}), "application/json")
