"""The form of a place: what stands on its page, and what is wrong with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session

from app.db.version import london_today
from app.errors import Fault, InvalidInput
from app.office.form_values import FORM_FIELDS, TypedForm, hours_values, to_draft_values
from app.office.words import FIELD_LABELS
from app.places.drafts import PlaceWords, parse_draft
from app.places.facts import parse_closures
from app.places.open_state import week_from
from app.places.opening_hours import parse_opening_hours
from app.places.queries import Codes
from app.places.register_settings import read_settings
from app.vocabulary import ACCESSIBILITY_FACTS, OFFERS, SCHEMES
from web.views import DayHours
from web.views_office import Choice, FormFault, HoursView, PlaceFormPage


def show_form(
    typed: TypedForm,
    codes: Codes,
    *,
    action: str,
    faults: Sequence[FormFault] = (),
    **more: Any,  # noqa: ANN401
) -> PlaceFormPage:
    """The page of a form.

    Args:
        typed: what stands in it.
        codes: kinds and schemes of the register.
        action: where it is sent.
        faults: what is wrong with it.
        more: other fields of `PlaceFormPage`.
    """
    return PlaceFormPage(
        action=action,
        values=typed.values,
        chosen=typed.chosen,
        kinds=tuple(Choice(code, label) for code, label in sorted(codes.kinds.items(), key=lambda one: one[1])),
        schemes=tuple(
            Choice(code, label, hint=SCHEMES[code][1] if code in SCHEMES else "")
            for code, label in codes.schemes.items()
        ),
        offers=tuple(Choice(code, label) for code, label in OFFERS.items()),
        facts=tuple(Choice(code, label) for code, label in ACCESSIBILITY_FACTS.items()),
        faults=tuple(faults),
        hours=show_hours(typed),
        **more,
    )


def find_faults(typed: TypedForm, codes: Codes, *, with_private: bool) -> tuple[dict[str, Any], tuple[FormFault, ...]]:
    """The values of a draft, and everything that is wrong with the form, in its own order."""
    values, own = to_draft_values(typed, with_private=with_private)
    _, others = parse_draft(values, PlaceWords.of(codes.kinds, codes.schemes))
    told = {one.field for one in own}
    if own:  # a faulty way of giving the position must not be told again as a missing one
        others = [one for one in others if FORM_FIELDS.get(one.field, one.field) not in told | _position_fields(told)]
    return values, to_form_faults([Fault(*one) for one in (*own, *others)])


def to_form_faults(faults: Iterable[Fault]) -> tuple[FormFault, ...]:
    """Faults of a draft as those of the form's fields; each begins with what the field is called."""
    told: dict[str, FormFault] = {}
    for fault in faults:
        field = FORM_FIELDS.get(fault.field, fault.field)
        label = _LABELS.get(field) or FIELD_LABELS.get(field, "")
        words = f"{fault.what} {fault.remedy}".strip()
        told.setdefault(field, FormFault(field, f"{label}: {words[:1].lower()}{words[1:]}" if label else words))
    return tuple(told.values())


def show_hours(typed: TypedForm) -> HoursView:
    """The opening hours of a form, read back."""
    try:
        text = str(hours_values(typed)["opening_hours"]).strip()
        closures = parse_closures(typed.get("closures")) if typed.get("closures").strip() else []
        if not text and not closures:
            return HoursView()
        normal = parse_opening_hours(text).text if text else ""
        week = week_from(normal or None, closures, london_today())
    except InvalidInput as error:
        return HoursView(fault=f"{error.what} {error.remedy}".strip())
    days = tuple(
        DayHours(
            day.day,
            tuple((start.time(), until.time()) for start, until in day.spans),
            day.note or ("" if day.is_known else "hours not known"),
        )
        for day in week
    )
    return HoursView(normal, days)


def waits_for_second(session: Session, authority_code: str, status: str) -> bool:
    """Whether an edit of a place of this status waits for a second person."""
    return status == "listed" and read_settings(session, authority_code).second_person_for_listed_places


def _position_fields(told: set[str]) -> set[str]:
    return (
        {"postcode", "grid", "location_by", "lon", "lat"}
        if told & {"postcode", "grid", "location_by", "lon"}
        else set()
    )


_LABELS = {"grid": "Grid reference", "location_by": "Position", "hours_by": "Opening hours"}
