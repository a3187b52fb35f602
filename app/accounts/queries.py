"""Statements about accounts, their sessions and their secrets.

Secrets are reached through functions of the database (migrations/sql/0003_accounts.sql): the web's role reads none of
their tables. "Own" is the account for which the transaction was confined.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlmodel import Session, col, select, update

from app.accounts.sessions import hash_token, new_token
from app.db.sessions import Bounds, WriteSession, confine
from app.tables import Account, ApiKey, Authority, Councillor, SignInLink, SignInSession
from app.tables.base import now_utc
from app.vocabulary import Role


class KnownAccount(NamedTuple):
    """What is known of an account before its person has signed in."""

    account_id: int
    authority_code: str
    role: str

    @property
    def bounds(self) -> Bounds:
        """What the database lets this person reach."""
        return Bounds(self.account_id, self.authority_code, self.role)


class StoredPassword(NamedTuple):
    """An account that has a password or could have one."""

    account: KnownAccount
    password_hash: str | None
    has_authenticator: bool


class OwnSecret(NamedTuple):
    """What proves the account for which the transaction is confined."""

    password_hash: str | None = None
    totp_secret: str | None = None
    totp_confirmed_at: datetime | None = None
    totp_last_step: int | None = None
    recovery_codes: int = 0


class Protection(NamedTuple):
    """How an account is protected."""

    has_password: bool = False
    has_authenticator: bool = False


def find_password(connection: Connection, email: str) -> StoredPassword | None:
    """The password of the active account with this address."""
    row = connection.execute(text("SELECT * FROM account_secret_of(:email)"), {"email": email}).one_or_none()
    if row is None:
        return None
    account = KnownAccount(row.account_id, row.authority_code, row.role)
    return StoredPassword(account, row.password_hash, row.has_authenticator)


def enter(session: WriteSession, known: KnownAccount) -> Account:
    """Confine a transaction to somebody who has shown who they are and let it act in their name. Their account."""
    confine(session, known.bounds)
    session.record_as(f"account:{known.account_id}", via="page")
    return session.exec(select(Account).where(col(Account.id) == known.account_id)).one()


# Own secrets


def get_own_secret(session: Session) -> OwnSecret:
    """What is stored; nothing of anything where the person never had a secret here."""
    row = session.connection().execute(text("SELECT * FROM own_secret()")).one_or_none()
    return OwnSecret(*row) if row else OwnSecret()


def set_own_password(session: WriteSession, password_hash: str) -> None:
    """Store a password's hash."""
    session.connection().execute(text("SELECT set_own_password(:hash)"), {"hash": password_hash})


def set_own_totp(session: WriteSession, encrypted_seed: str) -> None:
    """Store a seed that is not asked for yet; one that is in use is not replaced."""
    session.connection().execute(text("SELECT set_own_totp(:seed)"), {"seed": encrypted_seed})


def confirm_own_totp(session: WriteSession) -> None:
    """Have the authenticator asked for from now on."""
    session.connection().execute(text("SELECT confirm_own_totp()"))


def use_own_totp_step(session: WriteSession, step: int) -> bool:
    """Whether no code of this half minute, or of a later one, was used before; it is now."""
    return bool(session.connection().execute(text("SELECT use_own_totp_step(:step)"), {"step": step}).scalar_one())


def remove_own_totp(session: WriteSession) -> None:
    """Forget the authenticator and its recovery codes."""
    session.connection().execute(text("SELECT remove_own_totp()"))


def set_own_recovery_codes(session: WriteSession, hashes: list[str]) -> None:
    """Replace all recovery codes."""
    statement = text("SELECT set_own_recovery_codes(CAST(:hashes AS text[]))")
    session.connection().execute(statement, {"hashes": hashes})


def use_own_recovery_code(session: WriteSession, code_hash: str) -> bool:
    """Whether this is a recovery code that was not used before; it is now."""
    statement = text("SELECT use_own_recovery_code(:hash)")
    return bool(session.connection().execute(statement, {"hash": code_hash}).scalar_one())


def remember_browser(session: WriteSession, token: str) -> None:
    """A browser is known to the account from now on."""
    session.connection().execute(text("SELECT remember_browser(:hash)"), {"hash": hash_token(token)})


def forget_own_browsers(session: WriteSession) -> None:
    """No browser is known any more."""
    session.connection().execute(text("SELECT forget_own_browsers()"))


# Links


