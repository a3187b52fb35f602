"""/account: a person's own account."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, NamedTuple

from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import col, select

from app.accounts import own_account, queries
from app.accounts.access import allow
from app.accounts.authenticators import draw_seed
from app.accounts.own_account import Seed
from app.accounts.rules import id_of
from app.accounts.sessions import signed_in_response, start_session
from app.accounts.shown import faults_of, idle_limit, see, show_sessions
from app.accounts.sign_in_routes import HASHING
from app.db.sessions import Reading, WriteSession, Writing
from app.errors import InvalidInput, TooManyRequests
from app.http.pages import render
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.tables import Account, Authority
from app.vocabulary import ROLE_LABELS
from web.views_accounts import (
    AccountPage,
    AuthenticatorPage,
    ChangePasswordPage,
    ConfirmPage,
    RecoveryCodesPage,
)

READ = ["GET", "HEAD"]
DONE = {
    "session": "That session is ended.",
    "sessions": "You are signed out everywhere else.",
    "password": "Your password is changed. You are signed out everywhere else.",
    "removed": "Your authenticator is removed: only your password is asked for now.",
}
SET_UP = ConfirmPage(
    title="Set up an authenticator",
    lead="An app on your telephone then shows a code that is asked for after your password. Enter your password first, "
    "so that we know that it is you.",
    action="/account/authenticator",
    button="Continue",
)
REMOVE = ConfirmPage(
    title="Remove your authenticator",
    lead="Only your password will protect your account then, and your recovery codes are good for nothing any more.",
    action="/account/authenticator/remove",
    button="Remove it",
    is_warning=True,
)
NEW_CODES = ConfirmPage(
    title="Get new recovery codes",
    lead="The ones that you have are good for nothing any more once you see the new ones.",
    action="/account/codes",
    button="Show ten new codes",
)

router = APIRouter(prefix="/account", include_in_schema=False)
Own = Annotated[Identity, Depends(allow(Action.USE_OWN_ACCOUNT))]
Password = Annotated[str, Form(max_length=256)]


@router.api_route("", methods=READ)
def show_own_account(request: Request, identity: Own, session: Reading, done: str = "") -> Response:
    """Who you are here, where you are signed in, and how you sign in."""
    account = own(session, identity)
    secret = queries.get_own_secret(session)
    authority = session.get(Authority, account.authority_code)
    page = AccountPage(
        name=account.name,
        email=account.email or "",
        role=ROLE_LABELS[identity.role],
        authority=authority.name if authority else account.authority_code,
        sessions=show_sessions(
            queries.list_sessions(session, id_of(account), idle_limit(request)), identity.session_id
        ),
        has_password=secret.password_hash is not None,
        has_authenticator=secret.totp_confirmed_at is not None,
        recovery_codes=secret.recovery_codes,
        done=DONE.get(done, ""),
    )
    return render(request, "account.html", page=page)


@router.post("/sessions/end-others")
def end_other_sessions(identity: Own, session: Writing) -> Response:
    """End every session but this one."""
    act(session, identity)
    queries.end_sessions(session, identity.account_id or 0, but=identity.session_id)
    queries.forget_own_browsers(session)
    return see("/account?done=sessions")


@router.post("/sessions/{session_id}/end")
def end_one_session(identity: Own, session: Writing, session_id: int) -> Response:
    """End one of one's own sessions. Somebody else's is none of them, so nothing happens to it."""
    act(session, identity)
    queries.end_sessions(session, identity.account_id or 0, only=session_id)
    return see("/account?done=session")


@router.api_route("/password", methods=READ)
def show_password_change(request: Request, identity: Own, session: Reading) -> Response:
    """The form for another password."""
    return render(request, "account_password.html", page=ChangePasswordPage(email=own(session, identity).email or ""))


@router.post("/password")
async def change_password(
    request: Request, identity: Own, session: Writing, password: Password = "", new_password: Password = ""
) -> Response:
    """Change the password: all sessions end, and this browser gets a new one."""

    def change() -> Response:
        account = act(session, identity)
        try:
            with session.begin_nested():
                own_account.require_password(session, request.app.state.engine, identity, password)
                own_account.change_password(session, account, new_password)
        except (InvalidInput, TooManyRequests) as error:
            page = ChangePasswordPage(email=account.email or "", faults=faults_of(error, "password"))
            return render(request, "account_password.html", status=_status(error), page=page)
        token = start_session(session, request, account, method="password")
        return signed_in_response(token, "/account?done=password")

    return await to_thread.run_sync(change, limiter=HASHING)


@router.api_route("/authenticator", methods=READ)
def show_set_up(request: Request, _: Own) -> Response:
    """What an authenticator is for, and the password first."""
    return render(request, "account_confirm.html", page=SET_UP)


@router.post("/authenticator")
async def begin_authenticator(request: Request, identity: Own, session: Writing, password: Password = "") -> Response:
    """Show a new seed."""

    def begin(account: Account) -> Response:
        return _show_seed(request, own_account.begin_authenticator(session, request.app.state.settings, account))

    return await _confirmed(Confirmation(request, identity, session, SET_UP), password, begin)


@router.post("/authenticator/confirm")
def confirm_authenticator(
    request: Request, identity: Own, session: Writing, code: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Have the authenticator asked for from now on, and show the recovery codes this one time."""
    seed = own_account.waiting_seed(session, request.app.state.settings, act(session, identity))
    try:
        codes = own_account.confirm_authenticator(session, seed, code)
    except InvalidInput as error:
        return _show_seed(request, seed, error)
    page = RecoveryCodesPage(tuple(codes), is_new_authenticator=True)
    return render(request, "account_codes.html", page=page)


