"""The sample places: the same checks and the same statements as an officer's file, and their audits besides."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import col, select

from app.db.sessions import WriteSession
from app.db.version import LONDON
from app.errors import FaultyFile
from app.exchange import ImportOptions, import_sheet
from app.exchange.mapping import Mapping
from app.exchange.reading import read_sheet
from app.exchange.sheets import Sheet, SheetRow
from app.tables import Audit, Place
from app.vocabulary import Verdict

DAYS_COLUMN, AUDITS_COLUMN = "consent_days_ago", "audits"
"""What the file has in place of dates, so that the sample never grows old."""
_MAPPING = Mapping(ignore=[DAYS_COLUMN, AUDITS_COLUMN])
_SIGNED_AT = time(16, 0, tzinfo=LONDON)


def load_sample_places(session: WriteSession, path: Path, authority: str, today: date) -> tuple[int, int]:
    """Load the sample's places and audits. How many of each.

    Raises:
        FaultyFile: the file has faults.
    """
    sheet = read_sheet(path)
    options = ImportOptions(authority, mapping=_MAPPING, keep_references=True, allow_duplicates=True)
    report = import_sheet(session, _with_dates(sheet, today), options)
    if not report.written:
        first = report.faults[0]
        raise FaultyFile(f"{path.name} has {len(report.faults)} faults, the first in row {first.row}: {first.what}")
    audits = list(_audits(session, sheet, today))
    if audits:
        session.execute(insert(Audit), audits)
    return report.added, len(audits)


def _with_dates(sheet: Sheet, today: date) -> Sheet:
    """The sheet with a column `consent_on`."""
    at = sheet.headings.index(DAYS_COLUMN)
    rows = [
        SheetRow(row.number, [*row.cells, _days_ago(row.cells[at], today).isoformat() if row.cells[at] else ""])
        for row in sheet.rows
    ]
    return replace(sheet, headings=[*sheet.headings, "consent_on"], rows=rows)


def _audits(session: WriteSession, sheet: Sheet, today: date) -> Iterator[dict[str, object]]:
    """Rows of `audit`, from "verdict:days ago:valid for days:auditor:signed off by", several separated by bars."""
    reference, audits = sheet.headings.index("reference"), sheet.headings.index(AUDITS_COLUMN)
    references = [row.cells[reference] for row in sheet.rows]
    ids = dict(session.exec(select(Place.reference, Place.id).where(col(Place.reference).in_(references))).all())
    for row in sheet.rows:
        for written in filter(None, row.cells[audits].split("|")):
            verdict, days_ago, valid_for, auditor, signed_off_by = written.split(":")
            audited_on = _days_ago(days_ago, today)
            yield {
                "place_id": ids[row.cells[reference]],
                "audited_on": audited_on,
                "auditor": auditor,
                "verdict": Verdict(verdict).value,
                "valid_until": audited_on + timedelta(days=int(valid_for)),
                "signed_off_by": signed_off_by or None,
                "effective_at": _signed_at(audited_on) if signed_off_by else None,
            }


def _days_ago(days: str, today: date) -> date:
    return today - timedelta(days=int(days))


def _signed_at(day: date) -> datetime:
    """Four in the afternoon of that day, or now if that is still to come."""
    return min(datetime.combine(day, _SIGNED_AT).astimezone(UTC), datetime.now(UTC))
