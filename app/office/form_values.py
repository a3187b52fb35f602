"""A place's form: what was typed becomes the values of a draft, and a place becomes what stands in the form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData

from app.errors import InvalidInput
from app.office.weeks import DAYS, parse_week, read_week, write_week
from app.places.drafts import FieldFault
from app.places.register_schemas import RegisterPlace
from app.vocabulary import ACCESSIBILITY_FACTS, DEFAULT_LOCATION_QUALITY_M, LocationSource
from geo.faults import GeographyError
from geo.grid_references import parse_grid_reference

LISTS = ("schemes", "offers")
PRIVATE = ("contact_name", "contact_role", "contact_phone", "contact_email", "private_notes", "consent_by")
PLAIN = (
    "name",
    "kind",
    "description",
    "address_1",
    "address_2",
    "town",
    "postcode",
    "uprn",
    "location_quality_m",
    "phone",
    "email",
    "website",
    "languages",
    "closures",
)
WEEK = tuple(f"{side}_{day}" for day in range(len(DAYS)) for side in ("opens", "closes"))
DATE_PARTS = ("day", "month", "year")
_OWN = ("location_by", "grid", "lon", "lat", "hours_by", "opening_hours", "on_bank_holidays", "reason")
NAMES = frozenset(
    PLAIN + PRIVATE + WEEK + _OWN + tuple(ACCESSIBILITY_FACTS) + tuple(f"consent_on-{part}" for part in DATE_PARTS)
)
"""Every field with one value; anything else that is sent is left unread."""
LONGEST_VALUE = 12_000
_PAIR = re.compile(r"\s*([0-9]{1,7}(?:\.[0-9]+)?)\s*[,;\s]\s*([0-9]{1,7}(?:\.[0-9]+)?)\s*", re.ASCII)
"""Easting and northing, as they are copied from elsewhere."""
FORM_FIELDS = {
    "easting": "grid",
    "northing": "grid",
    "location_source": "location_by",
    "consent_on": "consent_on",
}
"""From the field of a draft to the field of the form that tells it, where the names differ."""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """What was typed: `values` from fields to texts, `chosen` for the lists of checkboxes."""

    values: Mapping[str, str]
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")


def read_form(form: FormData) -> TypedForm:
    """What a browser sent, as text; nothing is judged yet."""
    values = {name: value[:LONGEST_VALUE] for name, value in form.items() if name in NAMES and isinstance(value, str)}
    chosen = {name: frozenset(one for one in form.getlist(name) if isinstance(one, str)) for name in LISTS}
    return TypedForm(values, chosen)


def new_form() -> TypedForm:
    """The form of a place of which nothing is known yet."""
    unknown = dict.fromkeys(ACCESSIBILITY_FACTS, "unknown")
    return TypedForm(
        {"location_by": "postcode", "hours_by": "week", "on_bank_holidays": "closed"} | unknown,
        {"schemes": frozenset({"safe_place"}), "offers": frozenset()},
    )


def form_of(place: RegisterPlace) -> TypedForm:
    """A place as it stands in the form."""
    facts = place.to_json()
    values = {name: str(facts.get(name) or "") for name in (*PLAIN, *PRIVATE)}
    values |= {fact: {True: "yes", False: "no", None: "unknown"}[facts[fact]] for fact in ACCESSIBILITY_FACTS}
    values["languages"] = ", ".join(place.languages)
    values["closures"] = "\n".join(_closure_line(closure) for closure in place.closures)
    if place.consent_on:
        day = place.consent_on
        values |= dict(
            zip((f"consent_on-{part}" for part in DATE_PARTS), map(str, (day.day, day.month, day.year)), strict=True)
        )
    values |= _location_values(place) | _hours_values(place.opening_hours)
    return TypedForm(values, {"schemes": frozenset(place.schemes), "offers": frozenset(place.offers)})


def to_draft_values(typed: TypedForm, *, with_private: bool) -> tuple[dict[str, Any], list[FieldFault]]:
    """The values of a draft, and what is wrong with how position, hours and day of consent were given.

    Args:
        typed: what was typed.
        with_private: whether who typed it may write private facts.
    """
    values: dict[str, Any] = {name: typed.get(name) for name in PLAIN + (PRIVATE if with_private else ())}
    values |= {fact: typed.get(fact) for fact in ACCESSIBILITY_FACTS}
    values |= {name: sorted(typed.chosen.get(name, ())) for name in LISTS}
    values["consent_on"] = "/".join(typed.get(f"consent_on-{part}").strip() for part in DATE_PARTS).strip("/")
    faults: list[FieldFault] = []
    for read in (position_values, hours_values):
        try:
            values |= read(typed)
        except (InvalidInput, GeographyError) as error:
            faults.append(FieldFault(error.field or "location_by", error.what, error.remedy))
    return values, faults


def position_values(typed: TypedForm) -> dict[str, Any]:
    """The position's fields of a draft, in the way that was chosen; what was typed for the other ways does not count.

    Raises:
        InvalidInput: no way was chosen, or the chosen one was left empty.
        GeographyError: the grid reference is none.
    """
    quality = {"location_quality_m": typed.get("location_quality_m")}
    match typed.get("location_by"):
        case "postcode":
            if not typed.get("postcode").strip():
                raise InvalidInput("There is no postcode to take the position from.", "Fill it in.", field="postcode")
            return quality | {"location_source": LocationSource.POSTCODE.value}
        case "grid":
            source = LocationSource.UPRN if typed.get("uprn").strip() else LocationSource.SURVEY
            return _grid_values(typed.get("grid"), quality) | {"location_source": source.value}
        case "pin":
            if not typed.get("lon").strip() or not typed.get("lat").strip():
                raise InvalidInput(
                    "The pin has no position yet.", "Put it on the map, or type both numbers.", field="lon"
                )
            pin = {"lon": typed.get("lon"), "lat": typed.get("lat")}
            return quality | pin | {"location_source": LocationSource.ENTRANCE_PIN.value}
        case _:
            raise InvalidInput("Nothing says how the position is given.", "Choose one way.", field="location_by")


def hours_values(typed: TypedForm) -> dict[str, Any]:
    """The opening hours of a draft, in the way that was chosen.

    Raises:
        InvalidInput: the times of a day make no sense.
    """
    match typed.get("hours_by"):
        case "week":
            times = [(typed.get(f"opens_{day}"), typed.get(f"closes_{day}")) for day in range(len(DAYS))]
            week = parse_week(times, closed_on_bank_holidays=typed.get("on_bank_holidays") != "usual")
            before = typed.get("opening_hours")
            # A week that was not changed keeps the words in which it was given.
            return {"opening_hours": before if read_week(before) == week else write_week(week)}
        case "text":
            return {"opening_hours": typed.get("opening_hours")}
        case _:
            return {"opening_hours": ""}


def _grid_values(text: str, quality: Mapping[str, str]) -> dict[str, Any]:
    """Easting and northing in metres, from two numbers or from a grid reference, exact to its square."""
    if pair := _PAIR.fullmatch(text):
        return dict(quality) | {"easting": pair.group(1), "northing": pair.group(2)}
    square = parse_grid_reference(text, "grid")
    values = {"easting": square.middle.easting, "northing": square.middle.northing}
    if square.side_m > 1 and not quality["location_quality_m"].strip():
        return values | {"location_quality_m": round(square.uncertainty_m, 1)}
    return dict(quality) | values


def _location_values(place: RegisterPlace) -> dict[str, str]:
    by = {LocationSource.POSTCODE: "postcode", LocationSource.ENTRANCE_PIN: "pin"}.get(place.location_source, "grid")
    usual = place.location_quality_m == DEFAULT_LOCATION_QUALITY_M[place.location_source]
    values = {"location_by": by, "location_quality_m": "" if usual else f"{place.location_quality_m:g}"}
    if by == "grid":
        values["grid"] = f"{place.easting:.2f}, {place.northing:.2f}"
    if by == "pin":
        values |= {"lon": f"{place.lon:.7f}", "lat": f"{place.lat:.7f}"}
    return values


def _hours_values(text: str | None) -> dict[str, str]:
    week = read_week(text or "")
    if week is None:
        return {"hours_by": "text" if text else "unknown", "opening_hours": text or "", "on_bank_holidays": "closed"}
    values = {"hours_by": "week", "opening_hours": text or ""}
    values["on_bank_holidays"] = "closed" if week.closed_on_bank_holidays else "usual"
    for number, hours in enumerate(week.days):
        if hours:
            values |= {f"opens_{number}": hours[0], f"closes_{number}": hours[1]}
    return values


def _closure_line(closure: Mapping[str, str]) -> str:
    days = f"{closure['first_day']} to {closure.get('last_day') or closure['first_day']}"
    return f"{days} {closure.get('reason') or ''}".rstrip()
