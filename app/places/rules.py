"""What a reader gets: published places only, as lists and one by one."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Engine
from sqlmodel import Session

from app.db.version import LONDON, london_today
from app.errors import NotFound, PlaceGone
from app.places import list_queries, queries
from app.places.filters import Origin, PlaceFilters
from app.places.fragments import Kept, find_fragments
from app.places.list_queries import Candidate
from app.places.opening_hours import is_open_at
from app.places.positions import find_in_box
from app.places.rendering import Listed, flat_json
from app.places.schemas import PublicPlace
from app.places.standing import Standing, read_standing
from app.places.survivors import find_published_survivor, merged

EXAMINED_AT_MOST = 5_000
"""How many places one request looks at for those that are open; the next page goes on from there."""
BATCH = 500
ALL = 100_000
NEAREST_INSTEAD = 3
"""How many places are offered instead of one that has gone."""

_REFERENCE = re.compile(r"SP-[0-9]{4,18}", re.ASCII)
_GSS_CODE = re.compile(r"[ENSW][0-9]{8}", re.ASCII)

Position = tuple[float, ...]
"""What orders a place in its list: (id,), (distance_m, id) or (score, id)."""


Fetch = Callable[[str, Mapping[str, Any]], Awaitable[list[tuple[Any, ...]] | None]]
"""Runs one reading statement and gives its rows; None where the database did not answer."""


@dataclass(frozen=True, slots=True)
class PlacePage:
    """A page of published places, the position after which the next page starts (None: no more), and the standing."""

    places: list[Listed]
    following: Position | None
    standing: Standing


def list_places(
    session: Session, filters: PlaceFilters, *, limit: int, after: Position | None = None, kept: Kept | None = None
) -> PlacePage:
    """The published places that fit the filters: nearest, best or oldest first.

    Args:
        session: reads in one transaction.
        filters: what to narrow to; `as_at` asks for the past.
        limit: most places in the page.
        after: where the page before ended.
        kept: what the process keeps of this version of the register, to answer from.

    Raises:
        NotFound: no division of that code answers for the date.
    """
    standing = standing_at(session, filters.as_at, kept)
    if filters.division:
        require_division(session, filters.division, standing)
    if filters.open_at:
        found, following = _find_open(session, filters, standing, limit, after)
    else:
        found = list_queries.find_candidates(session, filters, sets=standing.set_ids, limit=limit + 1, after=after)
        following = position_of(found[limit - 1]) if len(found) > limit else None
        found = found[:limit]
    fragments = find_fragments(session, [place.id for place in found], standing, filters.as_at, kept)
    listed = [
        Listed(fragment, place.distance_m, place.linked_by)
        for place in found
        if (fragment := fragments.get(place.id)) is not None
    ]
    return PlacePage(listed, following, standing)


def list_in_memory(
    engine: Engine, filters: PlaceFilters, *, limit: int, after: Position | None, kept: Kept
) -> PlacePage | None:
    """The same page of a box without any statement, where all that it needs is kept; None where it is not."""
    standing = kept.standings.get(london_today())
    if standing is None:
        return None
    ids = find_in_box(engine, filters, kept, limit=limit + 1, after=int(after[0]) if after else None)
    if ids is None:
        return None
    fragments = kept.fragments
    try:
        listed = [Listed(fragments[place_id]) for place_id in ids[:limit]]
    except KeyError:
        return None
    return PlacePage(listed, (ids[limit - 1],) if len(ids) > limit else None, standing)


async def list_kept_places(
    fetch: Fetch, filters: PlaceFilters, *, limit: int, after: Position | None, kept: Kept
) -> PlacePage | None:
    """The same page by one statement, where all else that it needs is kept; None where it is not: ask `list_places`.

    Lists of today are, unless they need more than a statement: a division to be checked, opening hours to be read.
    """
    standing = kept.standings.get(london_today())
    if standing is None or filters.as_at or filters.division or filters.open_at:
        return None
    found: list[Candidate] = []
    if not filters.bbox or filters.bbox.envelope:
        rows = await fetch(*list_queries.list_statement(filters, sets=standing.set_ids, limit=limit + 1, after=after))
        if rows is None:
            return None
        found = [Candidate._make(row) for row in rows]
    following = position_of(found[limit - 1]) if len(found) > limit else None
    listed = []
    for place in found[:limit]:
        fragment = kept.fragments.get(place.id)
        if fragment is None:
            return None
        listed.append(Listed(fragment, place.distance_m))
    return PlacePage(listed, following, standing)


def get_place(
    session: Session, reference: str, *, as_at: datetime | None = None, kept: Kept | None = None
) -> tuple[Listed, Standing]:
    """One published place, now or at a moment.

    Raises:
        NotFound: it never was public; the same for a reference that does not exist.
        PlaceGone: it was public once and is not any more.
        PlaceMerged: it turned out to be another, which is published.
    """
    standing = standing_at(session, as_at, kept)
    known = queries.find_known(session, reference, as_at) if _REFERENCE.fullmatch(reference) else None
    if known:
        fragment = find_fragments(session, [known.id], standing, as_at, None).get(known.id)
        if fragment:
            return Listed(fragment), standing
        if into := find_published_survivor(session, known.id, as_at):
            raise merged(reference, into)
        if queries.has_been_published(session, known.id, as_at):
            raise PlaceGone(
                f"{reference} is no longer on the list of safe places.",
                "Choose one of the nearest places instead. In an emergency call 999.",
                reference=reference,
                easting=known.easting,
                northing=known.northing,
            )
    raise NotFound(
        f"There is no place '{_shown(reference)}'.",
        "Check the reference, which looks like SP-0042, or search the list.",
    )


def standing_at(session: Session, as_at: datetime | None, kept: Kept | None = None) -> Standing:
    """How the register stands at a moment (None: now)."""
    if as_at:
        return read_standing(session, as_at.astimezone(LONDON).date(), as_at)
    on = london_today()
    return kept.standing(session, on) if kept else read_standing(session, on)


def require_division(session: Session, gss_code: str, standing: Standing) -> None:
    """Check that a division answers for the date.

    Raises:
        NotFound: it is unknown, or its set does not answer for that date.
    """
    if not _GSS_CODE.fullmatch(gss_code) or not queries.has_division(session, gss_code, standing.set_ids):
        raise NotFound(
            f"There is no electoral division '{_shown(gss_code)}' on {standing.on}.",
            "Use a GSS code of /api/v1/divisions, such as E05009052; as_at asks for earlier boundaries.",
        )


def list_nearest(
    session: Session, easting: float, northing: float, limit: int = 10, at: datetime | None = None
) -> list[PublicPlace]:
    """The published places nearest to a point (EPSG:27700, metres), with `distance_m`, now or at a moment."""
    origin = Origin(easting, northing, 0.0, 0.0)
    return _public(list_places(session, PlaceFilters(origin=origin, as_at=at), limit=limit))


def list_instead(session: Session, gone: PlaceGone, as_at: datetime | None = None) -> list[Listed]:
    """The published places nearest to one that has gone, now or at a moment."""
    origin = Origin(gone.easting, gone.northing, 0.0, 0.0)
    return list_places(session, PlaceFilters(origin=origin, as_at=as_at), limit=NEAREST_INSTEAD).places


def get_public_place(session: Session, reference: str) -> PublicPlace:
    """A published place for a page.

    Raises:
        NotFound: it never was public.
        PlaceGone: it was public once and is not any more.
    """
    return to_public(get_place(session, reference)[0])


def list_division_places(session: Session, gss_code: str, at: datetime | None = None) -> list[PublicPlace]:
    """All published places linked to a division, now or at a moment; `linked_by` says why.

    Raises:
        NotFound: no division of that code answers for the date.
    """
    return _public(list_places(session, PlaceFilters(division=gss_code, as_at=at), limit=ALL))


def list_all_places(session: Session) -> list[PublicPlace]:
    """Every published place, in the order of their ids."""
    return _public(list_places(session, PlaceFilters(), limit=ALL))


def count_by_division(session: Session, set_id: int) -> dict[str, int]:
    """How many published places each division of a set has been assigned, by GSS code; 0 included."""
    return queries.count_published(session, set_id)


def to_public(place: Listed, base: str = "") -> PublicPlace:
    """A listed place as a model. `base` is what the address of its page begins with."""
    return PublicPlace.model_validate(orjson.loads(flat_json(place, base)))


def position_of(place: Candidate) -> Position:
    """What orders a place in its list."""
    key = place.distance_m if place.distance_m is not None else place.score
    return (place.id,) if key is None else (key, place.id)


def _shown(given: str) -> str:
    """What was asked for, short and printable."""
    return "".join(character if character.isprintable() else "?" for character in given[:20])


def _public(page: PlacePage) -> list[PublicPlace]:
    return [to_public(place) for place in page.places]


def _find_open(
    session: Session, filters: PlaceFilters, standing: Standing, limit: int, after: Position | None
) -> tuple[Sequence[Candidate], Position | None]:
    """Those that are open, batch by batch until the page is full, and the position of the last one examined."""
    moment = filters.open_at
    found: list[Candidate] = []
    examined = 0
    while moment and examined < EXAMINED_AT_MOST:
        batch = list_queries.find_candidates(session, filters, sets=standing.set_ids, limit=BATCH, after=after)
        for place in batch:
            after = position_of(place)
            if is_open_at(place.opening_hours, place.closures or [], moment):
                found.append(place)
                if len(found) == limit:
                    return found, after
        if len(batch) < BATCH:
            return found, None
        examined += len(batch)
    return found, after
