"""`safeplaces people`: what is held about a person, given to them or erased; and what is forgotten by itself."""

import getpass
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import orjson
import typer

from app.cli.database import reading, writing
from app.db.sessions import WriteSession
from app.errors import Conflict
from app.mail.periodic import MESSAGES_KEPT
from app.people import retention, rules
from app.people.rules import Erasure

people_app = typer.Typer(no_args_is_help=True, help="What is held about people: give it to them, erase it, forget it.")
Who = Annotated[str, typer.Argument(help="E-mail address, account:12, councillor:5, or contact:SP-0001.")]


@people_app.command("export")
def export(
    who: Who, *, output: Annotated[Path | None, typer.Option(help="A new file that only you can read.")] = None
) -> None:
    """Print everything that is held about a person as JSON, to answer their request. Recorded in the ledger."""
    with writing() as session:
        _act(session, "Access request answered")
        held = rules.export(session, rules.find_person(session, who))
        told = orjson.dumps(held, default=str, option=orjson.OPT_INDENT_2)
        if output is not None:
            _write(output, told)
    typer.echo(f"Written to {output}." if output is not None else told.decode())


@people_app.command("erase")
def erase(
    who: Who, *, yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say it.")] = False
) -> None:
    """Erase a person. Says what it will do; does it with --yes. It cannot be undone."""
    if not yes:
        with reading() as session:
            _tell(rules.preview(session, rules.find_person(session, who)))
        typer.echo("Nothing was changed. With --yes it is done, and cannot be undone.")
        return
    with writing() as session:
        _act(session, "Erased by the command")
        person = rules.find_person(session, who)
        _tell(rules.preview(session, person))
        request = rules.erase(session, person)
    typer.echo(
        f"Erased, in the ledger as {request}: note for whom, away from the register. Backups made before today still "
        "hold it until they are deleted: see docs/personal-data.md."
    )


@people_app.command("prune")
def prune(
    *, days: Annotated[int, typer.Option(min=1, help="How long settled mail is kept.")] = MESSAGES_KEPT.days
) -> None:
    """Delete what is no longer needed: old sessions, links, attempts, kept answers, mail. The worker does it daily."""
    with writing() as session:
        gone = retention.prune(session, timedelta(days=days))
    for table, count in gone.items():
        typer.echo(f"{table.replace('_', ' ')}: {count:,} deleted")


def _act(session: WriteSession, reason: str) -> None:
    session.record_as(f"cli:{getpass.getuser()}", via="cli", reason=reason)


def _write(output: Path, told: bytes) -> None:
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Conflict(f"{output} cannot be made: {error.strerror}.", "Name a file that does not exist yet.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(told)


def _tell(erasure: Erasure) -> None:
    for number in erasure.accounts:
        typer.echo(f"account:{number}: anonymised; sessions, links, secrets and saved views deleted; API keys revoked")
    for number in erasure.councillors:
        typer.echo(f"councillor:{number}: e-mail and phone removed; name and terms stay, as of a public office")
    typer.echo(f"Contact of places, blanked: {', '.join(erasure.contacts) or 'none'}")
    if erasure.notes:
        typer.echo(f"Private notes that stay, to be read by hand: {', '.join(erasure.notes)}")
    typer.echo(f"Changes that wait, contact removed: {', '.join(erasure.waiting) or 'none'}")
    typer.echo(f"Mail messages deleted: {erasure.mail}. Answers kept for retries: without them.")
    typer.echo(f"Earlier values in the ledger that nobody can read any more: {erasure.sealed}")
