"""API keys: who a bearer token stands for, and that it was used."""

from hmac import compare_digest
from typing import NamedTuple

import structlog
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine, text
from sqlmodel import Session
from starlette.types import ASGIApp, Receive, Scope, Send

from app.accounts.sessions import hash_token
from app.db.failures import translated
from app.errors import DatabaseUnavailable
from app.permissions.identity import Identity
from app.permissions.table import KEY_SCOPES
from app.vocabulary import Role

log = structlog.get_logger(__name__)

KEY_BEGINS = "spk_"
PREFIX_LENGTH = 12
"""`spk_` and eight characters, which may be shown and logged; the rest is secret."""
SEEN_KEY = "seen_key"
"""The name in a request's state of the key whose last use is to be noted once the answer has left."""


class KnownKey(NamedTuple):
    """A key that is good: who it stands for, and how often it may be used in a minute."""

    key_id: int
    identity: Identity
    per_minute: int
    seen_long_ago: bool


def find_key(session: Session, token: str) -> KnownKey | None:
    """The key of a bearer token; None where it is unknown, has expired or was revoked, or its maker has left.

    A key does what its maker may do, narrowed to its scopes, and never what an administrator alone may.
    """
    if not token.startswith(KEY_BEGINS):
        return None
    row = session.connection().execute(_KEY, {"prefix": token[:PREFIX_LENGTH]}).one_or_none()
    if row is None or not compare_digest(bytes(row.key_hash), hash_token(token)):
        return None
    maker = Role(row.maker_role)
    identity = Identity(
        role=Role.OFFICER if maker is Role.ADMINISTRATOR else maker,
        account_id=row.account_id,
        name=row.name,
        authority_code=row.authority_code,
        via="api",
        key_prefix=row.prefix,
        scopes=frozenset(row.scopes) & KEY_SCOPES,
    )
    return KnownKey(row.key_id, identity, row.per_minute, row.seen_long_ago)


class NoteSeenKeys:
    """ASGI middleware that notes the last use of a key, once a minute at most, after the answer has left."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; afterwards, note that its key was used."""
        await self.app(scope, receive, send)
        seen = scope.get("state", {}).get(SEEN_KEY)
        if seen is not None:
            await run_in_threadpool(_note_seen, scope["app"].state.engine, seen)


def _note_seen(engine: Engine, key_id: int) -> None:
    try:
        with translated(), engine.begin() as connection:
            connection.execute(_SEE, {"key_id": key_id})
    except DatabaseUnavailable:
        log.warning("key_not_noted")  # the answer has left; the next request notes it


_KEY = text("SELECT * FROM key_of(:prefix)")
_SEE = text("SELECT see_key(:key_id)")
