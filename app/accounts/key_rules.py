"""Decisions about API keys: what a key may be good for, how long, and how one follows another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import Session, col, select

from app.accounts.keys import KEY_BEGINS, PREFIX_LENGTH
from app.accounts.sessions import hash_token, new_token
from app.db.sessions import WriteSession
from app.errors import Conflict, InvalidInput, NotFound
from app.permissions.table import KEY_SCOPES, Action
from app.tables import Account, ApiKey
from app.tables.base import now_utc

LONGEST_NAME = 100
USUAL_LIFE = timedelta(days=365)
LONGEST_LIFE = timedelta(days=731)
"""Two years, one of them a leap year."""
USUAL_RATE = 600
FASTEST_RATE = 6000
LONGEST_OVERLAP = timedelta(days=90)

SCOPE_LABELS: dict[Action, str] = {
    Action.READ_PLACES: "Read all places of the register, published or not",
    Action.READ_PRIVATE: "Read private contacts and notes",
    Action.WRITE_PLACES: "Add and change places",
    Action.CHANGE_STATUS: "List, suspend and withdraw places",
    Action.APPROVE_CHANGES: "Approve changes that wait",
    Action.MERGE_PLACES: "Merge duplicates",
    Action.READ_HISTORY: "Read the history",
    Action.WRITE_AUDITS: "Record checks",
    Action.READ_CIRCULATION: "Read how councillors are told",
}
"""What each scope of a key lets a program do."""


@dataclass(frozen=True, slots=True)
class KeyDraft:
    """A key to make, as it was asked for."""

    name: str
    scopes: Sequence[str] = field(default_factory=tuple)
    life: timedelta = USUAL_LIFE
    per_minute: int = USUAL_RATE


def make_key(session: WriteSession, maker: Account, draft: KeyDraft) -> tuple[ApiKey, str]:
    """Make a key in the name of an account. The key, and its token, which is stored nowhere.

    Raises:
        InvalidInput: a value is wrong; `field` names it.
        Conflict: the account is not in use.
    """
    name = " ".join(draft.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("Enter what the key is for.", f"At most {LONGEST_NAME} characters.", field="name")
    unknown = sorted(set(draft.scopes) - KEY_SCOPES)
    if not draft.scopes or unknown:
        what = f"There is no scope '{unknown[0]}'." if unknown else "Choose what the key is good for."
        raise InvalidInput(what, f"At least one of: {', '.join(sorted(KEY_SCOPES))}.", field="scopes")
    if not timedelta(0) < draft.life <= LONGEST_LIFE:
        raise InvalidInput("A key is good for two years at most.", "Choose a shorter time.", field="days")
    if not 1 <= draft.per_minute <= FASTEST_RATE:
        raise InvalidInput(
            "Enter how many requests a minute the key may make.",
            f"A whole number from 1 to {FASTEST_RATE}.",
            field="per_minute",
        )
    if not maker.is_active:
        raise Conflict("The account of whom this key would be is not in use.", "Name another account.")
    return _store(session, maker, draft, name, None)


def rotate_key(session: WriteSession, key: ApiKey, maker: Account, overlap: timedelta) -> tuple[ApiKey, str]:
    """Make the key that follows another: same name, scopes and rate. The old one goes on for `overlap`.

    Raises:
        InvalidInput: the overlap is too long.
        Conflict: the key is over, or another follows it already.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput("The old key may go on for 90 days at most.", "Choose a shorter time.", field="overlap")
    if is_over(key):
        raise Conflict("This key is over.", "Make a new one.")
    if session.exec(select(ApiKey.id).where(col(ApiKey.replaces_id) == key.id)).first() is not None:
        raise Conflict("Another key follows this one already.", "Replace that one, or revoke it first.")
    life = min(key.expires_at - key.created_at, LONGEST_LIFE)
    draft = KeyDraft(key.name, tuple(key.scopes), life, key.per_minute)
    made = _store(session, maker, draft, key.name, key.id)
    key.expires_at = min(key.expires_at, now_utc() + overlap)
    session.add(key)
    session.flush()
    return made


def revoke_key(session: WriteSession, key: ApiKey) -> None:
    """End a key at once; nothing happens where it has been revoked before."""
    if key.revoked_at is None:
        key.revoked_at = now_utc()
        session.add(key)
        session.flush()


def is_over(key: ApiKey) -> bool:
    """Whether a key is good for nothing any more."""
    return key.revoked_at is not None or key.expires_at <= now_utc()


def list_keys(session: Session, authority_code: str | None) -> list[tuple[ApiKey, str]]:
    """The keys of an authority (of all with None) with their makers' names, the newest first."""
    statement = (
        select(ApiKey, Account.name)
        .join(Account, col(Account.id) == col(ApiKey.account_id))
        .order_by(col(ApiKey.created_at).desc(), col(ApiKey.id).desc())
    )
    if authority_code is not None:
        statement = statement.where(col(ApiKey.authority_code) == authority_code)
    return list(session.exec(statement))


def get_key(session: Session, authority_code: str, key_id: int) -> ApiKey:
    """One key of an authority.

    Raises:
        NotFound: there is none.
    """
    statement = select(ApiKey).where(col(ApiKey.id) == key_id, col(ApiKey.authority_code) == authority_code)
    key = session.exec(statement).one_or_none()
    if key is None:
        raise NotFound("There is no such key.", "Look for it in the list.")
    return key


def get_key_by_prefix(session: Session, prefix: str) -> ApiKey:
    """The key with this visible part, of whichever authority.

    Raises:
        NotFound: there is none.
    """
    key = session.exec(select(ApiKey).where(col(ApiKey.prefix) == prefix[:PREFIX_LENGTH])).one_or_none()
    if key is None:
        raise NotFound(f"There is no key {prefix[:PREFIX_LENGTH]}.", "List them: safeplaces keys list")
    return key


def _store(
    session: WriteSession, maker: Account, draft: KeyDraft, name: str, replaces_id: int | None
) -> tuple[ApiKey, str]:
    assert maker.id is not None  # noqa: S101 - a stored account has one, for mypy
    token, now = KEY_BEGINS + new_token(), now_utc()
    key = ApiKey(
        authority_code=maker.authority_code,
        account_id=maker.id,
        name=name,
        prefix=token[:PREFIX_LENGTH],
        key_hash=hash_token(token),
        scopes=sorted(set(draft.scopes)),
        per_minute=draft.per_minute,
        created_at=now,
        expires_at=now + draft.life,
        replaces_id=replaces_id,
    )
    session.add(key)
    session.flush()
    return key, token
