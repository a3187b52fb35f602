"""A table as text, whatever file it came from: headings, and rows that know their number."""

from dataclasses import dataclass, field
from typing import NamedTuple

from app.errors import FaultyFile
from app.exchange.faults import Fault

MOST_ROWS = 1_000_000


class SheetRow(NamedTuple):
    """One row: its number as the spreadsheet shows it, and its cells as text, as many as there are headings."""

    number: int
    cells: list[str]


@dataclass
class Sheet:
    """A table as text. `unusable` are cells, by row number and position, that hold something that is no value."""

    headings: list[str]
    rows: list[SheetRow]
    faults: list[Fault] = field(default_factory=list)
    unusable: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def check_headings(headings: list[str], name: str) -> list[str]:
    """The headings, tidied, without empty ones at the end.

    Raises:
        FaultyFile: there are none, one is empty between others, or one stands twice.
    """
    tidied = [" ".join(heading.split()) for heading in headings]
    while tidied and not tidied[-1]:
        tidied.pop()
    if not tidied:
        raise FaultyFile(f"{name} has no headings.", "Its first row must name the columns.")
    named = [heading.casefold() for heading in tidied if heading]
    twice = sorted({heading for heading in named if named.count(heading) > 1})
    if twice:
        raise FaultyFile(f"These headings stand twice: {', '.join(twice)}.", "Give each column a heading of its own.")
    return tidied


def gather(name: str, table: list[tuple[int, list[str]]]) -> Sheet:
    """A sheet from numbered rows of text, the first of which has the headings.

    Blank rows are left out; short rows are filled up; cells to the right of the headings are a fault of their row.

    Raises:
        FaultyFile: no headings, or more rows than one import takes.
    """
    filled = ((number, cells) for number, cells in table if any(cell and not cell.isspace() for cell in cells))
    first = next(filled, None)
    if first is None:
        raise FaultyFile(f"{name} is empty.", "Its first row must name the columns.")
    sheet = Sheet(check_headings(first[1], name), [])
    width = len(sheet.headings)
    for number, cells in filled:
        beyond = [cell for cell in cells[width:] if cell.strip()]
        if beyond:
            sheet.faults.append(
                Fault(
                    number,
                    "",
                    beyond[0][:100],
                    f"The row has more cells than there are headings ({width}).",
                    "Look for a comma that is not inside quotation marks, or give the extra column a heading.",
                )
            )
            continue
        sheet.rows.append(SheetRow(number, cells[:width] + [""] * (width - len(cells))))
    if len(sheet.rows) > MOST_ROWS:
        raise FaultyFile(f"{name} has {len(sheet.rows):,} rows; {MOST_ROWS:,} is the most.", "Split it into parts.")
    return sheet
