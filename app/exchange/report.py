"""An import's report, as a terminal shows it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.exchange.duplicates import Duplicate
from app.exchange.faults import HEADINGS, Fault
from app.exchange.matching import Change
from app.exchange.rules import ImportOptions, ImportReport

SHOWN = 30
SHOWN_VALUE = 40
SHOWN_KINDS = 12


def show_report(console: Console, report: ImportReport, options: ImportOptions) -> None:
    """Print what an import found, and what it did or why it did nothing."""
    for note in report.notes:
        console.print(f"Note: {note}", markup=False, soft_wrap=True)
    if report.unused_columns:
        console.print(f"Columns that are not used: {', '.join(report.unused_columns)}.", markup=False, soft_wrap=True)
    if report.left_out:
        reasons = Counter(left_out.reason for left_out in report.left_out)
        console.print(f"{len(report.left_out):,} rows are left out, as the mapping says:")
        for reason, count in reasons.most_common():
            console.print(f"  {count:,}: {reason}", markup=False, soft_wrap=True)
    _show_faults(console, "Faults", report.faults)
    _show_faults(console, "Worth a look", report.warnings)
    _show_faults(console, "Probable duplicates", to_faults(report.duplicates))
    _show_changes(console, report.changed)
    console.print(_counts(report), markup=False, soft_wrap=True)
    console.print(_verdict(report, options), style="bold", markup=False, soft_wrap=True)


def to_faults(duplicates: Iterable[Duplicate]) -> list[Fault]:
    """Probable duplicates in the form of faults."""
    remedy = "Remove the row, or give it that reference; if they are two places: --allow-duplicates."
    return [Fault(duplicate.row, "name", duplicate.name, duplicate.what, remedy) for duplicate in duplicates]


def _show_faults(console: Console, title: str, faults: Sequence[Fault]) -> None:
    if not faults:
        return
    if len(faults) > SHOWN:
        console.print(f"{title}: {len(faults):,}, by what is wrong", markup=False, soft_wrap=True)
        for (column, what), count in Counter((fault.column, fault.what) for fault in faults).most_common(SHOWN_KINDS):
            console.print(f"  {count:,}: {column}: {what}", markup=False, soft_wrap=True)
    table = Table(title=f"{title} ({len(faults):,})", title_justify="left", show_lines=False)
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading == "row" else "left", overflow="fold")
    for row, column, value, what, remedy in faults[:SHOWN]:
        shown = value if len(value) <= SHOWN_VALUE else f"{value[: SHOWN_VALUE - 1]}…"
        table.add_row(str(row), *map(escape, (column, shown, what, remedy)))
    console.print(table)
    if len(faults) > SHOWN:
        console.print(f"… and {len(faults) - SHOWN:,} more. Write all of them to a file with --faults FILE.csv.")


def _show_changes(console: Console, changes: Sequence[Change]) -> None:
    for row, reference, fields in changes[:SHOWN]:
        console.print(f"Row {row}: {reference} changes in {', '.join(fields)}.", markup=False, soft_wrap=True)
    if len(changes) > SHOWN:
        console.print(f"… and {len(changes) - SHOWN:,} more places change.")


def _counts(report: ImportReport) -> str:
    counts = {
        "rows": report.rows,
        "added": report.added,
        "changed": len(report.changed),
        "unchanged": report.unchanged,
        "with faults": report.faulty_rows,
        "left out": len(report.left_out),
        "probable duplicates": len({duplicate.row for duplicate in report.duplicates}),
    }
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _verdict(report: ImportReport, options: ImportOptions) -> str:
    if report.written and not (report.added or report.changed):
        return "The register holds all of it already: nothing was changed."
    if report.written:
        return "Imported."
    if report.is_refused(options):
        reasons = []
        if report.faults and not options.leave_out_faulty:
            reasons.append("correct the faults (or import the other rows with --leave-out-faulty)")
        if report.duplicates and not options.allow_duplicates:
            reasons.append("look at the probable duplicates (--allow-duplicates imports them)")
        return f"Nothing was imported: {', and '.join(reasons)}."
    return "Nothing was imported, because this was a dry run. It would succeed."
