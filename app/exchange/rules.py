"""Importing places: every row is checked before any is written, and either all are written or none."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import select

from app.db.sessions import WriteSession
from app.divisions.rules import assign_places
from app.errors import InvalidInput
from app.exchange.binding import Binding, bind
from app.exchange.duplicates import Duplicate, find_duplicates
from app.exchange.faults import Fault
from app.exchange.locations import locate_rows
from app.exchange.mapping import NO_MAPPING, Mapping
from app.exchange.matching import (
    Change,
    count_matches,
    find_changes,
    find_conflicts,
    leave_out_rows,
    match_rows,
    wait_for_other_imports,
)
from app.exchange.reading import read_sheet
from app.exchange.rows import Checked, DraftRow, LeftOut, check_rows, column_fault
from app.exchange.sheets import Sheet
from app.exchange.staging import stage_rows
from app.exchange.writing import write_rows
from app.places.drafts import FieldFault, PlaceWords
from app.tables import Authority, PremisesKind, Scheme
from app.vocabulary import MembershipStatus


@dataclass(frozen=True)
class ImportOptions:
    """How to import.

    Attributes:
        authority: GSS code of the authority that owns the places.
        mapping: how the file's columns become ours.
        dry_run: check and compare, write nothing.
        allow_duplicates: import rows that are probably duplicates, instead of refusing the file.
        leave_out_faulty: import the sound rows although others have faults.
        keep_references: take the file's references for new places, instead of refusing those that are not held.
    """

    authority: str
    mapping: Mapping = NO_MAPPING
    dry_run: bool = False
    allow_duplicates: bool = False
    leave_out_faulty: bool = False
    keep_references: bool = False


@dataclass
class ImportReport:
    """What an import found and did. Without `written` nothing was changed; counts then say what would have been."""

    rows: int
    written: bool = False
    added: int = 0
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    unused_columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def faulty_rows(self) -> int:
        """How many rows have faults."""
        return len({fault.row for fault in self.faults})

    def is_refused(self, options: ImportOptions) -> bool:
        """Whether faults or duplicates, which the options do not let pass, forbid the import."""
        return bool(
            (self.faults and not options.leave_out_faulty) or (self.duplicates and not options.allow_duplicates)
        )


Progress = Callable[[str], None]


def import_places(
    session: WriteSession,
    path: Path,
    options: ImportOptions,
    *,
    sheet_name: str | None = None,
    progress: Progress = lambda _: None,
) -> ImportReport:
    """Import a CSV or XLSX file of places in the caller's transaction.

    Raises:
        FaultyFile: the file cannot be used at all.
        InvalidInput: there is no such authority.
    """
    progress("Reading the file")
    return import_sheet(session, read_sheet(path, sheet_name=sheet_name), options, progress=progress)


def import_sheet(
    session: WriteSession, sheet: Sheet, options: ImportOptions, *, progress: Progress = lambda _: None
) -> ImportReport:
    """Import a sheet that has been read. The caller has said who does it (`record_as`).

    Raises:
        FaultyFile: columns that every place needs are missing.
        InvalidInput: there is no such authority.
    """
    if session.get(Authority, options.authority) is None:
        known = ", ".join(session.exec(select(Authority.code).order_by(Authority.code))) or "none yet"
        raise InvalidInput(f"There is no authority {options.authority}.", f"The register has these: {known}.")
    binding = bind(sheet.headings, options.mapping)
    progress(f"Checking {len(sheet.rows):,} rows")
    checked = check_rows(sheet, binding, read_words(session))
    report = ImportReport(
        rows=len(sheet.rows),
        faults=checked.faults,
        warnings=checked.warnings,
        left_out=checked.left_out,
        unused_columns=binding.unused,
        notes=sheet.notes,
    )
    wait_for_other_imports(session)
    progress("Comparing with the register")
    _compare(session, checked, binding, options, report)
    report.faults.sort(key=lambda fault: fault.row)
    report.warnings.sort(key=lambda fault: fault.row)
    if not report.is_refused(options) and not options.dry_run:
        progress(f"Writing {report.added:,} new and {len(report.changed):,} changed places")
        written = write_rows(session, options.authority, binding.sources.keys())
        if written.added or written.moved:
            progress("Assigning places to divisions")
            assign_places(session, [*written.added, *written.moved])
        session.expire_all()
        report.written = True
    return report


def read_words(session: WriteSession) -> PlaceWords:
    """The premises kinds and schemes of this register."""
    kinds = {kind.code: kind.label for kind in session.exec(select(PremisesKind))}
    schemes = {scheme.code: scheme.label for scheme in session.exec(select(Scheme))}
    return PlaceWords.of(kinds, schemes)


def _compare(
    session: WriteSession, checked: Checked, binding: Binding, options: ImportOptions, report: ImportReport
) -> None:
    """Locate the sound rows and hold them against the register."""
    rows = checked.drafts
    locations = locate_rows(session, rows)
    report.faults += [column_fault(rows[at], binding, fault) for at, fault in locations.faults]
    report.warnings += [column_fault(rows[at], binding, fault) for at, fault in locations.warnings]
    report.warnings += _consent_warnings(rows, binding)
    located = [(row, place) for row, place in zip(rows, locations.found, strict=True) if place]
    key = options.mapping.key
    stage_rows(session, located)
    match_rows(session, options.authority, key)
    by_number = {row.number: row for row, _ in located}
    conflicts = list(find_conflicts(session, options.authority, key, keep_references=options.keep_references))
    report.faults += [
        column_fault(by_number[row], binding, FieldFault(column, what, remedy))
        for row, column, what, remedy in conflicts
    ]
    leave_out_rows(session, [conflict.row for conflict in conflicts])
    report.duplicates = find_duplicates(session, options.authority)
    report.changed = find_changes(session, binding.sources.keys())
    matched = count_matches(session)
    report.added = len(located) - len({conflict.row for conflict in conflicts}) - matched
    report.unchanged = matched - len(report.changed)


def _consent_warnings(rows: Sequence[DraftRow], binding: Binding) -> Collection[Fault]:
    return [
        column_fault(
            row,
            binding,
            FieldFault(
                "consent_on", "The place is listed without a day of consent.", "It is not published until there is one."
            ),
        )
        for row in rows
        if row.draft.membership_status == MembershipStatus.LISTED
        and row.draft.consent_on is None
        and "consent_on" in binding.sources
    ]
