"""What each page of the register shows. Makes the views of `web.views`; knows no HTTP."""

from dataclasses import replace

from app.councillors.rules import list_seats
from app.councillors.schemas import Seat
from app.divisions.boundaries import Moment
from app.divisions.rules import get_division, list_divisions
from app.errors import NotFound
from app.places import rules as places
from app.places.schemas import PublicPlace
from app.public_map import queries
from app.public_map.cards import cards, place_page
from app.public_map.names import closeness, plain_name
from app.public_map.register import Register, Spot, to_link, to_notice
from web.views import (
    AboutDataPage,
    DataSource,
    DivisionLink,
    DivisionPage,
    DivisionRow,
    DivisionsPage,
    Member,
    PlaceCard,
    PlaceGonePage,
    PlacePage,
    ResultsPage,
    SchemeLine,
)

NEAREST = 10
PAGE = 20
"""Places on a page of a division: more than any division of a county has, and few enough for a slow phone."""
NEAREST_INSTEAD = 5
"""How many places are offered to somebody who looked for another, or at a division that has none."""


def show_place(register: Register, reference: str) -> PlacePage:
    """A published place.

    Raises:
        NotFound: it never was public.
        PlaceGone: it was public once and is not any more.
    """
    place = places.get_public_place(register.session, reference)
    schemes = {
        scheme.code: SchemeLine(scheme.label, scheme.summary) for scheme in queries.list_schemes(register.session)
    }
    spot = Spot(place.easting, place.northing, place.lon, place.lat, 0)
    situation = register.find_situation(spot)
    return replace(
        place_page(place, register.now, schemes),
        boundary_with=register.other_divisions([reference]).get(reference),
        boundaries=to_notice(situation.answering if situation else None),
        map=register.map.in_page(f"Where {place.name} is", "22rem", place=reference),
    )


def show_place_gone(register: Register, reference: str, easting: float, northing: float) -> PlaceGonePage:
    """What is near a place that has left the list (EPSG:27700, metres)."""
    nearest = places.list_nearest(register.session, easting, northing, NEAREST_INSTEAD)
    return PlaceGonePage(reference, register.now, to_cards(register, nearest))


def show_divisions(register: Register, q: str = "") -> DivisionsPage:
    """The divisions of the authority, narrowed to those whose names have these words."""
    if not register.sets:
        return DivisionsPage("the county", (), q)
    answering, _ = register.sets[0]
    held = answering.boundaries
    everything = list_divisions(register.session, Moment(register.now.date()), authority_code=held.authority_code)
    wanted = plain_name(q)
    rows = tuple(
        DivisionRow(division.gss_code, division.name, division.members, division.places)
        for division in everything
        if not q.strip() or (wanted and closeness(plain_name(division.name), wanted) is not None)
    )
    return DivisionsPage(
        authority=held.authority_name,
        rows=rows,
        q=q.strip(),
        total=len(everything),
        boundaries=to_notice(answering),
        map=register.map.in_page(f"Divisions of {held.authority_name}", "36rem"),
    )


