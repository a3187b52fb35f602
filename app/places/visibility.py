"""Which places somebody may see, and which private facts of them: the base that every signed-in read starts from."""

from sqlalchemy import ColumnElement, Select, exists, false, func, select
from sqlmodel import col

from app.permissions.identity import Identity
from app.permissions.table import Action, Reach, reach_of, readable_fields
from app.places.register_schemas import PRIVATE_FACTS
from app.tables import Place, PlaceDivision, TermOfOffice
from app.tables.published import published_place


def visible_places(identity: Identity) -> Select[Place]:
    """The places that somebody may see, as one statement to narrow, count and order; not yet in any order.

    Those who keep the register see all of their authority, whatever the status. Councillors see the places that are
    linked to a division in which they hold a seat today, doubtful links too. Everybody else sees what is published.
    """
    return select(Place).where(is_visible(identity))


def is_visible(identity: Identity) -> ColumnElement[bool]:
    """The condition on `Place` that `visible_places` puts."""
    reach = reach_of(identity, Action.READ_PLACES)
    if reach is Reach.OWN_AUTHORITY and identity.authority_code:
        return col(Place.authority_code) == identity.authority_code
    if reach is Reach.OWN_DIVISIONS:
        return _in_own_divisions(identity)
    return col(Place.id).in_(select(published_place.c.id))


def readable_private(identity: Identity) -> frozenset[str]:
    """The private facts (names of `PlaceDraft`) that somebody may read; nothing is found or ordered by the others."""
    return readable_fields(identity, "register_place") & frozenset(PRIVATE_FACTS)


def _in_own_divisions(identity: Identity) -> ColumnElement[bool]:
    if identity.councillor_id is None or identity.authority_code is None:
        return false()
    today = func.london_date(func.statement_timestamp())
    seat = (
        exists()
        .where(col(PlaceDivision.place_id) == col(Place.id))
        .where(col(TermOfOffice.division_id) == col(PlaceDivision.division_id))
        .where(col(TermOfOffice.councillor_id) == identity.councillor_id)
        .where(col(TermOfOffice.starts_on) <= today)
        .where(func.coalesce(col(TermOfOffice.ends_on) > today, True))
    )
    return (col(Place.authority_code) == identity.authority_code) & seat
