"""The command's root: sub-commands, and errors said in words."""

import sys

import typer
from rich.console import Console

from app.cli.divisions import app as divisions_app
from app.cli.keys import keys_app
from app.cli.ledger import ledger_app
from app.cli.people import people_app
from app.cli.places import places_app
from app.cli.postcodes import app as postcodes_app
from app.cli.setup import setup_app
from app.cli.users import users_app
from app.cli.worker import worker_app
from app.errors import RegisterError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
SUB_COMMANDS: dict[str, typer.Typer] = {
    "ledger": ledger_app,
    "setup": setup_app,
    "worker": worker_app,
    "people": people_app,
    "places": places_app,
    "divisions": divisions_app,
    "postcodes": postcodes_app,
    "users": users_app,
    "keys": keys_app,
}

for name, sub_command in SUB_COMMANDS.items():
    app.add_typer(sub_command, name=name)


@app.callback()
def root() -> None:
    """Keep the register of safe places. DATABASE_URL names the database."""


def main() -> None:
    """Run the command; an error of the register is a sentence and exit code 1, never a traceback."""
    try:
        app()
    except RegisterError as error:
        console = Console(stderr=True)
        console.print(f"[bold red]{error.title}.[/] {error.what}", highlight=False)
        if error.remedy:
            console.print(error.remedy, highlight=False)
        sys.exit(1)
