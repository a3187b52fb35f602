"""Published places as the pages show them: cards in a list, and the page of one."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time

from app.places.open_state import DayHours as DayOfHours
from app.places.open_state import OpenState, state_at, week_from
from app.places.schemas import PublicPlace
from app.vocabulary import ACCESSIBILITY_FACTS, OFFERS, LocationSource
from web.views import DayHours, DivisionLink, Fact, OpenNow, PlaceCard, PlacePage, SchemeLine

Boundaries = Mapping[str, DivisionLink]
"""From the reference of a place to the other division that it may belong to."""


def cards(places: Iterable[PublicPlace], now: datetime, boundaries: Boundaries) -> tuple[PlaceCard, ...]:
    """Places as cards, in the same order."""
    return tuple(_card(place, now, boundaries.get(place.reference)) for place in places)


def _card(place: PublicPlace, now: datetime, boundary_with: DivisionLink | None) -> PlaceCard:
    return PlaceCard(
        reference=place.reference,
        name=place.name,
        kind=place.kind,
        kind_label=place.kind_label,
        town=place.town or "",
        open_now=open_now(state_at(place.opening_hours, place.stored_closures, now)),
        distance_m=place.distance_m,
        step_free=place.accessibility.step_free_entrance,
        checked_on=place.assessed_on,
        boundary_with=boundary_with,
    )


def place_page(place: PublicPlace, now: datetime, schemes: Mapping[str, SchemeLine]) -> PlacePage:
    """Every public field of a place; what the page shows beside them is added by the caller.

    `schemes` are the schemes by code, in words.
    """
    facts = place.accessibility
    return PlacePage(
        reference=place.reference,
        name=place.name,
        kind=place.kind,
        kind_label=place.kind_label,
        address=(*place.address, *([place.town] if place.town else [])),
        postcode=place.postcode or "",
        town=place.town or "",
        open_now=open_now(state_at(place.opening_hours, place.stored_closures, now)),
        now=now,
        week=week(place, now),
        description=place.description or "",
        schemes=tuple(schemes[code] for code in place.schemes),
        offers=tuple(OFFERS[code] for code in place.offers),
        phone=place.phone or "",
        email=place.email or "",
        website=place.website or "",
        accessibility=tuple(Fact(label, getattr(facts, name)) for name, label in ACCESSIBILITY_FACTS.items()),
        languages=tuple(facts.languages),
        checked_on=place.assessed_on,
        valid_until=place.valid_until,
        # An audit becomes effective only when a second person signs it off, and only effective ones publish a place.
        checked_by_two=True,
        at_postcode=place.location_source == LocationSource.POSTCODE,
        location_quality_m=place.location_quality_m,
        division=division_link(place),
    )


def division_link(place: PublicPlace) -> DivisionLink | None:
    """The division that a place counts in."""
    return DivisionLink(place.division.gss_code, place.division.name) if place.division else None


def week(place: PublicPlace, now: datetime) -> tuple[DayHours, ...]:
    """Hours of today and the six days after it; empty where no hours are known of any."""
    days = week_from(place.opening_hours, place.stored_closures, now.date())
    return tuple(_day_hours(day) for day in days) if all(day.is_known for day in days) else ()


def open_now(state: OpenState) -> OpenNow:
    """A place's state at this moment."""
    if state.open is None:
        return OpenNow("unknown")
    if state.is_always_open:
        return OpenNow("always")
    return OpenNow("open", state.until) if state.open else OpenNow("closed", state.next_open)


def _day_hours(day: DayOfHours) -> DayHours:
    """One day; a whole day is (00:00, 00:00)."""
    return DayHours(day.day, tuple((_clock(start), _clock(until)) for start, until in day.spans), day.note)


def _clock(moment: datetime) -> time:
    return moment.time().replace(tzinfo=None)
