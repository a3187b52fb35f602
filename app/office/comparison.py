"""Two versions of a place, fact by fact, and the choice between them."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.office.form_values import DATE_PARTS, LISTS, WEEK, TypedForm
from app.office.words import FIELD_LABELS, SOURCE_WORDS, fact_lines
from app.places.queries import Codes
from app.places.work_schemas import Difference
from app.vocabulary import LocationSource
from geo.faults import GeographyError
from geo.grid_references import to_grid_reference
from web.views_office_work import FieldComparison

POSITION = ("easting", "northing", "lon", "lat", "location_source", "location_quality_m")
POSITION_FIELDS = ("location_by", "grid", "lon", "lat", "location_quality_m")
FIELDS_OF: Mapping[str, tuple[str, ...]] = {
    "position": POSITION_FIELDS,
    "opening_hours": ("hours_by", "opening_hours", "on_bank_holidays", *WEEK),
    "consent_on": tuple(f"consent_on-{part}" for part in DATE_PARTS),
}
"""The fields of the form that tell one fact, where they are not the field of that name."""
CHOOSE = "choose."


def compare(
    differences: Iterable[Difference], current: Mapping[str, Any], submitted: Mapping[str, Any], codes: Codes
) -> tuple[FieldComparison, ...]:
    """The facts in which two versions differ, for people; all that says where a place is counts as one."""
    differences = list(differences)
    rows = [_row(one, codes) for one in differences if one.field not in POSITION]
    moved = [one for one in differences if one.field in POSITION]
    if moved:
        is_conflict = any(one.is_conflict for one in moved)
        only_theirs = all(one.submitted == one.base for one in moved)
        rows.append(
            FieldComparison(
                "position",
                "Position",
                _position_lines(current),
                _position_lines(submitted),
                is_conflict=is_conflict,
                take="theirs" if only_theirs and not is_conflict else "mine",
            )
        )
    return tuple(rows)


def take_chosen(mine: TypedForm, theirs: TypedForm, choices: Mapping[str, str]) -> TypedForm:
    """What was typed, with the other version's value wherever that was chosen.

    Args:
        mine: what was typed.
        theirs: the register's version, as a form.
        choices: from a fact's name to "mine" or "theirs".
    """
    values, chosen = dict(mine.values), dict(mine.chosen)
    for fact, side in choices.items():
        if side != "theirs":
            continue
        if fact in LISTS:
            chosen[fact] = theirs.chosen.get(fact, frozenset())
        for name in FIELDS_OF.get(fact, (fact,)):
            values[name] = theirs.get(name)
    return TypedForm(values, chosen)


def to_hidden(typed: TypedForm) -> tuple[tuple[str, str], ...]:
    """All that was typed, as fields that carry it on."""
    lists = tuple((name, value) for name, values in typed.chosen.items() for value in sorted(values))
    return tuple((name, value) for name, value in typed.values.items() if value) + lists


def _row(one: Difference, codes: Codes) -> FieldComparison:
    only_theirs = not one.is_conflict and one.submitted == one.base
    return FieldComparison(
        one.field,
        FIELD_LABELS.get(one.field, one.field),
        fact_lines(one.field, one.current, codes),
        fact_lines(one.field, one.submitted, codes),
        fact_lines(one.field, one.base, codes) if one.is_conflict else None,
        is_conflict=one.is_conflict,
        take="theirs" if only_theirs else "mine",
    )


def _position_lines(facts: Mapping[str, Any]) -> tuple[str, ...]:
    source = facts.get("location_source")
    lines = [SOURCE_WORDS[LocationSource(source)]] if source else []
    if facts.get("easting") is not None and facts.get("northing") is not None:
        try:
            lines.insert(0, to_grid_reference(float(facts["easting"]), float(facts["northing"])))
        except GeographyError:
            lines.insert(0, "Off the National Grid")
    elif facts.get("postcode"):
        lines.insert(0, str(facts["postcode"]))
    if facts.get("location_quality_m") is not None:
        lines.append(f"exact to some {float(facts['location_quality_m']):g} metres")
    return tuple(lines)
