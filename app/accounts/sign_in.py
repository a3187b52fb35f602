"""Signing in to a local account: a password, then the code of an authenticator where the account has one."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts import queries
from app.accounts.attempts import Origin, begin_code_attempt, begin_password_attempt, take_back
from app.accounts.authenticators import PURPOSE, hash_recovery_code, step_of_code
from app.accounts.passwords import accept_password, hash_password, is_password
from app.accounts.secret import decrypt
from app.db.failures import translated
from app.db.sessions import WriteSession
from app.errors import InvalidInput
from app.http.security_log import note_event
from app.settings import Settings

SECOND_STEP = timedelta(minutes=10)
"""How long the code may be entered after the password."""
WRONG = "The e-mail address or the password is not right."
WRONG_REMEDY = "Check both. Passwords tell small letters from capitals."


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of an attempt. `account` is who it was, where it was right; `wait_s` says how long to wait."""

    account: queries.KnownAccount | None = None
    needs_code: bool = False
    wait_s: int = 0


def judge_password(engine: Engine, email: str, password: str, origin: Origin) -> Judged:
    """Whether a password is right. Takes a while; holds no transaction meanwhile; the same work whoever is asked for.

    The attempt is counted first, in a transaction of its own, so that it counts whatever happens next.
    """
    email = email.strip().lower()
    with translated(), engine.begin() as connection:
        attempt = begin_password_attempt(connection, email, origin)
        if attempt.wait_s:
            note_event("sign_in_failed", method="password", held_up=True)
            return Judged(wait_s=attempt.wait_s)
        stored = queries.find_password(connection, email)
    if not is_password(password, stored.password_hash if stored else None) or stored is None:
        note_event(
            "sign_in_failed", method="password", actor=f"account:{stored.account.account_id}" if stored else None
        )
        return Judged()
    with translated(), engine.begin() as connection:
        take_back(connection, attempt)
    return Judged(stored.account, needs_code=stored.has_authenticator)


def begin_second_step(session: WriteSession, account: queries.KnownAccount) -> str:
    """The token of somebody whose password was right and whose code is asked for next."""
    queries.enter(session, account)
    return queries.make_link(session, account.account_id, "code", SECOND_STEP)


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What was sent at the second step: the token of the first, and a code of an authenticator or a recovery code."""

    token: str
    code: str
    origin: Origin


def judge_code(session: WriteSession, engine: Engine, settings: Settings, step: SecondStep) -> Judged | None:
    """Whether a code is right; None where the first step is too long ago. A right one is used up, and so is the token.

    As with passwords, the attempt is counted first, in a transaction of its own.
    """
    with translated(), engine.begin() as connection:
        linked = queries.find_link(connection, step.token, "code")
        if linked is None:
            return None
        attempt = begin_code_attempt(connection, linked.account.account_id, step.origin)
    if attempt.wait_s:
        return Judged(wait_s=attempt.wait_s)
    queries.enter(session, linked.account)
    if not _use_code(session, settings, step.code) or not queries.use_link(session, step.token, "code"):
        note_event("sign_in_failed", method="code", actor=f"account:{linked.account.account_id}")
        return Judged()
    take_back(session.connection(), attempt)
    return Judged(linked.account)


def _use_code(session: WriteSession, settings: Settings, code: str) -> bool:
    secret = queries.get_own_secret(session)
    if secret.totp_secret is None or secret.totp_confirmed_at is None:
        return False
    half_minute = step_of_code(decrypt(settings, PURPOSE, secret.totp_secret), code)
    if half_minute is not None:
        return queries.use_own_totp_step(session, half_minute)
    return queries.use_own_recovery_code(session, hash_recovery_code(code))


def find_invitation(session: Session, token: str) -> queries.Linked | None:
    """Whom an invitation is for; None where it is unknown, used or too old. Looking at it does not use it up."""
    return queries.find_link(session.connection(), token, "invitation")


def accept_invitation(session: WriteSession, token: str, password: str) -> bool:
    """Choose the password for which an invitation was made; whatever was signed in before is not any more.

    False where somebody else used the invitation in the meantime.

    Raises:
        InvalidInput: the password is not accepted, or the invitation is over.
    """
    linked = find_invitation(session, token)
    if linked is None:
        raise InvalidInput(
            "This link has been used, or it is too old.", "Ask an administrator for a new one.", field="password"
        )
    accepted = hash_password(accept_password(password, email=linked.email, name=linked.name))
    if not queries.use_link(session, token, "invitation"):
        return False
    queries.enter(session, linked.account)
    queries.set_own_password(session, accepted)
    queries.forget_own_browsers(session)
    queries.end_sessions(session, linked.account.account_id)
    return True
