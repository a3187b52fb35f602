"""Where each of our columns comes from in one particular sheet, and what is left over."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Lookup
from dataclasses import dataclass

from app.errors import FaultyFile, InvalidInput
from app.exchange.columns import BY_HEADING, COLUMNS, LOCATING, REQUIRED
from app.exchange.mapping import Day, Mapping
from app.exchange.week import DAYS, week_to_hours
from app.places.facts import fold

Cells = Sequence[str]
_BRACES = re.compile(r"\{([^{}]*)\}")
_GAPS = re.compile(r"\s*[,;](?=\s*(?:[,;]|$))|^(?:\s*[,;])+")
"""Separators in a filled template with nothing between them, or at its ends."""


@dataclass(frozen=True)
class Source:
    """Where one column of ours comes from.

    Attributes:
        column: what to call it in a report: the heading, or where else the value comes from.
        positions: the cells that it is made of.
        value: from the row's cells (translated already) to text; None for the cell itself.
    """

    column: str
    positions: tuple[int, ...]
    value: Callable[[Cells], str] | None = None


@dataclass(frozen=True)
class Binding:
    """A sheet's columns and ours.

    Attributes:
        sources: for each of our columns that the sheet gives, where it comes from.
        unused: headings that nothing is made of and that the mapping does not say to ignore.
        translations: for a cell's position, from its folded value to ours.
        left_out: for a cell's position, the folded values whose rows are left out.
        empty: folded values that mean nothing in any column.
        blank_if_wrong: our columns whose faults are warnings.
    """

    sources: Lookup[str, Source]
    unused: list[str]
    translations: Lookup[int, Lookup[str, str]]
    left_out: Lookup[int, frozenset[str]]
    empty: frozenset[str]
    blank_if_wrong: frozenset[str]


def bind(headings: Sequence[str], mapping: Mapping) -> Binding:
    """Find where each of our columns comes from.

    Raises:
        FaultyFile: columns that every place needs are missing, or the mapping names columns that are not there. All of
            them are named at once.
    """
    positions = {fold(heading): position for position, heading in enumerate(headings) if heading}
    _check_named(mapping, headings, positions)

    def at(heading: str) -> int:
        return positions[fold(heading)]

    sources = {ours: Source(headings[at(theirs)], (at(theirs),)) for ours, theirs in mapping.columns.items()}
    sources |= {ours: Source(f"{ours} (in the mapping)", (), _always(text)) for ours, text in mapping.constants.items()}
    sources |= {ours: _template(text, headings, at) for ours, text in mapping.templates.items()}
    if mapping.week:
        sources["opening_hours"] = _week(mapping.week, headings, at)
    ignored = {fold(heading) for heading in mapping.ignore}
    used = {position for source in sources.values() for position in source.positions}
    free = {word: at for word, at in positions.items() if at not in used and word not in ignored}
    # Whoever maps columns has looked at them: guessing at the others would only surprise.
    known = {fold(name): name for name in COLUMNS} if mapping.columns else BY_HEADING
    for word in sorted(free, key=lambda word: fold(known.get(word, "")) != word):  # our own names before others
        ours = known.get(word)
        if ours and ours not in sources:
            sources[ours] = Source(headings[free[word]], (free.pop(word),))
    _check_complete(sources)
    return Binding(
        sources=sources,
        unused=[] if "*" in mapping.ignore else [headings[position] for position in sorted(free.values())],
        translations={
            at(theirs): {tidy(value): ours for value, ours in values.items()}
            for theirs, values in mapping.values.items()
        },
        left_out={at(theirs): frozenset(map(tidy, values)) for theirs, values in mapping.leave_out.items()},
        empty=frozenset(map(tidy, mapping.empty)),
        blank_if_wrong=frozenset(mapping.blank_if_wrong),
    )


def tidy(value: str) -> str:
    """A value by which a mapping's values are compared: case and spaces do not matter."""
    return " ".join(value.casefold().split())


def _always(text: str) -> Callable[[Cells], str]:
    return lambda _: text


def _template(text: str, headings: Sequence[str], at: Callable[[str], int]) -> Source:
    positions = tuple(at(name) for name in _BRACES.findall(text))

    def value(cells: Cells) -> str:
        if not any(cells[position].strip() for position in positions):
            return ""
        filled = _BRACES.sub(lambda match: cells[at(match.group(1))].strip(), text)
        return _GAPS.sub("", filled).strip()

    return Source(" + ".join(headings[position] for position in positions), positions, value)


def _week(days: Lookup[Day, str], headings: Sequence[str], at: Callable[[str], int]) -> Source:
    named: dict[str, str] = {day: headings[at(days[day])] for day in DAYS if day in days}
    positions = [at(days[day]) if day in days else None for day in DAYS]

    def value(cells: Cells) -> str:
        try:
            return week_to_hours(["" if position is None else cells[position] for position in positions])
        except InvalidInput as error:
            raise InvalidInput(error.what, error.remedy, field=named.get(error.field or "")) from None

    first, *_, last = [*named.values(), *named.values()]
    return Source(f"{first} to {last}", tuple(found for found in positions if found is not None), value)


def _check_named(mapping: Mapping, headings: Sequence[str], positions: Lookup[str, int]) -> None:
    named = [
        *mapping.columns.values(),
        *(name for text in mapping.templates.values() for name in _BRACES.findall(text)),
        *mapping.week.values(),
        *mapping.values,
        *mapping.leave_out,
        *(heading for heading in mapping.ignore if heading != "*"),
    ]
    missing = list(dict.fromkeys(name for name in named if fold(name) not in positions))
    if missing:
        raise FaultyFile(
            f"The mapping names columns that the file does not have: {', '.join(missing)}.",
            f"The file has these: {', '.join(heading for heading in headings if heading)}.",
        )


def _check_complete(sources: Lookup[str, Source]) -> None:
    missing = [name for name in REQUIRED if name not in sources]
    if not any(all(name in sources for name in group) for group in LOCATING):
        missing.append("postcode (or easting and northing, or lon and lat)")
    if missing:
        raise FaultyFile(
            f"The file lacks columns that every place needs: {', '.join(missing)}.",
            "Add them or rename the columns that hold them, or say in a mapping (--map) where they come from. "
            "See docs/importing.md.",
        )
