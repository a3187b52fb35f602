"""Accounts and sessions as pages show them."""

from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import RedirectResponse

from app.accounts.queries import Protection
from app.db.version import LONDON
from app.errors import RegisterError
from app.settings import Settings
from app.tables import Account, SignInSession
from app.vocabulary import ROLE_LABELS, Role
from web.views_accounts import AccountRow, SessionRow
from web.views_office import FormFault

WAYS = {"password": "With a password", "link": "By a link in an e-mail", "oidc": "With single sign-on"}


def idle_limit(request: Request) -> timedelta:
    """How long a session lasts without a request."""
    settings: Settings = request.app.state.settings
    return timedelta(minutes=settings.session_idle_minutes)


def show_sessions(sessions: list[SignInSession], this: int | None) -> tuple[SessionRow, ...]:
    """Sessions as a list, with the one that asks marked."""
    return tuple(
        SessionRow(
            id=session.id or 0,
            browser=session.browser,
            way=WAYS[session.method],
            since=in_london(session.created_at),
            seen=in_london(session.seen_at),
            is_this=session.id == this,
        )
        for session in sessions
    )


def show_account(account: Account, protection: Protection, councillor: str | None, asker: int | None) -> AccountRow:
    """One line of the list of accounts."""
    return AccountRow(
        id=account.id or 0,
        name=account.name,
        email=account.email or "",
        role=ROLE_LABELS[Role(account.role)],
        is_active=account.is_active,
        protection=_protection_words(account, protection),
        signed_in=in_london(account.signed_in_at) if account.signed_in_at else None,
        councillor=councillor or "",
        is_self=account.id == asker,
    )


def _protection_words(account: Account, protection: Protection) -> str:
    if account.oidc_subject and not protection.has_password:
        return "Single sign-on"
    if protection.has_authenticator:
        return "Password and authenticator"
    if protection.has_password:
        return "Password"
    return "Link by e-mail" if account.role == Role.COUNCILLOR.value else "No password yet"


def in_london(moment: datetime) -> datetime:
    """A moment on the clocks of the people who read it."""
    return moment.astimezone(LONDON)


def faults_of(error: RegisterError, usual: str) -> tuple[FormFault, ...]:
    """An error as a fault of a form; `usual` is the field of an error that names none."""
    return (FormFault(error.field or usual, f"{error.what} {error.remedy}".strip()),)


def see(address: str) -> RedirectResponse:
    """Send a browser on after a form."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
