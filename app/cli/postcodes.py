"""`safeplaces postcodes`: load postcode units, and look one up."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from app.cli.database import reading, writing
from app.divisions.rules import assign_register
from app.postcodes.files import PostcodeFile
from app.postcodes.loading import load_postcodes
from app.postcodes.rules import get_postcode
from app.postcodes.schemas import to_postcode

app = typer.Typer(no_args_is_help=True, help=__doc__)
console = Console(highlight=False)


@app.command()
def load(
    file: Annotated[
        Path, typer.Argument(help="Code-Point Open (zip), the ONS Postcode Directory (zip or CSV), or our own csv.gz.")
    ],
    *,
    districts: Annotated[
        str, typer.Option(help="Only these districts: GSS codes with commas between, such as E06000047,E06000005.")
    ] = "",
    source: Annotated[str | None, typer.Option(help="Said with every answer, such as its edition.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Forget all other postcodes.")] = False,
) -> None:
    """Load postcode units: all of the file or nothing. Places are then compared with their official divisions again."""
    wanted = frozenset(code.strip().upper() for code in districts.split(",") if code.strip())
    opened = PostcodeFile(file, wanted)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress, writing() as session:
        task = progress.add_task("Reading", total=None)

        def advance(_: int) -> None:
            # Every row has been read before the first is stored, which takes longer and says nothing meanwhile.
            step = "Storing" if opened.position >= opened.size else "Reading"
            progress.update(task, completed=opened.position, total=opened.size or None, description=step)

        loaded = load_postcodes(session, opened, source=source, replace=replace, progress=advance)
        progress.update(task, completed=opened.size, total=opened.size, description="Comparing places")
        assign_register(session)
    table = Table(loaded.kind, "")
    table.add_row("Loaded", f"{loaded.loaded:,}")
    for reason, count in loaded.left_out.items():
        table.add_row(f"Left out: {reason}", f"{count:,}")
    table.add_row("Held now", f"{loaded.held:,}")
    console.print(table)


@app.command()
def show(postcode: Annotated[str, typer.Argument(help="A whole postcode.")]) -> None:
    """Where a postcode is, and its official codes."""
    with reading() as session:
        found = to_postcode(get_postcode(session, postcode))
    table = Table(found.postcode, "")
    for name, value in found.model_dump(exclude={"postcode"}).items():
        table.add_row(name, "" if value is None else str(value))
    console.print(table)
