"""`safeplaces keys`: API keys, for whoever runs the installation."""

import getpass
import sys
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.accounts import key_rules
from app.accounts.key_pages import show_key
from app.accounts.key_rules import KeyDraft
from app.accounts.rules import get_account_by_email
from app.cli.database import reading, writing
from app.db.sessions import WriteSession

keys_app = typer.Typer(no_args_is_help=True, help="API keys: add, list, revoke, rotate.")
Prefix = Annotated[str, typer.Argument(help="The key's visible part, such as spk_1a2b3c4d.")]
Maker = Annotated[str, typer.Option("--for", help="E-mail address of the person whose key it is.")]


@keys_app.callback()
def keys() -> None:
    """API keys: add, list, revoke, rotate."""


@keys_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    *,
    maker: Maker,
    scope: Annotated[list[str], typer.Option(help="What it is good for; may be given again.")],
    days: Annotated[int, typer.Option(help="For how many days it is good.")] = key_rules.USUAL_LIFE.days,
    per_minute: Annotated[int, typer.Option(help="Requests a minute.")] = key_rules.USUAL_RATE,
) -> None:
    """Make a key and print it, this one time. It does what its person may do, and no more than its scopes."""
    with writing() as session:
        _act(session, "Made by the command")
        draft = KeyDraft(name, scope, timedelta(days=days), per_minute)
        key, token = key_rules.make_key(session, get_account_by_email(session, maker), draft)
        until = key.expires_at
    typer.echo(f"The key is good until {until:%-d %B %Y}. It is not shown again:", err=True)
    typer.echo(token)


@keys_app.command("list")
def list_keys(
    *, authority: Annotated[str | None, typer.Option(help="Only of this authority, by its GSS code.")] = None
) -> None:
    """Every key, with its visible part."""
    with reading() as session:
        rows = [show_key(key, maker) for key, maker in key_rules.list_keys(session, authority)]
    table = Table("Key", "Name", "Made by", "Scopes", "A minute", "Valid", "Last used")
    for row in rows:
        used = f"{row.last_used:%Y-%m-%d %H:%M}" if row.last_used else "never"
        table.add_row(row.prefix, row.name, row.maker, ", ".join(row.scopes), str(row.per_minute), row.standing, used)
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


@keys_app.command("revoke")
def revoke(prefix: Prefix) -> None:
    """End a key at once."""
    with writing() as session:
        _act(session, "Revoked by the command")
        key = key_rules.get_key_by_prefix(session, prefix)
        key_rules.revoke_key(session, key)
        typer.echo(f"{key.prefix} is revoked.")


@keys_app.command("rotate")
def rotate(
    prefix: Prefix,
    *,
    maker: Maker,
    overlap_days: Annotated[int, typer.Option(help="For how many days the old key goes on.")] = 7,
) -> None:
    """Make the key that follows another and print it, this one time."""
    with writing() as session:
        _act(session, "Replaced by the command")
        old = key_rules.get_key_by_prefix(session, prefix)
        account = get_account_by_email(session, maker)
        _, token = key_rules.rotate_key(session, old, account, timedelta(days=overlap_days))
        prefix, until = old.prefix, old.expires_at
    typer.echo(f"{prefix} goes on until {until:%-d %B %Y %H:%M} UTC. The new key is not shown again:", err=True)
    typer.echo(token)


def _act(session: WriteSession, reason: str) -> None:
    session.record_as(f"cli:{getpass.getuser()}", via="cli", reason=reason)
