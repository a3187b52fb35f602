"""From a request to filters, and from a page of places to an answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import Request, Response
from sqlalchemy import Engine
from sqlmodel import Session

from app.db.sessions import reading
from app.db.version import RegisterVersion, current_version, known_version, london_today
from app.errors import InvalidInput
from app.http.caching import etag_of, is_unchanged, not_modified, private_headers, shared_headers
from app.http.negotiation import choose_format
from app.http.paging import next_link, parse_cursor, to_cursor
from app.places import filters as parse
from app.places import rules
from app.places.filters import Origin, PlaceFilters
from app.places.fragments import KeptAnswer, kept_for
from app.places.list_queries import order_of
from app.places.rendering import FORMATS, list_as, origin_json
from app.places.rules import PlacePage, Position
from app.places.schemas import PlaceQuery
from app.places.standing import Standing
from app.postcodes.rules import get_postcode


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a list, the moment of it, and the format of the answer."""

    request: Request
    query: PlaceQuery
    now: datetime
    format_name: str

    @property
    def etag_parts(self) -> tuple[str, str]:
        """What the answer depends on beside the address and the register."""
        return self.format_name, f"{self.now:%Y%m%d%H%M}" if self.query.open_at == "now" else ""


def read_request(request: Request, query: PlaceQuery) -> Asked:
    """What is asked for.

    Raises:
        InvalidInput, NotAcceptable: the format is none of ours.
    """
    return Asked(request, query, datetime.now(UTC), choose_format(request.headers, query.f, FORMATS))


async def answer_at_once(asked: Asked) -> Response | None:
    """The answer, where it takes no more than one statement: 304, or a list of which all but the order is kept.

    None where it takes more: then `answer_in_thread`.
    """
    engine = asked.request.app.state.engine
    version = known_version(engine)
    if version is None:
        return None
    etag = etag_of(asked.request, version, *asked.etag_parts)
    if is_unchanged(asked.request, etag):
        return not_modified(etag)
    kept = kept_for(engine, version)
    if answer := kept.answers.get(etag):
        return Response(answer.body, headers=answer.headers, media_type=answer.media_type)
    standing = kept.standings.get(london_today())
    if standing is None or asked.query.postcode is not None or not isinstance(engine, Engine):
        return None
    filters = to_filters(asked, _origin(None, asked.query), standing)
    after, limit = _after(asked.query, filters), asked.query.limit
    page = rules.list_in_memory(engine, filters, limit=limit, after=after, kept=kept)
    if page is None:
        fetch = asked.request.app.state.direct_reads.fetch
        page = await rules.list_kept_places(fetch, filters, limit=limit, after=after, kept=kept)
    return to_answer(asked, filters, page, version, etag) if page else None


def answer_in_thread(asked: Asked) -> Response:
    """The answer, by a session of its own; what it read is kept for the next."""
    engine = asked.request.app.state.engine
    version = current_version(engine)
    kept = kept_for(engine, version)
    with reading(asked.request) as session:
        as_at = parse.parse_as_at(asked.query.as_at, asked.now) if asked.query.as_at is not None else None
        standing = rules.standing_at(session, as_at, kept)
        filters = to_filters(asked, _origin(session, asked.query), standing)
        after = _after(asked.query, filters)
        page = rules.list_places(session, filters, limit=asked.query.limit, after=after, kept=kept)
    return to_answer(asked, filters, page, version, etag_of(asked.request, version, *asked.etag_parts))


def to_filters(asked: Asked, origin: Origin | None, standing: Standing) -> PlaceFilters:
    """The filters that a query asks for. `standing` knows the codes of schemes and kinds.

    Raises:
        InvalidInput: a value is wrong, or one needs another.
    """
    query = asked.query
    if query.radius_m is not None and origin is None:
        raise InvalidInput("A radius needs a point.", "Add near=lon,lat or postcode=.", field="radius_m")
    return PlaceFilters(
        bbox=parse.parse_box(query.bbox) if query.bbox is not None else None,
        division=query.division,
        origin=origin,
        radius_m=parse.parse_radius(query.radius_m) if query.radius_m is not None else None,
        open_at=parse.parse_open_at(query.open_at, asked.now) if query.open_at is not None else None,
        schemes=parse.parse_codes(query.scheme, standing.schemes, "scheme") if query.scheme else (),
        kinds=parse.parse_codes(query.kind, standing.kinds, "kind") if query.kind else (),
        accessibility=parse.parse_accessibility(query.accessibility) if query.accessibility else (),
        language=parse.parse_language(query.language) if query.language is not None else None,
        text=parse.parse_text(query.q) if query.q is not None else None,
        as_at=parse.parse_as_at(query.as_at, asked.now) if query.as_at is not None else None,
    )


def to_answer(asked: Asked, filters: PlaceFilters, page: PlacePage, version: RegisterVersion, etag: str) -> Response:
    """A page of places in the format asked for. An answer to somebody's position is not to be kept by anyone."""
    link = next_link(asked.request, to_cursor(*page.following) if page.following else None)
    members: dict[str, Any] = {
        "next": link,
        "notices": page.standing.notices,
        "as_at": filters.as_at,
        "origin": origin_json(filters.origin) if filters.origin else None,
    }
    body = list_as(asked.format_name, page.places, address_of(asked.request), members)
    headers = private_headers() if filters.origin else shared_headers(etag)
    if link:
        headers["Link"] = f'<{link}>; rel="next"'
    media_type = FORMATS[asked.format_name]
    if not (filters.origin or filters.open_at or filters.as_at):
        kept_for(asked.request.app.state.engine, version).keep_answer(etag, KeptAnswer(body, headers, media_type))
    return Response(body, headers=headers, media_type=media_type)


def address_of(request: Request) -> str:
    """What addresses of pages begin with, safe to stand inside a JSON text."""
    address = request.app.state.settings.public_address or str(request.base_url)
    return orjson.dumps(address.rstrip("/"))[1:-1].decode()


def _after(query: PlaceQuery, filters: PlaceFilters) -> Position | None:
    return parse_cursor(query.cursor, 1 if order_of(filters) == "id" else 2) if query.cursor else None


def _origin(session: Session | None, query: PlaceQuery) -> Origin | None:
    if query.near is not None and query.postcode is not None:
        raise InvalidInput("Both near and postcode are given.", "Give one of them.", field="postcode")
    if query.near is not None:
        return parse.parse_origin(query.near)
    if query.postcode is not None and session is not None:
        unit = get_postcode(session, query.postcode)
        return parse.origin_at(unit.easting, unit.northing, unit.postcode)
    return None