def make_link(session: WriteSession, account_id: int, purpose: str, lifetime: timedelta) -> str:
    """A random token that stands for an account; see `SignInLink`."""
    token, now = new_token(), now_utc()
    session.add(
        SignInLink(
            account_id=account_id,
            token_hash=hash_token(token),
            purpose=purpose,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


class Linked(NamedTuple):
    """Whom a link is for."""

    account: KnownAccount
    email: str | None
    name: str


def find_link(connection: Connection, token: str, purpose: str) -> Linked | None:
    """Whom a link is for; None where it is unknown, used or too old. Does not use it up."""
    statement = text("SELECT * FROM account_of_link(:hash, :purpose)")
    row = connection.execute(statement, {"hash": hash_token(token), "purpose": purpose}).one_or_none()
    return Linked(KnownAccount(row.account_id, row.authority_code, row.role), row.email, row.name) if row else None


def use_link(session: WriteSession, token: str, purpose: str) -> bool:
    """Whether this link was still good; it is not from now on."""
    statement = text("SELECT use_link(:hash, :purpose)")
    return bool(session.connection().execute(statement, {"hash": hash_token(token), "purpose": purpose}).scalar_one())


# Sessions


def list_sessions(session: Session, account_id: int, idle: timedelta) -> list[SignInSession]:
    """The sessions of an account that are running, the last used first."""
    now = now_utc()
    return list(
        session.exec(
            select(SignInSession)
            .where(
                col(SignInSession.account_id) == account_id,
                col(SignInSession.ended_at).is_(None),
                col(SignInSession.expires_at) > now,
                col(SignInSession.seen_at) > now - idle,
            )
            .order_by(col(SignInSession.seen_at).desc(), col(SignInSession.id).desc())
        )
    )


def end_sessions(session: WriteSession, account_id: int, *, only: int | None = None, but: int | None = None) -> None:
    """End an account's sessions: all, `only` one, or all `but` one."""
    statement = (
        update(SignInSession)
        .where(col(SignInSession.account_id) == account_id, col(SignInSession.ended_at).is_(None))
        .values(ended_at=now_utc(), oidc_id_token=None)
    )
    if only is not None:
        statement = statement.where(col(SignInSession.id) == only)
    if but is not None:
        statement = statement.where(col(SignInSession.id) != but)
    session.exec(statement)


# Accounts of an authority


def list_accounts(session: Session, authority_code: str | None) -> list[tuple[Account, str | None]]:
    """The accounts of an authority (of all with None) with their councillors' names: those in use first, by name."""
    statement = (
        select(Account, Councillor.name)
        .join(Councillor, col(Councillor.id) == col(Account.councillor_id), isouter=True)
        .where(col(Account.erased_at).is_(None))
        .order_by(col(Account.is_active).desc(), col(Account.name), col(Account.id))
    )
    if authority_code is not None:
        statement = statement.where(col(Account.authority_code) == authority_code)
    return [(account, name) for account, name in session.exec(statement)]


def find_account(session: Session, authority_code: str, account_id: int) -> Account | None:
    """One account of an authority."""
    return session.exec(
        select(Account).where(
            col(Account.id) == account_id,
            col(Account.authority_code) == authority_code,
            col(Account.erased_at).is_(None),
        )
    ).one_or_none()


def find_account_by_email(session: Session, email: str) -> Account | None:
    """The account with an address, in use or not."""
    return session.exec(select(Account).where(col(Account.email) == email)).one_or_none()


def has_authority(session: Session, code: str) -> bool:
    """Whether the register knows an authority."""
    return session.exec(select(Authority.code).where(col(Authority.code) == code)).one_or_none() is not None


def list_free_councillors(session: Session, authority_code: str, account_id: int | None) -> list[tuple[int, str]]:
    """Councillors of an authority for whom no other account in use stands, by name."""
    taken = select(Account.councillor_id).where(
        col(Account.councillor_id).is_not(None), col(Account.is_active), col(Account.id) != (account_id or 0)
    )
    rows = session.exec(
        select(Councillor.id, Councillor.name)
        .where(col(Councillor.authority_code) == authority_code, col(Councillor.id).not_in(taken))
        .order_by(Councillor.name)
    )
    return [(id_, name) for id_, name in rows if id_ is not None]


def lock_administrators(session: WriteSession, authority_code: str) -> list[int]:
    """The administrators of an authority who can sign in, locked so that two do not remove each other at once."""
    rows = session.exec(
        select(Account.id)
        .where(
            col(Account.authority_code) == authority_code,
            col(Account.role) == Role.ADMINISTRATOR.value,
            col(Account.is_active),
        )
        .order_by(col(Account.id))
        .with_for_update()
    )
    return [id_ for id_ in rows if id_ is not None]


def protections_of(session: Session, account_ids: list[int]) -> dict[int, Protection]:
    """How accounts are protected, by their ids."""
    rows = session.connection().execute(
        text("SELECT * FROM protection_of(CAST(:ids AS integer[]))"), {"ids": account_ids}
    )
    return {row.account_id: Protection(row.has_password, row.has_authenticator) for row in rows}


def remove_secrets(session: WriteSession, account_id: int, *, password: bool) -> None:
    """Forget the authenticator, the recovery codes and the known browsers of an account, and its password too."""
    statement = text("SELECT remove_secrets_of(:account, :password)")
    session.connection().execute(statement, {"account": account_id, "password": password})


def revoke_keys(session: WriteSession, account_id: int) -> None:
    """End the API keys that an account made."""
    session.exec(
        update(ApiKey)
        .where(col(ApiKey.account_id) == account_id, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=now_utc())
    )
