"""Facts of a place in the words of the office's pages: labels, lines, signs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from app.db.version import london_today
from app.places.queries import Codes
from app.places.register_schemas import FLAG_LABELS, Flag, LinkedDivision, RegisterPlace
from app.vocabulary import (
    ACCESSIBILITY_FACTS,
    ASSURANCE_LABELS,
    MEMBERSHIP_LABELS,
    OFFERS,
    LocationSource,
    MembershipStatus,
)
from web.views_office import OfficeRow
from web.words import date_words, phone_words

FIELD_LABELS: dict[str, str] = {
    "name": "Name of the place",
    "kind": "Kind of place",
    "schemes": "Schemes",
    "offers": "Offers",
    "description": "Description",
    "address_1": "Address line 1",
    "address_2": "Address line 2",
    "town": "Town or village",
    "postcode": "Postcode",
    "uprn": "UPRN",
    "easting": "Easting",
    "northing": "Northing",
    "lon": "Longitude",
    "lat": "Latitude",
    "location_source": "Where the position is from",
    "location_quality_m": "How exact the position is",
    "opening_hours": "Opening hours",
    "closures": "Days on which it is closed",
    "phone": "Phone",
    "email": "E-mail",
    "website": "Website",
    **ACCESSIBILITY_FACTS,
    "languages": "Languages",
    "consent_on": "Day of consent",
    "consent_by": "Who agreed",
    "contact_name": "Name of the contact",
    "contact_role": "Role of the contact",
    "contact_phone": "Phone of the contact",
    "contact_email": "E-mail of the contact",
    "private_notes": "Notes",
    "reason": "Reason",
    "membership_status": "Status",
}
SOURCE_WORDS: dict[LocationSource, str] = {
    LocationSource.POSTCODE: "From the postcode",
    LocationSource.UPRN: "From the property’s number",  # noqa: RUF001 - typographic apostrophes in what people read
    LocationSource.SURVEY: "From a grid reference",
    LocationSource.ENTRANCE_PIN: "From a pin at the entrance",
}
MOVE_LABELS: dict[MembershipStatus, str] = {
    MembershipStatus.LISTED: "List this place",
    MembershipStatus.SUSPENDED: "Suspend this place",
    MembershipStatus.WITHDRAWN: "Withdraw this place",
    MembershipStatus.PROPOSED: "Propose this place",
}


def to_row(place: RegisterPlace) -> OfficeRow:
    """A place as lists show it."""
    return OfficeRow(
        reference=place.reference,
        name=place.name,
        kind_label=place.kind_label,
        town=place.town or "",
        postcode=place.postcode or "",
        status=place.membership_status.value,
        status_label=MEMBERSHIP_LABELS[place.membership_status],
        assurance=place.assurance.value,
        assurance_label=ASSURANCE_LABELS[place.assurance],
        division=counted_in(place),
        valid_until=place.valid_until,
        days_left=(place.valid_until - london_today()).days if place.valid_until else None,
        flags=tuple(FLAG_LABELS[flag] for flag in flags_of(place)),
        is_published=place.is_published,
    )


def counted_in(place: RegisterPlace) -> str:
    """The name of the division in which a place counts; empty outside all."""
    return next((division.name for division in place.divisions if division.is_assigned), "")


def flags_of(place: RegisterPlace) -> list[Flag]:
    """What about a place waits for somebody. That nobody has checked it is its assurance's to say."""
    given = {
        Flag.NEAR_BOUNDARY: place.near_boundary,
        Flag.POSTCODE_DISAGREES: place.postcode_disagrees,
        Flag.NO_CONSENT: place.consent_on is None,
        Flag.CHANGE_WAITING: place.change_waiting,
    }
    return [flag for flag, is_so in given.items() if is_so]


def division_words(division: LinkedDivision) -> str:
    """How a place lies to a division."""
    metres = f"{division.distance_m:,.0f} metres"
    if division.basis == "decided":
        return "An officer decided on it."
    if division.basis == "covers":
        return f"It lies inside, {metres} from the boundary."
    if division.basis == "postcode":
        return f"Its postcode officially belongs here; it lies {metres} away."
    return f"It lies {metres} away."


def fact_lines(name: str, value: Any, codes: Codes) -> tuple[str, ...]:  # noqa: ANN401 - facts are of many types
    """A fact as it is read, by its name in `PlaceDraft`; nothing is "not known"."""
    if value is None or value in ("", [], ()):
        return ()
    if isinstance(value, bool):
        return ("Yes" if value else "No",)
    if name == "closures":
        return closure_lines(value)
    if isinstance(value, list | tuple):
        labels: Mapping[str, str] = {"schemes": codes.schemes, "offers": OFFERS}.get(name, {})
        return tuple(labels.get(item, str(item)) for item in value)
    if name == "kind":
        return (codes.kinds.get(value, value),)
    return _WRITTEN[name](value) if name in _WRITTEN else tuple(str(value).splitlines())


def _day_line(value: date | str) -> tuple[str, ...]:
    return (date_words(value if isinstance(value, date) else date.fromisoformat(value)),)


def _degrees_line(value: float) -> tuple[str, ...]:
    return (f"{value:.6f}",)


def _metres_line(value: float) -> tuple[str, ...]:
    return (f"{value:,.2f}".rstrip("0").rstrip(".") + " metres",)


def _phone_line(value: str) -> tuple[str, ...]:
    return (phone_words(value),)


_WRITTEN: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "phone": _phone_line,
    "contact_phone": _phone_line,
    "consent_on": _day_line,
    "lon": _degrees_line,
    "lat": _degrees_line,
    "easting": _metres_line,
    "northing": _metres_line,
    "location_quality_m": _metres_line,
    "location_source": lambda value: (SOURCE_WORDS[LocationSource(value)],),
    "membership_status": lambda value: (MEMBERSHIP_LABELS[MembershipStatus(value)],),
}
"""How facts are written that are more than text."""


def closure_lines(closures: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Dated closures, one line for each."""
    lines = []
    for closure in closures:
        first = date.fromisoformat(closure["first_day"])
        last = date.fromisoformat(closure.get("last_day") or closure["first_day"])
        days = date_words(first) if first == last else f"{date_words(first)} to {date_words(last)}"
        reason = closure.get("reason") or ""
        lines.append(f"{days}: {reason}" if reason else days)
    return tuple(lines)
