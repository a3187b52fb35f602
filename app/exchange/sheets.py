"""A table from a file, whatever program saved it: CSV in any usual encoding, or XLSX."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from app.errors import FaultyFile
from app.exchange.faults import Fault

LARGEST_FILE = 200 * 1024 * 1024
MOST_ROWS = 1_000_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


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


def read_sheet(path: Path, *, sheet_name: str | None = None) -> Sheet:
    """Read a CSV or XLSX file; which of them it is shows in the content, not in the name.

    Args:
        path: the file.
        sheet_name: the worksheet of an XLSX file; without it the first that is visible.

    Raises:
        FaultyFile: it is missing, too large, neither of the two, or has no headings.
    """
    from app.exchange.csv_sheets import read_csv  # noqa: PLC0415 - both readers build on this module
    from app.exchange.xlsx_sheets import read_xlsx  # noqa: PLC0415 - the same; and openpyxl is slow to import

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise FaultyFile(f"{path} cannot be read: {error.strerror}.", "Check the name of the file.") from None
    if size > LARGEST_FILE:
        raise FaultyFile(
            f"{path.name} has {size // 1024**2} MB; {LARGEST_FILE // 1024**2} MB is the most.", "Split it into parts."
        )
    if start == _OLD_EXCEL:
        raise FaultyFile(
            f"{path.name} is an Excel file of the old format, or protected by a password.",
            "Open it in Excel and save it as XLSX without a password, or as CSV UTF-8.",
        )
    return read_xlsx(path, sheet_name) if start == _ZIP else read_csv(path)


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