@router.api_route("/authenticator/remove", methods=READ)
def show_removal(request: Request, _: Own) -> Response:
    """What removing an authenticator means, and the password first."""
    return render(request, "account_confirm.html", page=REMOVE)


@router.post("/authenticator/remove")
async def remove_authenticator(request: Request, identity: Own, session: Writing, password: Password = "") -> Response:
    """Have the password alone asked for from now on."""

    def remove(_: Account) -> Response:
        queries.remove_own_totp(session)
        return see("/account?done=removed")

    return await _confirmed(Confirmation(request, identity, session, REMOVE), password, remove)


@router.api_route("/codes", methods=READ)
def show_new_codes_question(request: Request, _: Own) -> Response:
    """What new recovery codes mean, and the password first."""
    return render(request, "account_confirm.html", page=NEW_CODES)


@router.post("/codes")
async def renew_codes(request: Request, identity: Own, session: Writing, password: Password = "") -> Response:
    """Replace the recovery codes and show them this one time."""

    def renew(_: Account) -> Response:
        page = RecoveryCodesPage(tuple(own_account.renew_recovery_codes(session)))
        return render(request, "account_codes.html", page=page)

    return await _confirmed(Confirmation(request, identity, session, NEW_CODES), password, renew)


class Confirmation(NamedTuple):
    """A change of one's own account that is made once the password was entered again on `page`."""

    request: Request
    identity: Identity
    session: WriteSession
    page: ConfirmPage


async def _confirmed(asked: Confirmation, password: str, then: Callable[[Account], Response]) -> Response:
    """The answer of `then`, where the password was right; else the page again."""

    def confirm() -> Response:
        account = act(asked.session, asked.identity)
        try:
            own_account.require_password(asked.session, asked.request.app.state.engine, asked.identity, password)
        except (InvalidInput, TooManyRequests) as error:
            page = replace(asked.page, faults=faults_of(error, "password"))
            return render(asked.request, "account_confirm.html", status=_status(error), page=page)
        return then(account)

    return await to_thread.run_sync(confirm, limiter=HASHING)


def own(session: Reading | Writing, identity: Identity) -> Account:
    """The account of whoever is signed in."""
    return session.exec(select(Account).where(col(Account.id) == identity.account_id)).one()


def act(session: WriteSession, identity: Identity) -> Account:
    """The same, for a change that they make."""
    session.record_as(identity.actor, via=identity.via)
    return own(session, identity)


def _show_seed(request: Request, seed: Seed, error: InvalidInput | None = None) -> Response:
    page = AuthenticatorPage(
        picture=draw_seed(seed.seed, seed.email),
        letters=tuple(seed.seed[at : at + 4] for at in range(0, len(seed.seed), 4)),
        faults=faults_of(error, "code") if error else (),
    )
    return render(request, "account_authenticator.html", status=_status(error) if error else HTTPStatus.OK, page=page)


def _status(error: InvalidInput | TooManyRequests) -> HTTPStatus:
    return HTTPStatus.TOO_MANY_REQUESTS if isinstance(error, TooManyRequests) else HTTPStatus.UNPROCESSABLE_ENTITY
