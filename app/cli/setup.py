"""`safeplaces setup`: the bundled data, once."""

from typing import Annotated

import typer
from rich.console import Console

from app.bundled import load_bundled
from app.cli.database import settings_from_environment, writing

setup_app = typer.Typer(invoke_without_command=True, help="Load the bundled data into a register that has none.")


@setup_app.callback()
def setup(*, quiet: Annotated[bool, typer.Option("--quiet", help="Say only what was done.")] = False) -> None:
    """Load the bundled data into a register that has none. Safe to repeat: what is there is never touched.

    Everything is one transaction, so that a set-up that is interrupted leaves nothing half done.
    """
    console = Console(highlight=False)
    folder = settings_from_environment().data_folder
    with writing() as session, console.status("Looking at the register") as status:

        def progress(step: str) -> None:
            status.update(step)
            if not quiet:
                console.print(f"  {step}")

        report = load_bundled(session, folder, progress=progress)
    if not report.anything:
        console.print("The data is already loaded; nothing was changed.")
        return
    parts = {
        "postcodes": report.postcodes,
        "divisions": report.divisions,
        "sample places": report.places,
        "audits": report.audits,
        "councillors": report.councillors,
    }
    console.print(f"Loaded {', '.join(f'{count:,} {name}' for name, count in parts.items() if count)}.")
