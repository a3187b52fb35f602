"""Sessions of signed-in browsers: a random token in a cookie, everything else in the database.

A session is new at each sign-in, and the browser's old one ends. It ends by itself after an hour without a request, and
after twelve hours however much it is used (both are settings).
"""

from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Literal

import structlog
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine, text
from sqlmodel import Session
from starlette.types import ASGIApp, Receive, Scope, Send

from app.accounts.browsers import name_of_browser
from app.db.failures import translated
from app.db.sessions import Bounds, WriteSession, confine
from app.errors import DatabaseUnavailable
from app.http.security_log import note_event
from app.permissions.identity import Identity
from app.settings import Settings
from app.tables import Account, SignInSession
from app.tables.base import now_utc
from app.vocabulary import Role

log = structlog.get_logger(__name__)

COOKIE = "__Host-session"
"""The prefix makes browsers insist on Secure, on the whole site, and on no other host's setting it."""
SEEN_SESSION = "seen_session"
"""The name in a request's state of the session whose last use is to be noted once the answer has left."""


def hash_token(token: str) -> bytes:
    """What is stored of a random token: its SHA-256. A token has 256 random bits, so no slow hash is needed."""
    return sha256(token.encode()).digest()


def new_token() -> str:
    """A token that nobody guesses: 256 random bits, as 43 characters that are safe in addresses and cookies."""
    return token_urlsafe(32)


def find_identity(session: Session, token: str, request: Request) -> Identity | None:
    """Who a session's token stands for; None where it ended, was idle for too long, or never was.

    Reads only. Where the last use was noted more than a minute ago, the request is marked, and `NoteSeenSessions` notes
    it when the answer has left.
    """
    settings: Settings = request.app.state.settings
    idle = timedelta(minutes=settings.session_idle_minutes)
    row = session.connection().execute(_SESSION, {"token_hash": hash_token(token), "idle": idle}).one_or_none()
    if row is None:
        return None
    if row.seen_long_ago:
        setattr(request.state, SEEN_SESSION, row.session_id)
    return Identity(
        role=Role(row.role),
        account_id=row.account_id,
        name=row.name,
        authority_code=row.authority_code,
        councillor_id=row.councillor_id,
        session_id=row.session_id,
        csrf_token=row.csrf_token,
    )


def start_session(
    session: WriteSession,
    request: Request,
    account: Account,
    *,
    method: Literal["password", "link", "oidc"],
    oidc_id_token: str | None = None,
) -> str:
    """Sign a person in at this browser and end what session it had. The new token, for `signed_in_response`.

    The transaction is confined to the account from here on, and acts in its name.
    """
    assert account.id is not None, "an account that signs in is stored"  # noqa: S101 - a fault of ours, for mypy
    settings: Settings = request.app.state.settings
    confine(session, Bounds(account.id, account.authority_code, account.role))
    session.record_as(f"account:{account.id}", via="page")
    end_session(session, request)
    session.connection().execute(_PRUNE)
    token, now = new_token(), now_utc()
    session.add(
        SignInSession(
            account_id=account.id,
            token_hash=hash_token(token),
            csrf_token=new_token(),
            method=method,
            browser=name_of_browser(request.headers.get("user-agent", "")),
            oidc_id_token=oidc_id_token,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=settings.session_hours),
        )
    )
    account.signed_in_at = now
    session.add(account)
    session.flush()
    note_event("signed_in", actor=f"account:{account.id}", method=method)
    return token


def end_session(session: WriteSession, request: Request) -> None:
    """End this browser's session, whoever's it is; nothing happens where there is none."""
    if token := request.cookies.get(COOKIE):
        session.connection().execute(_END, {"token_hash": hash_token(token)})


def signed_in_response(token: str, to: str = "/office/places") -> RedirectResponse:
    """Send a browser on with its new session. `to` is an address of ours (see `app.accounts.destinations`)."""
    response = RedirectResponse(to, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    set_cookie(response, COOKIE, token)
    return response


def signed_out_response(to: str = "/sign-in") -> RedirectResponse:
    """Send a browser on without a session, and have it forget what it keeps of ours."""
    response = RedirectResponse(to, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    response.headers["Clear-Site-Data"] = '"storage"'
    delete_cookie(response, COOKIE)
    return response


def set_cookie(response: Response, name: str, value: str, *, lifetime: timedelta | None = None) -> None:
    """Set a cookie that only this host reads, over HTTPS only, and no script; until the browser closes by default."""
    seconds = int(lifetime.total_seconds()) if lifetime else None
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def delete_cookie(response: Response, name: str) -> None:
    """Have the browser forget a cookie that `set_cookie` set."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


class NoteSeenSessions:
    """ASGI middleware that notes the last use of a session, once a minute at most, after the answer has left.

    Requests that read run in READ ONLY transactions, and nobody should wait for a note.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; afterwards, note that its session was used."""
        await self.app(scope, receive, send)
        seen = scope.get("state", {}).get(SEEN_SESSION)
        if seen is not None:
            await run_in_threadpool(_note_seen, scope["app"].state.engine, seen)


def _note_seen(engine: Engine, session_id: int) -> None:
    try:
        with translated(), engine.begin() as connection:
            connection.execute(_SEE, {"session_id": session_id})
    except DatabaseUnavailable:
        log.warning("session_not_noted")  # the answer has left; the next request notes it


_SESSION = text("SELECT * FROM session_of(:token_hash, :idle)")
_SEE = text("SELECT see_session(:session_id)")
_END = text("SELECT end_session(:token_hash)")
_PRUNE = text("SELECT prune_sign_ins()")
