"""XLSX worksheets as text. Formulas are refused: what they say depends on the program that last saved the file."""

import zipfile
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from app.errors import FaultyFile
from app.exchange.sheets import Sheet, gather

LARGEST_UNPACKED = 2 * 1024**3
_UNUSABLE = {
    "f": ("This is a formula.", "Copy the column and paste it as values only."),
    "e": ("This is an error of the spreadsheet, not a value.", "Correct it or clear the cell."),
}
"""By openpyxl's type of the cell: what is wrong with it, and what to do."""


def read_xlsx(path: Path, sheet_name: str | None) -> Sheet:
    """Read one worksheet.

    Args:
        path: the file.
        sheet_name: which worksheet; None for the first that is visible.

    Raises:
        FaultyFile: it is no XLSX file, or has no such worksheet.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise FaultyFile(f"{path.name} unpacks to more than 2 GB.", "Save it again, as CSV UTF-8.")
        workbook = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        with closing(workbook):
            name, others = _choose(workbook, sheet_name)
            worksheet = workbook[name]
            worksheet.reset_dimensions()  # some programs write wrong ones, and rows would be lost
            table, unusable = _read_cells(worksheet)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError):
        raise FaultyFile(
            f"{path.name} is not an XLSX file that can be read.", "Save it again, as XLSX or CSV UTF-8."
        ) from None
    sheet = gather(path.name, table)
    sheet.unusable = unusable
    if others:
        sheet.notes.append(f"The workbook has other worksheets; '{name}' was read. --sheet names another.")
    return sheet


def _choose(workbook: Workbook, wanted: str | None) -> tuple[str, bool]:
    """The name of the worksheet to read, and whether there are others that might have been meant."""
    visible = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if wanted is not None:
        if wanted not in workbook.sheetnames:
            raise FaultyFile(f"There is no worksheet '{wanted}'.", f"Name one of these: {', '.join(visible)}.")
        return wanted, False
    if not visible:
        raise FaultyFile("The workbook has no worksheet that is visible.", "Unhide the one to be read.")
    return visible[0], len(visible) > 1


def _read_cells(worksheet: Worksheet) -> tuple[list[tuple[int, list[str]]], dict[tuple[int, int], tuple[str, str]]]:
    table: list[tuple[int, list[str]]] = []
    unusable: dict[tuple[int, int], tuple[str, str]] = {}
    for number, cells in enumerate(worksheet.iter_rows(), start=1):
        for position, cell in enumerate(cells):
            if cell.data_type in _UNUSABLE:
                unusable[number, position] = _UNUSABLE[cell.data_type]
        table.append((number, [to_text(cell.value) for cell in cells]))
    return table, unusable


def to_text(value: object) -> str:
    """A cell as a person would type it: dates as 2026-11-22, whole numbers without decimals, true as yes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - exact in a double
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
