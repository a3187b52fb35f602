"""What people who sign in read of the register: lists, counts and single places, as far as they may see them."""

import re
from datetime import datetime

from sqlmodel import Session, col

from app.db.version import LONDON, london_today
from app.divisions.boundaries import Moment
from app.divisions.rules import division_sets_at, known_sets_at
from app.errors import NotFound
from app.permissions.identity import Identity
from app.permissions.table import Action, require
from app.places import register_queries as queries
from app.places.register_facts import read_facts
from app.places.register_queries import DrawnPlace
from app.places.register_schemas import RegisterFilters, RegisterPage, RegisterPlace
from app.places.survivors import merged
from app.places.visibility import visible_places
from app.tables import Place

_REFERENCE = re.compile(r"SP-[0-9]{4,18}", re.ASCII)


def list_register(  # noqa: PLR0913 - who asks for what, from where on, and of which moment
    session: Session,
    identity: Identity,
    filters: RegisterFilters,
    *,
    limit: int = 50,
    after: str | None = None,
    at: datetime | None = None,
) -> RegisterPage:
    """A page of the places that somebody may see, and how many there are in all.

    Args:
        session: where to read.
        identity: who asks.
        filters: what to narrow to, and the order.
        limit: most places in the page.
        after: the cursor that the page before gave.
        at: aware moment: the places that they may see now, as they stood then. None: now.

    Raises:
        NotSignedIn, Forbidden: they may not read the register.
        InvalidInput: the cursor `after` is not one of this list's.
    """
    require(identity, Action.READ_PLACES)
    asked = queries.Asked(identity, filters, _sets_at(session, at), at)
    found = queries.find_page(session, asked, limit=limit, after=after)
    places = list(read_facts(session, identity, found.ids, sets=asked.sets, at=at).values())
    return RegisterPage(places, found.following, found.total)


def list_drawn(session: Session, identity: Identity, filters: RegisterFilters, *, limit: int) -> list[DrawnPlace]:
    """The places that somebody may see, as a map draws them, at most `limit`.

    Raises:
        NotSignedIn, Forbidden: they may not read the register.
    """
    require(identity, Action.READ_PLACES)
    return queries.list_drawn(session, queries.Asked(identity, filters, sets_of_today(session)), limit=limit)


def find_extent(
    session: Session, identity: Identity, filters: RegisterFilters
) -> tuple[float, float, float, float] | None:
    """The box around the places that somebody may see: min lon, min lat, max lon, max lat (CRS84 degrees), or None.

    Raises:
        NotSignedIn, Forbidden: they may not read the register.
    """
    require(identity, Action.READ_PLACES)
    return queries.find_extent(session, queries.Asked(identity, filters, sets_of_today(session)))


def count_by_status(session: Session, identity: Identity) -> dict[str, int]:
    """How many of the places that somebody may see have each status; 0 included."""
    require(identity, Action.READ_PLACES)
    return queries.count_by_status(session, identity)


def get_visible(
    session: Session,
    identity: Identity,
    reference: str,
    *,
    follow_merges: bool = True,
    at: datetime | None = None,
) -> RegisterPlace:
    """One place.

    Args:
        session: where to read.
        identity: who asks.
        reference: of the place.
        follow_merges: refuse one that was merged into another by saying which; else it is shown.
        at: aware moment: as it stood then, without private facts. None: now.

    Raises:
        NotFound: there is none, or they may not see it: both are told alike. Or it was not in the register then.
        PlaceMerged: it was merged into another.
    """
    place_id = find_visible_id(session, identity, reference)
    place = read_facts(session, identity, [place_id], sets=_sets_at(session, at), at=at).get(place_id)
    if place is None:
        raise NotFound(
            f"{reference} was not in the register at that moment.",
            "Ask for a later moment, or leave as_at out for the place as it is now.",
        )
    if follow_merges and place.merged_into:
        raise merged(place.reference, place.merged_into)
    return place


def find_visible_id(session: Session, identity: Identity, reference: str) -> int:
    """The id of a place that somebody may see.

    Raises:
        NotSignedIn, Forbidden: they may not read the register.
        NotFound: there is none, or they may not see it.
    """
    require(identity, Action.READ_PLACES)
    statement = visible_places(identity).where(col(Place.reference) == reference).with_only_columns(col(Place.id))
    known = _REFERENCE.fullmatch(reference)
    place_id = session.connection().execute(statement).scalar_one_or_none() if known else None
    if place_id is None:
        raise NotFound(
            f"There is no place '{_shown(reference)}' that you can see.",
            "Check the reference, which looks like SP-0042, or search the register.",
        )
    return int(place_id)


def sets_of_today(session: Session) -> list[int]:
    """Ids of the division sets that answer today."""
    return [answering.boundaries.id for answering in division_sets_at(session, london_today())]


def _sets_at(session: Session, at: datetime | None) -> list[int]:
    if at is None:
        return sets_of_today(session)
    moment = Moment(at.astimezone(LONDON).date(), at)
    return [answering.boundaries.id for answering in known_sets_at(session, moment)]


def _shown(given: str) -> str:
    """What was asked for, short and printable."""
    return "".join(character if character.isprintable() else "?" for character in given[:20])
