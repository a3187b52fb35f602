"""API keys: who a bearer token stands for."""

from hmac import compare_digest

from sqlalchemy import text
from sqlmodel import Session

from app.accounts.sessions import hash_token
from app.permissions.identity import Identity
from app.vocabulary import Role

KEY_BEGINS = "spk_"
PREFIX_LENGTH = 12
"""`spk_` and eight characters, which may be shown and logged; the rest is secret."""


def find_key_identity(session: Session, token: str) -> Identity | None:
    """Who a bearer token stands for; None where it is unknown, has expired or was revoked."""
    if not token.startswith(KEY_BEGINS):
        return None
    row = session.connection().execute(_KEY, {"prefix": token[:PREFIX_LENGTH]}).one_or_none()
    if row is None or not compare_digest(bytes(row.key_hash), hash_token(token)):
        return None
    return Identity(
        role=Role.OFFICER,
        account_id=row.account_id,
        name=row.name,
        authority_code=row.authority_code,
        via="api",
        key_prefix=row.prefix,
        scopes=frozenset(row.scopes),
    )


_KEY = text("""
    SELECT api_key.key_hash, api_key.prefix, api_key.name, api_key.scopes, api_key.authority_code, api_key.account_id
    FROM api_key JOIN account ON account.id = api_key.account_id AND account.is_active
    WHERE api_key.prefix = :prefix AND api_key.revoked_at IS NULL AND api_key.expires_at > statement_timestamp()
""")
