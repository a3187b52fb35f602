"""Decisions about the accounts of an authority: who is added, with what role, and who leaves."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from app.accounts import queries
from app.db.sessions import WriteSession
from app.errors import Conflict, InvalidInput, NotFound
from app.mail.addresses import parse_address
from app.tables import Account
from app.vocabulary import ACCOUNT_ROLES, Role

INVITATION = timedelta(days=3)
LONGEST_NAME = 100
_ROLES = {role.value for role in ACCOUNT_ROLES}


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """A person to add, as they were typed in."""

    name: str
    email: str
    role: str
    councillor_id: int | None = None


def add_account(session: WriteSession, authority_code: str, draft: AccountDraft) -> Account:
    """Add a person who can sign in. They have no password yet: `invite` makes a link by which they choose one.

    Raises:
        InvalidInput: a value is wrong; `field` names it.
        Conflict: somebody has this address.
    """
    name = " ".join(draft.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("Enter the person's name.", f"At most {LONGEST_NAME} characters.", field="name")
    email = parse_address(draft.email).lower()
    _check_role(session, authority_code, draft.role, draft.councillor_id, None)
    if not queries.has_authority(session, authority_code):
        raise InvalidInput(
            f"The register has no authority {authority_code}.",
            "Load the bundled data, or name an authority that is there.",
            field="authority",
        )
    if queries.find_account_by_email(session, email) is not None:
        raise Conflict("Somebody has an account with this address.", "Look for it in the list, or use another address.")
    account = Account(
        authority_code=authority_code,
        role=draft.role,
        name=name,
        email=email,
        councillor_id=draft.councillor_id,
    )
    session.add(account)
    session.flush()
    return account


def change_role(session: WriteSession, account: Account, role: str, councillor_id: int | None) -> None:
    """Give somebody another role. They sign in again, so that no page shows what they may not see any more.

    Raises:
        InvalidInput: the role is none, or a councillor's account stands for no councillor.
        Conflict: they are the last administrator.
    """
    _check_role(session, account.authority_code, role, councillor_id, account.id)
    if account.role == role and account.councillor_id == councillor_id:
        return
    if role != Role.ADMINISTRATOR.value:
        _keep_an_administrator(session, account)
    account.role, account.councillor_id = role, councillor_id
    session.add(account)
    session.flush()
    queries.end_sessions(session, id_of(account))
    if role not in {Role.OFFICER.value, Role.ADMINISTRATOR.value}:
        queries.revoke_keys(session, id_of(account))


def deactivate(session: WriteSession, account: Account) -> None:
    """Somebody leaves: sessions and keys end, secrets are destroyed. What they did stays in the ledger.

    Raises:
        Conflict: they are the last administrator.
    """
    if not account.is_active:
        return
    _keep_an_administrator(session, account)
    queries.end_sessions(session, id_of(account))
    queries.revoke_keys(session, id_of(account))
    queries.remove_secrets(session, id_of(account), password=True)
    account.is_active = False
    session.add(account)
    session.flush()


def activate(session: WriteSession, account: Account) -> None:
    """Somebody comes back. They need a new invitation to choose a password.

    Raises:
        Conflict: another account stands for the same councillor by now, or the person was erased.
    """
    if account.erased_at is not None:
        raise Conflict("This person was erased: nothing is left to sign in with.", "Add a new account for them.")
    if account.councillor_id is not None:
        _check_role(session, account.authority_code, account.role, account.councillor_id, account.id)
    account.is_active = True
    session.add(account)
    session.flush()


def invite(session: WriteSession, account: Account, *, without_authenticator: bool = False) -> str:
    """The token of a link by which somebody chooses a password; sessions and the old password hold until they do.

    Args:
        session: the transaction.
        account: for whom it is.
        without_authenticator: forget their authenticator, which they have lost.

    Raises:
        Conflict: the account is not in use.
    """
    if not account.is_active:
        raise Conflict("This account is not in use.", "Take it into use again first.")
    if without_authenticator:
        queries.remove_secrets(session, id_of(account), password=False)
    return queries.make_link(session, id_of(account), "invitation", INVITATION)


def get_account(session: Session, authority_code: str, account_id: int) -> Account:
    """One account of an authority.

    Raises:
        NotFound: there is none.
    """
    account = queries.find_account(session, authority_code, account_id)
    if account is None:
        raise NotFound("There is no such account.", "Look for the person in the list.")
    return account


def get_account_by_email(session: Session, email: str) -> Account:
    """The account with an address, of whichever authority.

    Raises:
        NotFound: there is none.
    """
    account = queries.find_account_by_email(session, email.strip().lower())
    if account is None:
        raise NotFound(f"Nobody has an account with the address {email}.", "List them: safeplaces users list")
    return account


def id_of(account: Account) -> int:
    """The id of a stored account."""
    assert account.id is not None  # noqa: S101 - stored accounts have one, for mypy
    return account.id


def _check_role(
    session: WriteSession, authority_code: str, role: str, councillor_id: int | None, account_id: int | None
) -> None:
    if role not in _ROLES:
        raise InvalidInput("Choose a role.", f"One of: {', '.join(sorted(_ROLES))}.", field="role")
    if role != Role.COUNCILLOR.value:
        if councillor_id is not None:
            raise InvalidInput(
                "Only a councillor's account stands for a councillor.", "Choose the role Councillor.", field="role"
            )
        return
    free = {id_ for id_, _ in queries.list_free_councillors(session, authority_code, account_id)}
    if councillor_id not in free:
        raise InvalidInput(
            "Choose the councillor for whom this account stands.",
            "One who has no account yet; councillors are loaded with the divisions.",
            field="councillor",
        )


def _keep_an_administrator(session: WriteSession, account: Account) -> None:
    if account.role != Role.ADMINISTRATOR.value or not account.is_active:
        return
    if not set(queries.lock_administrators(session, account.authority_code)) - {account.id}:
        raise Conflict(
            f"{account.name} is the last administrator of this authority.",
            "Make somebody else an administrator first.",
        )
