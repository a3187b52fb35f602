"""Statements about accounts that sign in at a provider (migrations/sql/0003_sign_in.sql)."""

from typing import NamedTuple

from sqlalchemy import func, text
from sqlmodel import col, select

from app.accounts.sessions import hash_token
from app.db.sessions import WriteSession
from app.tables import Account, Councillor


class Candidate(NamedTuple):
    """An account that somebody at the provider could have.

    Attributes:
        is_same: it signed in there as the same person before.
        is_linked: it signed in there as somebody.
    """

    account_id: int
    authority_code: str
    role: str
    councillor_id: int | None
    is_active: bool
    is_same: bool
    is_linked: bool


def lock_subject(session: WriteSession, issuer: str, subject: str) -> None:
    """Have somebody's first sign-ins at two browsers follow one another, so that one account is made."""
    statement = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")
    session.connection().execute(statement, {"subject": f"oidc {issuer} {subject}"})


def list_candidates(session: WriteSession, issuer: str, subject: str, email: str | None) -> list[Candidate]:
    """The account that signed in as this person before, and the one with their address."""
    statement = text("SELECT * FROM accounts_of_provider(:issuer, :subject, :email)")
    rows = session.connection().execute(statement, {"issuer": issuer, "subject": subject, "email": email})
    return [Candidate(*row) for row in rows]


def get_account(session: WriteSession, account_id: int) -> Account:
    """An account of the authority for which the transaction is confined, locked until it ends."""
    return session.exec(select(Account).where(col(Account.id) == account_id).with_for_update()).one()


def find_councillor(session: WriteSession, authority_code: str, email: str | None) -> int | None:
    """The councillor of an authority with an address, for whom no other account stands."""
    if email is None:
        return None
    taken = select(Account.councillor_id).where(col(Account.councillor_id).is_not(None), col(Account.is_active))
    return session.exec(
        select(Councillor.id).where(
            col(Councillor.authority_code) == authority_code,
            func.lower(Councillor.email) == email,
            col(Councillor.id).not_in(taken),
        )
    ).first()


def find_id_token(session: WriteSession, token: str) -> str | None:
    """The ID token with which a browser's session began; None where it began another way, or is over."""
    statement = text("SELECT id_token_of_session(:hash)")
    id_token: str | None = session.connection().execute(statement, {"hash": hash_token(token)}).scalar_one_or_none()
    return id_token
