"""`safeplaces places import`: an officer's spreadsheet."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.cli.database import settings_from_environment, writing
from app.exchange.faults import write_faults
from app.exchange.mapping import NO_MAPPING, read_mapping
from app.exchange.report import show_report, to_faults
from app.exchange.rules import ImportOptions, import_places

places_app = typer.Typer(no_args_is_help=True, help="Places: import a spreadsheet.")


@places_app.callback()
def places() -> None:
    """Places: import a spreadsheet."""


@places_app.command("import")
def import_file(  # noqa: PLR0913 - each is an option of the command
    file: Annotated[Path, typer.Argument(help="CSV or XLSX. The columns are in docs/importing.md.")],
    *,
    authority: Annotated[str | None, typer.Option(help="GSS code of the authority that owns the places.")] = None,
    mapping: Annotated[Path | None, typer.Option("--map", help="TOML that says how its columns become ours.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Worksheet of an XLSX file; the first without it.")] = None,
    faults: Annotated[Path | None, typer.Option(help="Write faults, warnings and duplicates to this CSV.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    allow_duplicates: Annotated[bool, typer.Option("--allow-duplicates", help="Import probable duplicates.")] = False,
    leave_out_faulty: Annotated[bool, typer.Option("--leave-out-faulty", help="Import the sound rows only.")] = False,
    keep_references: Annotated[
        bool, typer.Option("--keep-references", help="Take the references of new places from the file.")
    ] = False,
    actor: Annotated[str | None, typer.Option("--as", help="Who imports; your login name without it.")] = None,
) -> None:
    """Import places: every row is checked first, and either all are written or none. Repeating it changes nothing."""
    options = ImportOptions(
        authority=authority or settings_from_environment().authority,
        mapping=read_mapping(mapping) if mapping else NO_MAPPING,
        dry_run=dry_run,
        allow_duplicates=allow_duplicates,
        leave_out_faulty=leave_out_faulty,
        keep_references=keep_references,
    )
    console = Console(highlight=False)
    with writing() as session, console.status("Connecting") as status:
        session.record_as(actor or getpass.getuser(), via="import", reason=f"Import of {file.name}")
        report = import_places(session, file, options, sheet_name=sheet, progress=status.update)
    if faults is not None:
        found = sorted([*report.faults, *report.warnings, *to_faults(report.duplicates)])
        write_faults(faults, found)
        console.print(f"{len(found):,} faults, warnings and duplicates are in {faults}.", markup=False)
    show_report(console, report, options)
    if report.is_refused(options):
        raise typer.Exit(1)
