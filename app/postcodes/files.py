"""Files of postcode units: OS Code-Point Open, the ONS Postcode Directory, and our own list.

What each row must say: the postcode, its easting and northing (EPSG:27700, metres), how good that position is, and the
official codes of its electoral division and district. Rows that rightly have no position (no grid reference yet, ended,
not in Great Britain) are counted and left out; rows that are wrong are faults.
"""

import csv
import gzip
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple, cast

from app.errors import FaultyFile, InvalidInput
from app.postcodes.queries import StagedRow
from app.postcodes.rules import parse_postcode

MAXIMUM_FAULTS = 100
_STORED = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", re.ASCII)
_PSEUDO = re.compile(r"[A-Z]99999999")
"""Codes such as E99999999 stand for "none of these here"."""
_EASTING_MAXIMUM = 700_000
_NORTHING_MAXIMUM = 1_300_000
_NO_POSITION = 90
"""Code-Point's positional quality of a unit without a position."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "postcode": ("pcds", "pcd8", "pcd2", "postcode", "pcd7", "pcd"),
    "easting": ("oseast1m", "east1m", "easting", "eastings"),
    "northing": ("osnrth1m", "north1m", "nrth1m", "northing", "northings"),
    "grid_indicator": ("osgrdind", "gridind"),
    "quality": ("quality", "positional_quality_indicator"),
    "ended": ("doterm",),
    "county_division": ("ced", r"ced\d\dcd", "osced"),
    "division": ("division_code", "osward", r"wd\d\dcd", "ward"),
    "district": ("district_code", "oslaua", r"lad\d\dcd", "laua"),
}
"""Names of the columns in the vintages of the ONS Postcode Directory, in lower case; those first named count first."""
CODE_POINT_COLUMNS = ("postcode", "quality", "easting", "northing", "", "", "", "", "district", "division")


class RowFault(NamedTuple):
    """A row that cannot be used: file inside of an archive, line, what is wrong."""

    file: str
    line: int
    what: str


@dataclass
class PostcodeFile:
    """A file of postcode units, read once.

    Attributes:
        path: the file.
        districts: GSS codes of districts to keep; empty keeps all.
        faults: rows that are wrong, `MAXIMUM_FAULTS` at most; complete after `rows` has been read to its end.
        left_out: how many rows were rightly left out, by reason.
        kind: what the file turned out to be.
        size: bytes to be read, of all members.
        position: bytes read so far.
    """

    path: Path
    districts: frozenset[str] = frozenset()
    faults: list[RowFault] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    kind: str = ""
    size: int = 0
    _bytes_read: Callable[[], int] = field(default=lambda: 0, repr=False)

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._bytes_read()

    def rows(self) -> Iterator[StagedRow]:
        """The usable rows, in the order of the file; the rest goes to `faults` and `left_out`.

        Raises:
            FaultyFile: it is not a file of postcodes that we know, or damaged.
        """
        try:
            yield from self._read()
        except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, csv.Error, UnicodeDecodeError) as error:
            raise FaultyFile(f"{self.path.name} is damaged or not what its name says.", "Download it again.") from error
        except FileNotFoundError:
            raise FaultyFile(f"There is no file {self.path}.", "Check the path.") from None

    def _read(self) -> Iterator[StagedRow]:
        suffix = self.path.suffix.lower()
        with ExitStack() as stack:
            if suffix == ".zip":
                archive = stack.enter_context(zipfile.ZipFile(self.path))
                yield from self._read_archive(archive)
                return
            self.size = self.path.stat().st_size
            raw = stack.enter_context(self.path.open("rb"))
            self._bytes_read = raw.tell
            self.kind = "postcode list"
            opened = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if suffix == ".gz" else raw
            yield from self._read_table(self.path.name, opened)

    def _read_archive(self, archive: zipfile.ZipFile) -> Iterator[StagedRow]:
        members = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".csv")]
        code_point = [entry for entry in members if re.fullmatch(r"(?i)(.*/)?data/csv/[a-z]{1,2}\.csv", entry.filename)]
        if code_point:
            self.kind = "OS Code-Point Open"
            self.size = sum(entry.file_size for entry in code_point)
            done = 0
            for entry in code_point:
                with archive.open(entry) as opened:
                    self._bytes_read = lambda done=done, opened=opened: done + opened.tell()  # type: ignore[misc]  # bound now
                    yield from self._read_rows(entry.filename, _lines(opened), CODE_POINT_COLUMNS, first_line=1)
                done += entry.file_size
            return
        if not members:
            raise FaultyFile(
                f"{self.path.name} holds no CSV files.",
                "Give Code-Point Open as CSV (codepo_gb.zip), or the ONS Postcode Directory.",
            )
        largest = max(members, key=lambda entry: entry.file_size)
        self.kind, self.size = "ONS Postcode Directory", largest.file_size
        with archive.open(largest) as opened:
            self._bytes_read = opened.tell
            yield from self._read_table(largest.filename, opened)

    def _read_table(self, name: str, opened: IO[bytes]) -> Iterator[StagedRow]:
        """A CSV with a heading line."""
        lines = _lines(opened)
        heading = [cell.strip().lower() for cell in next(lines, [])]
        columns = ["" for _ in heading]
        for meaning, names in COLUMNS.items():
            found = next((i for wanted in names for i, cell in enumerate(heading) if re.fullmatch(wanted, cell)), None)
            if found is not None:
                columns[found] = meaning
        missing = [meaning for meaning in ("postcode", "easting", "northing") if meaning not in columns]
        if missing:
            known = "; ".join(f"{meaning}: {', '.join(COLUMNS[meaning])}" for meaning in missing)
            raise FaultyFile(
                f"{name} has no column for the {' or the '.join(missing)}.",
                f"Name the columns in the first line as the ONS Postcode Directory does ({known}).",
            )
        if "grid_indicator" in columns:
            self.kind = "ONS Postcode Directory"
        yield from self._read_rows(name, lines, columns, first_line=2)

    def _read_rows(
        self, name: str, lines: Iterator[list[str]], columns: Sequence[str], *, first_line: int
    ) -> Iterator[StagedRow]:
        at = {meaning: index for index, meaning in enumerate(columns) if meaning}
        for line, cells in enumerate(lines, start=first_line):
            if not cells:
                continue
            if len(cells) < len(columns):
                self._fault(name, line, f"it has {len(cells)} cells and needs {len(columns)}")
                continue
            row = {meaning: cells[index].strip() for meaning, index in at.items()}
            reason = _left_out(row, self.districts)
            if reason:
                self.left_out[reason] += 1
                continue
            try:
                yield _to_row(row)
            except (ValueError, InvalidInput) as error:
                self._fault(name, line, error.what if isinstance(error, InvalidInput) else str(error))

    def _fault(self, name: str, line: int, what: str) -> None:
        if len(self.faults) < MAXIMUM_FAULTS:
            self.faults.append(RowFault(name, line, what))


def _lines(opened: IO[bytes]) -> Iterator[list[str]]:
    return csv.reader(io.TextIOWrapper(opened, encoding="utf-8-sig", newline=""))


def _left_out(row: dict[str, str], districts: frozenset[str]) -> str | None:
    """Why a row rightly is not a postcode unit with a position that we want; None where it is."""
    if districts and row.get("district", "") not in districts:
        return "of other districts"
    if row.get("ended"):
        return "ended"
    if row.get("grid_indicator") == "9" or row.get("quality") == str(_NO_POSITION) or not row["easting"]:
        return "without a position"
    if row["easting"] == row["northing"] == "0":
        return "without a position"
    if row["postcode"][:2].upper() == "BT" or row.get("district", "")[:1] in {"N", "L", "M"}:
        return "outside Great Britain"  # on the Irish grid, or on none
    return None


def _to_row(row: dict[str, str]) -> StagedRow:
    """Raises ValueError or InvalidInput with what is wrong."""
    # Files mostly have the stored form already; parsing each would take half of the time.
    postcode = row["postcode"] if _STORED.fullmatch(row["postcode"]) else parse_postcode(row["postcode"])
    easting, northing = _whole(row["easting"], "easting"), _whole(row["northing"], "northing")
    if not (0 <= easting <= _EASTING_MAXIMUM and 0 <= northing <= _NORTHING_MAXIMUM):
        raise ValueError("easting and northing are not on the National Grid")
    quality = row.get("quality") or ""
    if indicator := row.get("grid_indicator"):
        quality = f"{indicator}0"  # ONS numbers the grades of Code-Point from 1 to 9
    if quality and not (quality.isdigit() and len(quality) <= 2):  # noqa: PLR2004  # grades are 10 to 90
        raise ValueError("the quality is not a number")
    return (
        postcode,
        easting,
        northing,
        int(quality) if quality else None,
        _code(row.get("county_division")) or _code(row.get("division")),
        _code(row.get("district")),
    )


def _whole(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 7):  # noqa: PLR2004  # a million metres
        raise ValueError(f"the {what} is not a whole number of metres")
    return int(text)


def _code(text: str | None) -> str | None:
    return text if text and not _PSEUDO.fullmatch(text) else None


def first_faults(faults: Sequence[RowFault], shown: int = 10) -> str:
    """The first faults as text, a line each."""
    lines = [f"{fault.file}, line {fault.line}: {fault.what}" for fault in islice(faults, shown)]
    return "\n".join(lines + ([f"and {len(faults) - shown} more"] if len(faults) > shown else []))
