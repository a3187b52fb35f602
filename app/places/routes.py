"""Places over HTTP: public reads of published places, as JSON, GeoJSON or CSV."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlmodel import Session

from app.db.sessions import Reading
from app.db.version import current_version
from app.errors import PlaceGone
from app.http import problems
from app.http.caching import etag_of, is_unchanged, not_modified, shared_headers
from app.http.negotiation import choose_format
from app.http.parameters import refuse_unknown_parameters
from app.places import documentation, rules
from app.places.answering import address_of, answer_at_once, answer_in_thread, read_request
from app.places.filters import parse_as_at
from app.places.fragments import kept_for
from app.places.rendering import FORMATS, flat_json, one_as
from app.places.schemas import DivisionPlacesQuery, PlaceFeatureCollection, PlaceList, PlaceOneQuery, PlaceQuery
from app.places.schemas import PublishedPlace as PublishedPlaceModel

router = APIRouter(prefix="/api/v1", tags=["Places"], dependencies=[Depends(refuse_unknown_parameters)])

Reference = Annotated[str, Path(description="The place's reference.", examples=["SP-0042"], max_length=20)]
GssCode = Annotated[str, Path(description="The division's GSS code.", examples=["E05009052"], max_length=20)]


class GeoJsonAnswer(JSONResponse):
    """Documents that an answer is GeoJSON. Of anything but a JSON response FastAPI would write that it is a text."""

    media_type = FORMATS["geojson"]


@router.get("/places", summary="Find places", response_model=PlaceList, responses=documentation.LIST)
@router.head("/places", include_in_schema=False)
async def list_places(request: Request, asked: Annotated[PlaceQuery, Query()]) -> Response:
    """Published places: those in a box, in a division, near a point or postcode, open at a moment, or matching words.

    All filters can be combined. Answers to a position or postcode are never cached, and not logged.
    """
    return await _answer_list(request, asked)


@router.get(
    "/divisions/{gss_code}/places",
    summary="Places of a division",
    response_model=PlaceFeatureCollection,
    response_class=GeoJsonAnswer,
    responses=documentation.LIST,
)
@router.head("/divisions/{gss_code}/places", include_in_schema=False)
async def list_division_places(
    request: Request, gss_code: GssCode, asked: Annotated[DivisionPlacesQuery, Query()]
) -> Response:
    """Published places linked to an electoral division; `linked_by` says why each is."""
    return await _answer_list(request, PlaceQuery(division=gss_code, **asked.model_dump()))


@router.get("/places/{reference}", summary="One place", response_model=PublishedPlaceModel, responses=documentation.ONE)
@router.head("/places/{reference}", include_in_schema=False)
def get_place(
    request: Request, session: Reading, reference: Reference, asked: Annotated[PlaceOneQuery, Query()]
) -> Response:
    """One published place. A place that has left the list answers 410, with the nearest places to go to instead."""
    format_name = choose_format(request.headers, asked.f, FORMATS)
    as_at = parse_as_at(asked.as_at, datetime.now(UTC)) if asked.as_at else None
    version = current_version(request.app.state.engine)
    etag = etag_of(request, version, format_name)
    if is_unchanged(request, etag):
        return not_modified(etag)
    base = address_of(request)
    try:
        place, standing = rules.get_place(
            session, reference, as_at=as_at, kept=kept_for(request.app.state.engine, version)
        )
    except PlaceGone as gone:
        return _gone(session, gone, base, as_at)
    body = one_as(format_name, place, base, standing.notices)
    return Response(body, headers=shared_headers(etag), media_type=FORMATS[format_name])


async def _answer_list(request: Request, query: PlaceQuery) -> Response:
    asked = read_request(request, query)
    at_once = await answer_at_once(asked)
    return at_once if at_once is not None else await run_in_threadpool(answer_in_thread, asked)


def _gone(session: Session, gone: PlaceGone, base: str, as_at: datetime | None) -> Response:
    """410 with somewhere else to go."""
    problem = problems.from_register_error(gone)
    nearest = rules.list_instead(session, gone, as_at)
    document = problem.to_json() | {"nearest": [orjson.Fragment(flat_json(place, base)) for place in nearest]}
    return Response(
        orjson.dumps(document), HTTPStatus.GONE, {"Cache-Control": "no-store"}, media_type="application/problem+json"
    )
