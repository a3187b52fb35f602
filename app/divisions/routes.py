"""The divisions of the API: all, one, and which one something is in."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import Body, Depends, Path, Query, Request, Response

from app.db.sessions import Reading
from app.db.version import london_today
from app.divisions import formats
from app.divisions.at import router, to_name
from app.divisions.boundaries import Moment, answering, parse_moment
from app.divisions.lookup import (
    MAXIMUM_ITEMS,
    Answer,
    Found,
    find_divisions,
    find_located,
    unit_position,
)
from app.divisions.memory import memory_at
from app.divisions.rules import division_set_at, division_sets_at, get_division, list_divisions
from app.divisions.schemas import (
    DivisionAnswer,
    DivisionFeature,
    DivisionFeatures,
    DivisionFilters,
    DivisionList,
    LookupAnswer,
    LookupRequest,
    described,
    to_boundaries,
)
from app.errors import InvalidInput, RegisterError
from app.http.caching import is_unchanged, not_modified, private_headers, request_etag, shared_headers
from app.http.negotiation import choose_format
from app.http.parameters import refuse_unknown_parameters
from app.postcodes.rules import find_postcodes, not_held, parse_postcode
from app.tables.postcode import PostcodeUnit
from geo.points import GridPoint

__all__ = ["router"]

STRICT = [Depends(refuse_unknown_parameters)]
"""For every route but the one that the router comes with, `/at`, which sees to it itself."""

AsAt = Annotated[
    str | None,
    Query(
        description="Boundaries of this date (or moment), as was known then; today where left out.",
        examples=["2024-06-01"],
        max_length=40,
    ),
]
UNPROCESSABLE: dict[int | str, dict[str, Any]] = {
    HTTPStatus.UNPROCESSABLE_ENTITY.value: {"description": "A value is wrong; the answer says which and what to do."}
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NOT_FOUND.value: {"description": "There is no such division here; the answer says what is held."}
}


def _moment(as_at: str | None) -> Moment:
    return parse_moment(as_at, datetime.now(UTC)) if as_at is not None else Moment(london_today())


@router.get(
    "",
    summary="All divisions",
    dependencies=STRICT,
    responses=UNPROCESSABLE
    | NOT_FOUND
    | {
        200: {
            "model": DivisionList,
            "content": {
                "application/geo+json": {"schema": described(DivisionFeatures)},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
)
@router.head("", dependencies=STRICT, include_in_schema=False)
def read_divisions(
    request: Request,
    session: Reading,
    filters: Annotated[DivisionFilters, Query()],
) -> Response:
    """Every division by name, with how many published places it has. GeoJSON brings the outlines."""
    moment, authority = _moment(filters.as_at), filters.authority
    form = choose_format(request.headers, filters.f, formats.LIST_FORMATS)
    etag = request_etag(request, form)
    if is_unchanged(request, etag):
        return not_modified(etag)
    sets = [division_set_at(session, authority, *moment)] if authority else division_sets_at(session, *moment)
    found = list_divisions(session, moment, authority_code=authority, query=filters.q, outlines=form == formats.GEOJSON)
    return _answer(formats.many(found, sets, form), formats.LIST_FORMATS[form], etag)


@router.post(
    "/lookup",
    summary="Which divisions are these positions or postcodes in?",
    dependencies=STRICT,
    responses=UNPROCESSABLE
    | {
        200: {"model": LookupAnswer},
        400: {"description": "The body cannot be read, such as JSON that is not in UTF-8."},
    },
)
def look_up_divisions(
    request: Request,
    session: Reading,
    asked: Annotated[
        LookupRequest,
        Body(
            openapi_examples={
                "positions": {"value": {"points": [[-1.5757, 54.7761], [-1.7, 54.66]]}},
                "postcodes": {"value": {"postcodes": ["DH1 1AB", "dl14 7qh"], "as_at": "2024-06-01"}},
            }
        ),
    ],
) -> Response:
    """Up to 10,000 at once, answered in order: each with its division, or with what is wrong with it."""
    on, then = _moment(asked.as_at)
    memory = memory_at(request.app.state.engine, then)
    if (asked.points is None) == (asked.postcodes is None):
        raise InvalidInput(
            "There must be points or postcodes, and not both.", "Ask for them separately.", field="points"
        )
    items = asked.points if asked.points is not None else asked.postcodes or []
    if len(items) > MAXIMUM_ITEMS:
        raise InvalidInput(
            f"There are {len(items)} items, more than {MAXIMUM_ITEMS}.",
            "Ask for them in several parts.",
            field="points",
        )
    if asked.points is not None:
        answers = find_divisions(memory, asked.points, on)
    else:
        answers = find_located(memory, _locate_postcodes(session, items), on)
    results = [_result(one) for one in answers]
    body = {
        "results": results,
        "found": sum(isinstance(one, Found) for one in answers),
        "boundaries": [to_boundaries(one).model_dump() for one in answering(memory.boundary_sets, on)],
    }
    return Response(orjson.dumps(body), headers=private_headers(), media_type="application/json")


def _locate_postcodes(session: Reading, texts: list[Any]) -> list[GridPoint | RegisterError]:
    parsed: list[str | RegisterError] = [_parse(one) for one in texts]
    units = find_postcodes(session, [one for one in parsed if isinstance(one, str)])
    return [_position(one, units) for one in parsed]


def _parse(text: object) -> str | RegisterError:
    if not isinstance(text, str):
        return InvalidInput("This is not a postcode.", "Give text, such as DH1 5UL.")
    try:
        return parse_postcode(text)
    except InvalidInput as error:
        return error


def _position(parsed: str | RegisterError, units: dict[str, PostcodeUnit]) -> GridPoint | RegisterError:
    if isinstance(parsed, RegisterError):
        return parsed
    unit = units.get(parsed)
    return unit_position(unit) if unit else not_held(parsed)


def _result(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Found):
        return {"division": to_name(answer), "fault": None}
    return {"division": None, "fault": {"what": answer.what, "remedy": answer.remedy}}


@router.get(
    "/{gss_code}",
    summary="One division",
    dependencies=STRICT,
    responses=UNPROCESSABLE
    | NOT_FOUND
    | {
        200: {
            "model": DivisionAnswer,
            "content": {"application/geo+json": {"schema": described(DivisionFeature)}},
        }
    },
)
@router.head("/{gss_code}", dependencies=STRICT, include_in_schema=False)
def read_division(
    request: Request,
    session: Reading,
    gss_code: Annotated[str, Path(description="GSS code of the division.", examples=["E05009036"])],
    as_at: AsAt = None,
    f: Annotated[str | None, Query(description="json or geojson.", examples=["geojson"])] = None,
) -> Response:
    """A division, with its outline as GeoJSON. Codes of earlier boundaries are found, with a notice."""
    moment = _moment(as_at) if as_at is not None else None
    form = choose_format(request.headers, f, formats.ONE_FORMATS)
    etag = request_etag(request, form)
    if is_unchanged(request, etag):
        return not_modified(etag)
    found = get_division(session, gss_code, moment, outlines=form == formats.GEOJSON)
    return _answer(formats.one(found, form), formats.ONE_FORMATS[form], etag)


def _answer(body: bytes, media_type: str, etag: str) -> Response:
    return Response(body, headers=shared_headers(etag), media_type=media_type)
