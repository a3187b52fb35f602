"""From a sheet's rows to drafts of places, with every fault of every row."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.errors import InvalidInput
from app.exchange.binding import Binding, tidy
from app.exchange.faults import LONGEST_VALUE, Fault
from app.exchange.sheets import Sheet, SheetRow
from app.places.drafts import FieldFault, PlaceDraft, PlaceWords, parse_draft


class DraftRow(NamedTuple):
    """A sound row: its number in the spreadsheet, the text of our columns, and the draft made of it."""

    number: int
    texts: dict[str, str]
    draft: PlaceDraft


class LeftOut(NamedTuple):
    """A row that the mapping leaves out, and why."""

    row: int
    reason: str


@dataclass
class Checked:
    """What became of a sheet's rows."""

    drafts: list[DraftRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def check_rows(sheet: Sheet, binding: Binding, words: PlaceWords) -> Checked:
    """Check every row of a sheet by itself."""
    checked = Checked(faults=list(sheet.faults))
    refused = _refused_cells(sheet, binding)
    for row in sheet.rows:
        reason = _left_out_because(row, binding, sheet.headings)
        if reason:
            checked.left_out.append(LeftOut(row.number, reason))
            continue
        texts, faults = _texts(row, binding, sheet.headings)
        draft, field_faults = parse_draft(texts, words)
        forgiven = [fault for fault in field_faults if fault.field in binding.blank_if_wrong]
        if forgiven:
            checked.warnings += [_named(row.number, texts, binding, _left_blank(fault)) for fault in forgiven]
            texts = {column: text for column, text in texts.items() if column not in {one.field for one in forgiven}}
            draft, field_faults = parse_draft(texts, words)
        faults += [_named(row.number, texts, binding, fault) for fault in field_faults]
        if row.number in refused:
            by_column = {fault.column: fault for fault in refused[row.number]}
            faults = [*by_column.values(), *(fault for fault in faults if fault.column not in by_column)]
        if draft is not None and not faults:
            checked.drafts.append(DraftRow(row.number, texts, draft))
        checked.faults += faults
    return checked


def column_fault(row: DraftRow, binding: Binding, fault: FieldFault) -> Fault:
    """A fault of one of our columns, under the heading that the file has for it."""
    return _named(row.number, row.texts, binding, fault)


def _left_blank(fault: FieldFault) -> FieldFault:
    return fault._replace(remedy=f"It is left empty, as the mapping says. {fault.remedy}")


def _named(number: int, texts: Lookup[str, str], binding: Binding, fault: FieldFault) -> Fault:
    source = binding.sources.get(fault.field)
    value = texts.get(fault.field, "")
    shown = value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…"
    return Fault(number, source.column if source else fault.field, shown, fault.what, fault.remedy)


def _refused_cells(sheet: Sheet, binding: Binding) -> dict[int, list[Fault]]:
    """By row, the cells that hold no value (formulas, errors) in columns that something is made of."""
    used = {position for source in binding.sources.values() for position in source.positions}
    texts = {row.number: row.cells for row in sheet.rows}
    refused: dict[int, list[Fault]] = {}
    for (number, position), (what, remedy) in sheet.unusable.items():
        if position in used and number in texts:
            fault = Fault(number, sheet.headings[position], texts[number][position], what, remedy)
            refused.setdefault(number, []).append(fault)
    return refused


def _left_out_because(row: SheetRow, binding: Binding, headings: Sequence[str]) -> str:
    for position, values in binding.left_out.items():
        if tidy(row.cells[position]) in values:
            return f"{headings[position]} is '{row.cells[position].strip()}'"
    return ""


def _texts(row: SheetRow, binding: Binding, headings: Sequence[str]) -> tuple[dict[str, str], list[Fault]]:
    """The text of each of our columns that has any, and what went wrong in making it."""
    cells = _translated(row.cells, binding)
    texts: dict[str, str] = {}
    faults = []
    for column, source in binding.sources.items():
        try:
            made = cells[source.positions[0]] if source.value is None else source.value(cells)
        except InvalidInput as error:
            heading = error.field or source.column
            value = dict(zip(headings, row.cells, strict=True)).get(heading, "")
            faults.append(Fault(row.number, heading, value, error.what, error.remedy))
        else:
            if made:
                texts[column] = made
    return texts, faults


def _translated(cells: list[str], binding: Binding) -> list[str]:
    if not binding.translations and not binding.empty:
        return cells
    translated = ["" if binding.empty and tidy(cell) in binding.empty else cell for cell in cells]
    for position, values in binding.translations.items():
        ours = values.get(tidy(cells[position]))
        if ours is not None:
            translated[position] = ours
    return translated
