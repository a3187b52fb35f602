"""Which divisions there are, which set answers for a date, and linking places to divisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.divisions import queries
from app.divisions.boundaries import Answering, Moment, answering, answering_for
from app.errors import InvalidInput, NotFound

MAXIMUM_QUERY = 100


@dataclass(frozen=True, slots=True)
class ListedDivision:
    """A division as lists show it.

    Attributes:
        answering: the set that it belongs to, at the date that was asked for.
        outline: stored GeoJSON geometry (CRS84), where it was asked for.
        places: published places that counted in it at the moment that was asked for.
    """

    gss_code: str
    name: str
    members: int | None
    area_m2: float
    answering: Answering
    places: int
    outline: str | None = None


def division_sets_at(session: Session, on: date, at: datetime | None = None) -> list[Answering]:
    """For each authority the set that answers for a day: the one in force, else the newest before, with a notice.

    `at` is the moment whose knowledge counts: sets that were loaded or activated later are left out. None: now.
    """
    return answering(queries.list_active_sets(session, at), on)


def known_sets_at(session: Session, moment: Moment) -> list[Answering]:
    """The same as the register itself stood at the moment: an authority without a set then has none."""
    return answering(queries.list_active_sets(session, moment.at, or_of_now=False), moment.on)


def division_set_at(session: Session, authority_code: str | None, on: date, at: datetime | None = None) -> Answering:
    """The set that answers for one authority on a day; without an authority the first by code.

    Raises:
        NotFound: no set of that authority is active.
    """
    sets = queries.list_active_sets(session, at)
    if authority_code is not None:
        return answering_for(sets, authority_code, on)
    found = answering(sets, on)
    if not found:
        raise NotFound("No electoral divisions are held.", "Load some: safeplaces divisions load.")
    return found[0]


def list_divisions(
    session: Session,
    asked: Moment,
    *,
    authority_code: str | None = None,
    query: str | None = None,
    outlines: bool = False,
) -> list[ListedDivision]:
    """The divisions of the sets that answer for a day, by name.

    Args:
        session: where to read.
        asked: the day, and the moment of which places are counted.
        authority_code: only this authority's.
        query: part of a name, or a code; case and accents of words do not matter.
        outlines: bring the outlines too.

    Raises:
        NotFound: no set of that authority is active.
        InvalidInput: the query is too long.
    """
    if query is not None and len(query) > MAXIMUM_QUERY:
        raise InvalidInput("The search text is too long.", f"Use at most {MAXIMUM_QUERY} letters.", field="q")
    on, at = asked
    sets = [division_set_at(session, authority_code, on, at)] if authority_code else division_sets_at(session, on, at)
    found = _listed(session, sets, at, outlines=outlines)
    words = (query or "").casefold().split()
    return [one for one in found if all(word in f"{one.name} {one.gss_code}".casefold() for word in words)]


def get_division(
    session: Session, gss_code: str, asked: Moment | None = None, *, outlines: bool = True
) -> ListedDivision:
    """A division by its code, in the set that answers for a day.

    Codes change with the boundaries. Without a day a code of earlier boundaries is found as well, so that old links
    lead somewhere; the notice says that they are no longer in force.

    Raises:
        NotFound: no active set has that code.
    """
    today = london_today()
    on, at = asked or Moment(today)
    sets = division_sets_at(session, on, at)
    if asked is None:
        listed = {one.boundaries.id for one in sets}
        earlier = [one for one in queries.list_active_sets(session) if one.id not in listed]
        sets += [Answering(one, today) for one in reversed(earlier)]
    code = gss_code.strip().upper()
    for found in _listed(session, sets, at, outlines=outlines, gss_code=code):
        return found
    raise NotFound(
        "There is no electoral division of that code" + (" at that date." if asked else "."),
        "Codes look like E05009036. See the list of divisions.",
        field="gss_code",
    )


def _listed(
    session: Session, sets: Sequence[Answering], at: datetime | None, *, outlines: bool, gss_code: str | None = None
) -> list[ListedDivision]:
    by_id = {one.boundaries.id: one for one in sets}
    rows = queries.list_divisions(session, list(by_id), outlines=outlines, gss_code=gss_code)
    places = queries.count_published(session, list(by_id), at)
    return [
        ListedDivision(
            row.gss_code,
            row.name,
            row.members,
            row.area_m2,
            by_id[row.division_set_id],
            places.get((row.division_set_id, row.gss_code), 0),
            row.outline,
        )
        for row in rows
    ]


def assign_places(session: WriteSession, place_ids: Sequence[int]) -> None:
    """Link some places to the divisions of every active set: after they were added, moved, or got another postcode."""
    session.flush()
    for one in queries.list_active_sets(session):
        queries.assign_places(session, one.id, place_ids)


def assign_register(session: WriteSession) -> dict[int, queries.Links]:
    """Link every place to the divisions of every active set: after postcodes were loaded. Links by set."""
    session.flush()
    links = {}
    for one in queries.list_active_sets(session):
        queries.assign_register(session, one.id)
        links[one.id] = queries.count_links(session, one.id)
    return links
