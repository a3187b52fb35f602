"""Reading a table from a file, whatever program saved it: CSV in any usual encoding, or XLSX."""

from pathlib import Path

from app.errors import FaultyFile
from app.exchange.csv_sheets import read_csv
from app.exchange.sheets import Sheet
from app.exchange.xlsx_sheets import read_xlsx

LARGEST_FILE = 200 * 1024 * 1024
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def read_sheet(path: Path, *, sheet_name: str | None = None) -> Sheet:
    """Read a CSV or XLSX file; which of them it is shows in the content, not in the name.

    Args:
        path: the file.
        sheet_name: the worksheet of an XLSX file; without it the first that is visible.

    Raises:
        FaultyFile: it is missing, too large, neither of the two, or has no headings.
    """
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
