"""`safeplaces users`: accounts, for whoever runs the installation. The first administrator is made here."""

import getpass
import sys
from datetime import timedelta
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from app.accounts import queries, rules
from app.accounts.letters import invitation_address
from app.accounts.passwords import accept_password, hash_password
from app.accounts.rules import AccountDraft, id_of
from app.accounts.shown import in_london
from app.cli.database import reading, settings_from_environment, writing
from app.db.sessions import Bounds, WriteSession, confine
from app.errors import InvalidInput
from app.tables import Account

LOCAL = "http://127.0.0.1:8000"
"""Where `scripts/serve` serves, for links of an installation without SAFEPLACES_PUBLIC_ADDRESS."""

users_app = typer.Typer(no_args_is_help=True, help="Accounts: add, list, deactivate, reset, see and end sessions.")
RoleName = Annotated[
    Literal["councillor", "auditor", "officer", "administrator"],
    typer.Option(help="What they are to the register."),
]
Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]


@users_app.callback()
def users() -> None:
    """Accounts: add, list, deactivate, reset, see and end sessions."""


@users_app.command("add")
def add(  # noqa: PLR0913 - each is an option of the command
    email: Email,
    *,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: RoleName = "administrator",
    authority: Annotated[str | None, typer.Option(help="GSS code of their authority.")] = None,
    councillor: Annotated[int | None, typer.Option(help="Number of the councillor, with the role councillor.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a password here.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
) -> None:
    """Add a person. Prints the link by which they choose a password, unless one is given here."""
    settings = settings_from_environment()
    given = _ask_password(from_input=password_stdin) if password or password_stdin else None
    with writing() as session:
        _act(session, "Added by the command")
        draft = AccountDraft(name, email, role, councillor)
        account = rules.add_account(session, authority or settings.authority, draft)
        if given is not None:
            _set_password(session, account, given)
            typer.echo(f"{account.email} can sign in as {account.role}.")
            return
        token = rules.invite(session, account)
        typer.echo(
            f"{account.email} is added as {account.role}. This link is good once, for {rules.INVITATION.days} days:"
        )
        typer.echo(invitation_address((settings.public_address or LOCAL).rstrip("/"), token))


@users_app.command("list")
def list_users(
    *, authority: Annotated[str | None, typer.Option(help="Only of this authority, by its GSS code.")] = None
) -> None:
    """Everybody who has an account."""
    with reading() as session:
        found = queries.list_accounts(session, authority)
        protections = queries.protections_of(session, [id_of(account) for account, _ in found])
    table = Table(
        "E-mail address", "Name", "Role", "Authority", "In use", "Password", "Authenticator", "Last signed in"
    )
    for account, _ in found:
        protection = protections.get(id_of(account), queries.Protection())
        seen = in_london(account.signed_in_at).strftime("%Y-%m-%d %H:%M") if account.signed_in_at else "never"
        marks = (account.is_active, protection.has_password, protection.has_authenticator)
        in_use, has_password, has_authenticator = ("yes" if mark else "no" for mark in marks)
        table.add_row(
            account.email or "",
            account.name,
            account.role,
            account.authority_code,
            in_use,
            has_password,
            has_authenticator,
            seen,
        )
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


@users_app.command("deactivate")
def deactivate(email: Email) -> None:
    """Somebody leaves: sessions and keys end, the password is destroyed. What they did stays in the ledger."""
    with writing() as session:
        _act(session, "Deactivated by the command")
        account = rules.get_account_by_email(session, email)
        _confine(session, account)
        rules.deactivate(session, account)
        typer.echo(f"{account.email} cannot sign in any more.")


@users_app.command("reset")
def reset(
    email: Email,
    *,
    without_authenticator: Annotated[
        bool, typer.Option("--without-authenticator", help="They have lost their authenticator: forget it.")
    ] = False,
    password: Annotated[bool, typer.Option("--password", help="Ask for a password here.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
) -> None:
    """Print a link by which somebody chooses a new password, or set one that is given here."""
    settings = settings_from_environment()
    given = _ask_password(from_input=password_stdin) if password or password_stdin else None
    with writing() as session:
        _act(session, "Reset by the command")
        account = rules.get_account_by_email(session, email)
        _confine(session, account)
        token = rules.invite(session, account, without_authenticator=without_authenticator)
        if given is not None:
            queries.use_link(session, token, "invitation")
            _set_password(session, account, given)
            typer.echo(f"{account.email} has a new password and is signed out everywhere.")
            return
        typer.echo(f"This link is good once, for {rules.INVITATION.days} days:")
        typer.echo(invitation_address((settings.public_address or LOCAL).rstrip("/"), token))


@users_app.command("sessions")
def sessions(
    email: Email, *, end: Annotated[bool, typer.Option("--end", help="Sign them out everywhere.")] = False
) -> None:
    """Where somebody is signed in; with --end, nowhere any more."""
    idle = timedelta(minutes=settings_from_environment().session_idle_minutes)
    with writing() as session:
        _act(session, "Sessions ended by the command")
        account = rules.get_account_by_email(session, email)
        running = queries.list_sessions(session, id_of(account), idle)
        if end:
            queries.end_sessions(session, id_of(account))
            typer.echo(f"{len(running)} session{'' if len(running) == 1 else 's'} of {account.email} ended.")
            return
        table = Table("Browser", "How", "Since", "Last used")
        for each in running:
            since, seen = (in_london(at).strftime("%Y-%m-%d %H:%M") for at in (each.created_at, each.seen_at))
            table.add_row(each.browser, each.method, since, seen)
        Console(highlight=False).print(table if running else f"{account.email} is signed in nowhere.")


def _act(session: WriteSession, reason: str) -> None:
    session.record_as(f"cli:{getpass.getuser()}", via="cli", reason=reason)


def _confine(session: WriteSession, account: Account) -> None:
    """The functions of the database that reach secrets work for the account of the transaction."""
    confine(session, Bounds(id_of(account), account.authority_code, account.role))


def _set_password(session: WriteSession, account: Account, password: str) -> None:
    accepted = accept_password(password, email=account.email, name=account.name)
    _confine(session, account)
    queries.set_own_password(session, hash_password(accepted))
    queries.forget_own_browsers(session)
    queries.end_sessions(session, id_of(account))


def _ask_password(*, from_input: bool) -> str:
    """A password that is never an argument: arguments are seen by everybody on the machine and kept in histories.

    Raises:
        InvalidInput: the two did not agree, or there was none.
    """
    if from_input:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != given:
            raise InvalidInput("The two passwords are not the same.", "Start again.", field="password")
    if not given:
        raise InvalidInput("No password came.", "Type one, or leave the option out for a link.", field="password")
    return given