def show_division(register: Register, gss_code: str, page: int = 1) -> DivisionPage:
    """A division with its members and a page of its places, or the nearest places where it has none.

    Raises:
        NotFound: no boundaries of today have that code, or the places do not fill so many pages.
    """
    division = get_division(register.session, gss_code, outlines=False)
    held = division.answering.boundaries
    if held.id not in register.set_ids:
        raise NotFound(
            f"{division.name} was an electoral division {held.period}.",
            "The boundaries have changed since. Search for your postcode to find your division of today.",
        )
    linked = _in_order(places.list_division_places(register.session, gss_code), gss_code)
    page_count = max(1, -(-len(linked) // PAGE))
    if not 1 <= page <= page_count:
        raise NotFound(f"{division.name} has no page {page} of places.", "Start from its first page.")
    shown = _division_cards(register, gss_code, linked[(page - 1) * PAGE : page * PAGE])
    middle = None if linked else queries.find_middle(register.session, held.id, gss_code)
    nearest = places.list_nearest(register.session, *middle, NEAREST_INSTEAD) if middle else []
    seats = list_seats(register.session, gss_code, Moment(register.now.date())).seats
    return DivisionPage(
        gss_code=division.gss_code,
        name=division.name,
        authority=held.authority_name,
        now=register.now,
        members=tuple(_member(seat) for seat in seats),
        places=shown,
        in_division=division.places,
        page_number=page,
        page_count=page_count,
        nearest=to_cards(register, nearest),
        boundaries=to_notice(division.answering),
        map=register.map.in_page(f"Safe places in {division.name}", division=division.gss_code),
    )


def show_near(
    register: Register, searched: str, spot: Spot, *, official_code: str | None = None, is_asker: bool = True
) -> ResultsPage:
    """The answer to a search: the division at a spot and the nearest places.

    Args:
        register: where to read.
        searched: how to name the spot.
        spot: where it is.
        official_code: GSS code of the division that is official for it, if it is a postcode.
        is_asker: whether it is where the asker is, as a postcode or a position; a town or a place need not be.
    """
    situation = register.find_situation(spot, official_code)
    found = places.list_nearest(register.session, spot.easting, spot.northing, NEAREST)
    page = ResultsPage(searched, register.now, None, to_cards(register, found), is_asker=is_asker)
    wishes = {"point": f"{spot.lon:.6f},{spot.lat:.6f}", "accuracy_m": f"{spot.uncertainty_m:.0f}"}
    title = "Places near you" if is_asker else f"Places near {searched}"
    if situation is None:
        return replace(page, map=register.map.in_page(title, **wishes))
    division = situation.division
    counts = places.count_by_division(register.session, situation.answering.boundaries.id)
    return replace(
        page,
        division=to_link(division),
        in_division=counts.get(division.gss_code, 0),
        boundary_with=to_link(situation.boundary_with),
        boundaries=to_notice(situation.answering),
        map=register.map.in_page(title, division=division.gss_code, **wishes),
    )


def show_sources(register: Register) -> AboutDataPage:
    """Where everything comes from."""
    held = [one.boundaries for one, _ in register.sets]
    boundaries = tuple(
        DataSource(
            f"Electoral divisions of {one.authority_name}",
            one.source,
            one.licence,
            note=one.attribution if one is not held[0] else "",
        )
        for one in held
    )
    postcodes = tuple(
        DataSource("Postcodes", source, "Open Government Licence v3.0")
        for source in queries.list_postcode_sources(register.session)
    )
    return AboutDataPage((*boundaries, *postcodes), to_notice(register.sets[0][0]) if register.sets else None)


def to_cards(register: Register, found: list[PublicPlace]) -> tuple[PlaceCard, ...]:
    """Places as cards, with the second division that some may belong to."""
    return cards(found, register.now, register.other_divisions([place.reference for place in found]))


def _in_order(linked: list[PublicPlace], gss_code: str) -> list[PublicPlace]:
    """The places of a division by name: those that count in it, then those that may belong to it."""
    return sorted(linked, key=lambda place: (not _counts_in(place, gss_code), place.name.casefold(), place.reference))


def _counts_in(place: PublicPlace, gss_code: str) -> bool:
    return place.division is not None and place.division.gss_code == gss_code


def _division_cards(register: Register, gss_code: str, linked: list[PublicPlace]) -> tuple[PlaceCard, ...]:
    """Places of a division as cards. Those that only may belong to it say where they count."""
    others = dict(register.other_divisions([place.reference for place in linked]))
    for place in linked:
        if place.division and not _counts_in(place, gss_code):
            others[place.reference] = DivisionLink(place.division.gss_code, place.division.name)
    return cards(linked, register.now, others)


def _member(seat: Seat) -> Member:
    holder = seat.holder
    return Member(holder.name, holder.party or "", holder.email or "", holder.phone or "") if holder else Member()
