"""Which division is this in? The one question that is asked most, and answered without a database session.

The route reads its parameters itself. FastAPI's own reading of four parameters took a third of the time of an answer;
their description for OpenAPI is written here instead.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.db.failures import translated
from app.db.sessions import open_read_session
from app.db.version import london_today
from app.divisions.boundaries import Answering, Moment, parse_moment
from app.divisions.lookup import Found, find_division, parse_position, unit_position
from app.divisions.memory import Memory, known_memory, memory_at
from app.divisions.schemas import DivisionAt, to_boundaries
from app.errors import InvalidInput
from app.http.caching import private_headers
from app.postcodes.rules import MAXIMUM_LENGTH, get_postcode
from app.tables.postcode import PostcodeUnit
from geo.crs import point_to_lonlat
from geo.faults import GeographyError
from geo.features import POINT_DECIMALS
from geo.points import LonLat, parse_number

router = APIRouter(prefix="/api/v1/divisions", tags=["Divisions"])

PARAMETERS: dict[str, tuple[dict[str, Any], str, Any]] = {
    "lon": ({"type": "number"}, "Longitude, degrees (CRS84).", -1.5757),
    "lat": ({"type": "number"}, "Latitude, degrees (CRS84).", 54.7761),
    "postcode": ({"type": "string"}, "A whole postcode, instead of a position.", "DH1 1AB"),
    "as_at": (
        {"type": "string", "format": "date"},
        "Boundaries of this date (or moment), as was known then; today where left out.",
        "2024-06-01",
    ),
}
DESCRIBED = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": kind, "description": words, "example": example}
        for name, (kind, words, example) in PARAMETERS.items()
    ]
}


class Question(NamedTuple):
    """A position (CRS84, degrees) or a postcode, and the moment of the boundaries."""

    position: LonLat | None
    postcode: str | None
    moment: Moment


def parse_question(given: Mapping[str, str]) -> Question:
    """What is asked for.

    Raises:
        InvalidInput: an unknown parameter, half a position, none or two things asked for, text that is no number.
    """
    for name in given:
        if name not in PARAMETERS:
            raise InvalidInput(
                f"There is no parameter '{name[:40]}' here.", f"Use: {', '.join(PARAMETERS)}.", field=name[:40]
            )
    lon, lat, postcode = given.get("lon"), given.get("lat"), given.get("postcode")
    moment = parse_moment(given["as_at"], datetime.now(UTC)) if "as_at" in given else Moment(london_today())
    if postcode is not None:
        if lon is not None or lat is not None:
            raise InvalidInput("There are both a position and a postcode.", "Give one of the two.", field="postcode")
        if len(postcode) > MAXIMUM_LENGTH:
            raise InvalidInput("This is too long for a postcode.", "Give one such as DH1 1AB.", field="postcode")
        return Question(None, postcode, moment)
    if lon is None or lat is None:
        missing = "lon" if lon is None else "lat"
        raise InvalidInput(
            "There is no position and no postcode." if lon is lat else f"The position has no {missing}.",
            "Give lon and lat, such as ?lon=-1.5757&lat=54.7761, or postcode, such as ?postcode=DH1 1AB.",
            field=missing,
        )
    return Question(LonLat(_number(lon, "lon"), _number(lat, "lat")), None, moment)


def _number(text: str, field: str) -> float:
    try:
        return parse_number(text, field)
    except GeographyError as error:
        # What was typed is not repeated: it may be somebody's position.
        raise InvalidInput(f"{field} is not a finite number.", error.remedy, field=field) from None


@router.get(
    "/at",
    summary="Which division is this position or postcode in?",
    responses={
        HTTPStatus.OK.value: {"model": DivisionAt},
        HTTPStatus.NOT_FOUND.value: {"description": "No division that is held is there; the answer says what is held."},
        HTTPStatus.UNPROCESSABLE_ENTITY.value: {
            "description": "A value is wrong; the answer says which and what to do."
        },
    },
    openapi_extra=DESCRIBED,
)
async def read_division_at(request: Request) -> Response:
    """The division that covers a position, and how far its edge is. Never stored, never logged.

    Give longitude and latitude, or a postcode. On a shared edge the division whose code comes first answers.
    """
    question = parse_question(request.query_params)
    engine = request.app.state.engine
    on, then = question.moment
    memory = None if then else known_memory(engine)
    if memory is None:
        memory = await run_in_threadpool(memory_at, engine, then)
    if question.position is not None:
        at = parse_position(*question.position)
        return _answer(memory, find_division(memory, at, on), question.position, None)
    unit = await run_in_threadpool(_read_unit, request, question.postcode or "")
    found = find_division(memory, unit_position(unit), on)
    return _answer(memory, found, LonLat(*point_to_lonlat(*found.at)), unit)


def _read_unit(request: Request, postcode: str) -> PostcodeUnit:
    with translated(), open_read_session(request.app.state.engine) as session:
        unit = get_postcode(session, postcode)
        session.expunge(unit)
        return unit


def _answer(memory: Memory, found: Found, position: LonLat, unit: PostcodeUnit | None) -> Response:
    """The answer, written without a model; `schemas.DivisionAt` describes it, and a test compares the two."""
    code = unit.division_code if unit else None
    answer = {
        "division": to_name(found),
        "position": {
            "lon": round(position.lon, POINT_DECIMALS),
            "lat": round(position.lat, POINT_DECIMALS),
            "easting": round(found.at.easting, 2),
            "northing": round(found.at.northing, 2),
        },
        "distance_to_boundary_m": round(found.distance_to_boundary_m, 1),
        "postcode": unit.postcode if unit else None,
        "official_division_code": code,
        "postcode_disagrees": code is not None
        and code != found.division.gss_code
        and code in memory.of(found.answering.boundaries).index.labels,
        "boundaries": _boundaries_text(found.answering),
    }
    return Response(orjson.dumps(answer), headers=private_headers(), media_type="application/json")


@lru_cache(maxsize=100)
def _boundaries_text(answering: Answering) -> orjson.Fragment:
    return orjson.Fragment(to_boundaries(answering).model_dump_json())


def to_name(found: Found) -> dict[str, Any]:
    """A division as `schemas.DivisionName` has it."""
    return {
        "gss_code": found.division.gss_code,
        "name": found.division.name,
        "members": found.division.members,
        "authority_code": found.answering.boundaries.authority_code,
    }
