"""How a route says for whom it is: `identity: Annotated[Identity, Depends(allow(Action.WRITE_PLACES))]`.

It stands before the session among the parameters, so that the session is confined to what the asker may reach. Routes
under /api/ take a key as a bearer token and nothing else; pages take the session's cookie and nothing else.
"""

from dataclasses import dataclass
from functools import cache
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request

from app.accounts.keys import KEY_BEGINS, SEEN_KEY, find_key
from app.accounts.sessions import COOKIE, find_identity
from app.db.sessions import Bounds, reading
from app.errors import Forbidden, NotSignedIn
from app.http.rate_limits import count_key, count_unknown_key
from app.http.security_log import note_event
from app.permissions.identity import PUBLIC, Identity
from app.permissions.table import Action, require

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "x-csrf-token"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def sent_csrf_token(request: Request) -> str:
    """The token that a form holds (or a script sends as a header); empty where there is none."""
    if request.method in SAFE_METHODS:
        return ""
    if header := request.headers.get(CSRF_HEADER):
        return header
    if request.headers.get("content-type", "").startswith(FORMS):
        token = (await request.form()).get(CSRF_FIELD)
        return token if isinstance(token, str) else ""
    return ""


@dataclass(frozen=True)
class Allowed:
    """A dependency that gives the identity of who asks, if they may do `action`."""

    action: Action

    def __call__(self, request: Request, csrf_token: Annotated[str, Depends(sent_csrf_token)]) -> Identity:
        """Who asks.

        Raises:
            NotSignedIn: it is not known who asks.
            Forbidden: they may not, or a form came without this session's token.
        """
        identity = identify(request)
        request.state.identity = identity
        try:
            require(identity, self.action)
            if identity.session_id is not None and request.method not in SAFE_METHODS:
                require_csrf_token(identity, csrf_token)
        except Forbidden:
            note_event("refused", actor=identity.actor, action=self.action.value)
            raise
        request.state.bounds = bounds_of(identity)
        return identity


@cache
def allow(action: Action) -> Allowed:
    """The dependency for an action: the same one each time, so that FastAPI asks once for each request."""
    return Allowed(action)


def bounds_of(identity: Identity) -> Bounds:
    """What the database lets somebody reach."""
    return Bounds(
        identity.account_id, identity.authority_code, identity.role.value, actor=identity.actor, via=identity.via
    )


def identify(request: Request) -> Identity:
    """Who makes a request. A key or a cookie that is not good (any more) is not taken for the public.

    Raises:
        NotSignedIn: the key or the session is unknown or over.
        TooManyRequests: a key is used too often.
    """
    if request.url.path.startswith("/api/"):
        return identify_program(request)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return PUBLIC
    with reading(request) as session:
        identity = find_identity(session, cookie, request)
    if identity is None:
        raise NotSignedIn(
            "You have been signed out.", "Sign in again. What you typed may still be in the form: go back."
        )
    return identity


def identify_program(request: Request) -> Identity:
    """Which key came as a bearer token. One that came in another way has been seen by others: it is refused.

    Raises:
        NotSignedIn: the key is unknown, over, or not in the header.
        TooManyRequests: the key has been used more often in this minute than it may.
    """
    refuse_misplaced_key(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return PUBLIC
    with reading(request) as session:
        known = find_key(session, token.strip()) if scheme.lower() == "bearer" else None
    if known is None:
        count_unknown_key(request)
        raise NotSignedIn(
            "This API key is unknown, has expired or was revoked.",
            "Send a key that is in date as 'Authorization: Bearer spk_…'.",
        )
    count_key(request, known.identity.key_prefix or "", known.per_minute)
    if known.seen_long_ago:
        setattr(request.state, SEEN_KEY, known.key_id)
    return known.identity


def refuse_misplaced_key(request: Request) -> None:
    """Refuse a key in an address or a cookie: addresses are logged, kept and passed on.

    Raises:
        NotSignedIn: there is one.
    """
    places = (*request.query_params.values(), *request.cookies.values())
    if any(value.startswith(KEY_BEGINS) for value in places):
        raise NotSignedIn(
            "An API key was sent in the address or in a cookie, where others can read it.",
            "Send it as 'Authorization: Bearer spk_…'. Have this one replaced: addresses are kept in many places.",
        )


def require_csrf_token(identity: Identity, sent: str) -> None:
    """Check that a form was ours.

    Raises:
        Forbidden: the token is missing or of another session.
    """
    if not compare_digest(identity.csrf_token.encode(), sent.encode()):
        raise Forbidden(
            "This form was not sent from one of our pages, or you signed in again since it was opened.",
            "Go back, load the page again, and send the form once more.",
        )
