"""What people do with their own accounts: another password, an authenticator, recovery codes."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.accounts import queries
from app.accounts.attempts import begin_own_attempt, take_back
from app.accounts.authenticators import PURPOSE, hash_recovery_code, new_recovery_codes, new_seed, step_of_code
from app.accounts.passwords import accept_password, hash_password, is_password
from app.accounts.secret import decrypt, encrypt
from app.db.failures import translated
from app.db.sessions import WriteSession
from app.errors import Conflict, InvalidInput, TooManyRequests
from app.permissions.identity import Identity
from app.settings import Settings
from app.tables import Account

WRONG_CODE = "This is not the code that your authenticator shows now."
WRONG_CODE_REMEDY = "Wait for the next code and enter that. Is the clock of your telephone right?"


@dataclass(frozen=True, slots=True)
class Seed:
    """An authenticator's seed that is shown once, to be scanned or typed."""

    seed: str
    email: str


def require_password(session: WriteSession, engine: Engine, identity: Identity, password: str) -> None:
    """Have somebody who is signed in show that it is still they, before a change that would lock them out.

    Raises:
        InvalidInput: the password is wrong, or there is none; `field` is "password".
        TooManyRequests: it was wrong too often.
    """
    assert identity.session_id is not None  # noqa: S101 - pages have a session, for mypy
    with translated(), engine.begin() as connection:
        attempt = begin_own_attempt(connection, identity.session_id)
    if attempt.wait_s:
        raise TooManyRequests(
            "The password was wrong too often.", "Wait a quarter of an hour.", retry_after_s=attempt.wait_s
        )
    stored = queries.get_own_secret(session).password_hash
    if not is_password(password, stored):
        raise InvalidInput("This is not your password.", "Enter the one with which you sign in.", field="password")
    take_back(session.connection(), attempt)


def change_password(session: WriteSession, account: Account, new: str) -> None:
    """Store another password and end all sessions of the account; the caller starts a new one for this browser.

    Raises:
        InvalidInput: the new password is not accepted; `field` is "new_password".
    """
    try:
        accepted = accept_password(new, email=account.email, name=account.name)
    except InvalidInput as error:
        raise InvalidInput(error.what, error.remedy, field="new_password") from error
    queries.set_own_password(session, hash_password(accepted))
    queries.forget_own_browsers(session)
    assert account.id is not None  # noqa: S101 - a stored account, for mypy
    queries.end_sessions(session, account.id)


def begin_authenticator(session: WriteSession, settings: Settings, account: Account) -> Seed:
    """Make a seed, which is not asked for until `confirm_authenticator`.

    Raises:
        Conflict: there is an authenticator already, or the installation has no secret.
    """
    if queries.get_own_secret(session).totp_confirmed_at is not None:
        raise Conflict("You have an authenticator already.", "Remove it first, then set up the new one.")
    seed = new_seed()
    queries.set_own_totp(session, encrypt(settings, PURPOSE, seed))
    return Seed(seed, account.email or account.name)


def waiting_seed(session: WriteSession, settings: Settings, account: Account) -> Seed:
    """The seed that waits for its first code.

    Raises:
        Conflict: none waits.
    """
    secret = queries.get_own_secret(session)
    if secret.totp_secret is None or secret.totp_confirmed_at is not None:
        raise Conflict("No authenticator is being set up.", "Start again from your account.")
    return Seed(decrypt(settings, PURPOSE, secret.totp_secret), account.email or account.name)


def confirm_authenticator(session: WriteSession, seed: Seed, code: str) -> list[str]:
    """Have the authenticator asked for from now on. Ten recovery codes, which nobody can read again.

    Raises:
        InvalidInput: the code is not the right one; `field` is "code".
    """
    step = step_of_code(seed.seed, code)
    if step is None or not queries.use_own_totp_step(session, step):
        raise InvalidInput(WRONG_CODE, WRONG_CODE_REMEDY, field="code")
    queries.confirm_own_totp(session)
    return renew_recovery_codes(session)


def renew_recovery_codes(session: WriteSession) -> list[str]:
    """Ten new recovery codes; those from before are good for nothing any more."""
    codes = new_recovery_codes()
    queries.set_own_recovery_codes(session, [hash_recovery_code(code) for code in codes])
    return codes
