"""Places over HTTP: public reads of published places, as JSON, GeoJSON or CSV."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session

from app.db.sessions import Reading, reading
from app.db.version import current_version, known_version
from app.errors import InvalidInput, PlaceGone
from app.http import problems
from app.http.caching import etag_of, is_unchanged, not_modified, private_headers, shared_headers
from app.http.negotiation import choose_format
from app.http.paging import next_link, parse_cursor, to_cursor
from app.http.parameters import refuse_unknown_parameters
from app.places import documentation, rules
from app.places import filters as parse
from app.places.filters import Origin, PlaceFilters
from app.places.fragments import Kept, kept_for
from app.places.list_queries import order_of
from app.places.rendering import FORMATS, flat_json, list_as, one_as, origin_json
from app.places.schemas import DivisionPlacesQuery, PlaceFeatureCollection, PlaceList, PlaceOneQuery, PlaceQuery
from app.places.schemas import PublishedPlace as PublishedPlaceModel
from app.postcodes.rules import get_postcode

router = APIRouter(prefix="/api/v1", tags=["Places"], dependencies=[Depends(refuse_unknown_parameters)])

Reference = Annotated[str, Path(description="The place's reference.", examples=["SP-0042"], max_length=20)]
GssCode = Annotated[str, Path(description="The division's GSS code.", examples=["E05009052"], max_length=20)]


class GeoJsonAnswer(Response):
    """Documents that an answer is GeoJSON."""

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
    as_at = parse.parse_as_at(asked.as_at, datetime.now(UTC)) if asked.as_at else None
    version = current_version(request.app.state.engine)
    etag = etag_of(request, version, format_name)
    if is_unchanged(request, etag):
        return not_modified(etag)
    base = _base(request)
    try:
        place, standing = rules.get_place(
            session, reference, as_at=as_at, kept=kept_for(request.app.state.engine, version)
        )
    except PlaceGone as gone:
        return _gone(session, gone, base)
    body = one_as(format_name, place, base, standing.notices)
    return Response(body, headers=shared_headers(etag), media_type=FORMATS[format_name])


async def _answer_list(request: Request, asked: PlaceQuery) -> Response:
    """304 at once where nothing changed, else the list, made in one thread from beginning to end."""
    now = datetime.now(UTC)
    format_name = choose_format(request.headers, asked.f, FORMATS)
    minute = f"{now:%Y%m%d%H%M}" if asked.open_at == "now" else ""
    version = known_version(request.app.state.engine)
    if version and is_unchanged(request, etag := etag_of(request, version, format_name, minute)):
        return not_modified(etag)
    return await run_in_threadpool(_list, request, asked, format_name, now, minute)


def _list(request: Request, asked: PlaceQuery, format_name: str, now: datetime, minute: str) -> Response:
    engine = request.app.state.engine
    version = current_version(engine)
    kept = kept_for(engine, version)
    with reading(request) as session:
        filters = _filters(session, asked, kept, now)
        after = parse_cursor(asked.cursor, 1 if order_of(filters) == "id" else 2) if asked.cursor else None
        page = rules.list_places(session, filters, limit=asked.limit, after=after, kept=kept)
    link = next_link(request, to_cursor(*page.following) if page.following else None)
    members: dict[str, Any] = {
        "next": link,
        "notices": page.standing.notices,
        "as_at": filters.as_at,
        "origin": origin_json(filters.origin) if filters.origin else None,
    }
    body = list_as(format_name, page.places, _base(request), members)
    headers = private_headers() if filters.origin else shared_headers(etag_of(request, version, format_name, minute))
    if link:
        headers["Link"] = f'<{link}>; rel="next"'
    return Response(body, headers=headers, media_type=FORMATS[format_name])


def _filters(session: Session, asked: PlaceQuery, kept: Kept, now: datetime) -> PlaceFilters:
    """The filters that a query asks for.

    Raises:
        InvalidInput: a value is wrong, or two contradict each other.
        NotFound: the postcode is not held.
    """
    origin = _origin(session, asked)
    if asked.radius_m is not None and origin is None:
        raise InvalidInput("A radius needs a point.", "Add near=lon,lat or postcode=.", field="radius_m")
    as_at = parse.parse_as_at(asked.as_at, now) if asked.as_at is not None else None
    standing = rules.standing_at(session, as_at, kept) if asked.scheme or asked.kind else None
    return PlaceFilters(
        bbox=parse.parse_box(asked.bbox) if asked.bbox is not None else None,
        division=asked.division,
        origin=origin,
        radius_m=parse.parse_radius(asked.radius_m) if asked.radius_m is not None else None,
        open_at=parse.parse_open_at(asked.open_at, now) if asked.open_at is not None else None,
        schemes=parse.parse_codes(asked.scheme, standing.schemes, "scheme") if asked.scheme and standing else (),
        kinds=parse.parse_codes(asked.kind, standing.kinds, "kind") if asked.kind and standing else (),
        accessibility=parse.parse_accessibility(asked.accessibility) if asked.accessibility else (),
        language=parse.parse_language(asked.language) if asked.language is not None else None,
        text=parse.parse_text(asked.q) if asked.q is not None else None,
        as_at=as_at,
    )


def _origin(session: Session, asked: PlaceQuery) -> Origin | None:
    if asked.near is not None and asked.postcode is not None:
        raise InvalidInput("Both near and postcode are given.", "Give one of them.", field="postcode")
    if asked.near is not None:
        return parse.parse_origin(asked.near)
    if asked.postcode is not None:
        unit = get_postcode(session, asked.postcode)
        return parse.origin_at(unit.easting, unit.northing, unit.postcode)
    return None


def _gone(session: Session, gone: PlaceGone, base: str) -> Response:
    """410 with somewhere else to go."""
    problem = problems.from_register_error(gone)
    nearest = rules.list_instead(session, gone)
    document = problem.to_json() | {"nearest": [orjson.Fragment(flat_json(place, base)) for place in nearest]}
    return Response(
        orjson.dumps(document), HTTPStatus.GONE, {"Cache-Control": "no-store"}, media_type="application/problem+json"
    )


def _base(request: Request) -> str:
    """What addresses of pages begin with, safe to stand inside a JSON text."""
    address = request.app.state.settings.public_address or str(request.base_url)
    return orjson.dumps(address.rstrip("/"))[1:-1].decode()
