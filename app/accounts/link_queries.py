"""Statements about links by e-mail (migrations/sql/0003_sign_in.sql)."""

from datetime import timedelta

from sqlalchemy import Connection, text

from app.accounts.queries import KnownAccount
from app.accounts.sessions import hash_token, new_token
from app.db.sessions import WriteSession
from app.tables import SignInLink
from app.tables.base import now_utc


def find_account_for_link(connection: Connection, email: str) -> KnownAccount | None:
    """The active account with this address, if it is one that signs in by links."""
    row = connection.execute(text("SELECT * FROM account_for_link(:email)"), {"email": email}).one_or_none()
    return KnownAccount(row.account_id, row.authority_code, row.role) if row else None


def make_sign_in_link(session: WriteSession, account_id: int, browser: str, lifetime: timedelta) -> str:
    """A link's token for the account for which the transaction is confined; older ones of the browser end."""
    browser_hash = hash_token(browser)
    session.connection().execute(text("SELECT end_own_links(:browser)"), {"browser": browser_hash})
    token, now = new_token(), now_utc()
    session.add(
        SignInLink(
            account_id=account_id,
            token_hash=hash_token(token),
            browser_hash=browser_hash,
            purpose="sign_in",
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def standing_of_link(connection: Connection, token: str, browser: str) -> str | None:
    """`good` or `elsewhere`; None where it is unknown, used or too old."""
    statement = text("SELECT standing_of_link(:hash, :browser)")
    values = {"hash": hash_token(token), "browser": hash_token(browser)}
    standing: str | None = connection.execute(statement, values).scalar_one_or_none()
    return standing


def use_sign_in_link(session: WriteSession, token: str, browser: str) -> KnownAccount | None:
    """Use a link up: its account for whoever comes first, None for everybody after."""
    statement = text("SELECT * FROM use_sign_in_link(:hash, :browser)")
    values = {"hash": hash_token(token), "browser": hash_token(browser)}
    row = session.connection().execute(statement, values).one_or_none()
    return KnownAccount(row.account_id, row.authority_code, row.role) if row else None
