"""What is wrong with a file, row by row: row, column, value, what is wrong, what to do."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from app.http.spreadsheets import guarded

HEADINGS = ("row", "column", "value", "what is wrong", "what to do")
LONGEST_VALUE = 200


class Fault(NamedTuple):
    """One thing that is wrong. `row` counts as the spreadsheet does: the headings are row 1."""

    row: int
    column: str
    value: str
    what: str
    remedy: str


def write_faults(path: Path, faults: Sequence[Fault]) -> None:
    """Write faults as CSV that Excel opens: UTF-8 with a mark, and no cell that it would run as a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for fault in faults:
            writer.writerow([fault.row, *(guarded(cell) for cell in fault[1:])])
