"""Sessions of signed-in browsers: a random token in a cookie, everything else in the database."""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import text
from sqlmodel import Session

from app.permissions.identity import Identity
from app.vocabulary import Role

COOKIE = "__Host-session"
"""The prefix makes browsers insist on Secure, on the whole site, and on no other host's setting it."""
IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)


def hash_token(token: str) -> bytes:
    """What is stored of a random token: its SHA-256. A token has 256 random bits, so no slow hash is needed."""
    return sha256(token.encode()).digest()


def find_identity(session: Session, token: str) -> Identity | None:
    """Who a session's token stands for; None where it ended, was idle for too long, or never was."""
    row = session.connection().execute(_IDENTITY, {"token_hash": hash_token(token), "idle": IDLE}).one_or_none()
    if row is None:
        return None
    return Identity(
        role=Role(row.role),
        account_id=row.account_id,
        name=row.name,
        authority_code=row.authority_code,
        councillor_id=row.councillor_id,
        session_id=row.id,
        csrf_token=row.csrf_token,
    )


_IDENTITY = text("""
    SELECT session.id, session.csrf_token, session.account_id, account.role, account.name, account.authority_code,
           account.councillor_id
    FROM sign_in_session AS session JOIN account ON account.id = session.account_id AND account.is_active
    WHERE session.token_hash = :token_hash AND session.ended_at IS NULL
      AND session.expires_at > statement_timestamp()
      AND session.seen_at > statement_timestamp() - CAST(:idle AS interval)
""")
