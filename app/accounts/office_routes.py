"""/office/accounts: the people of an authority, for its administrators. And /office, which leads to its first page."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.accounts import letters, queries, rules
from app.accounts.access import allow
from app.accounts.destinations import START
from app.accounts.rules import AccountDraft, id_of
from app.accounts.shown import faults_of, idle_limit, see, show_account, show_sessions
from app.db.sessions import Reading, WriteSession, Writing
from app.errors import Conflict, InvalidInput, RegisterError
from app.http.pages import render
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.tables import Account, Councillor
from app.vocabulary import ACCOUNT_ROLES, ROLE_LABELS, Role
from web.views_accounts import AccountsPage, AddAccountPage, OneAccountPage
from web.views_office import Choice

READ = ["GET", "HEAD"]
DONE = {
    "added": "The person is added, and an e-mail is on its way to them.",
    "role": "The role is changed. They sign in again with it.",
    "session": "That session is ended.",
    "sessions": "They are signed out everywhere.",
    "reset": "A link is on its way to them.",
    "deactivated": "The account is ended.",
    "activated": "They can sign in again. If they use a password, send them a link now.",
}
ROLE_HINTS = {
    Role.COUNCILLOR: "Sees the places of their own division. Signs in by a link in an e-mail.",
    Role.AUDITOR: "Sees all places and records checks.",
    Role.OFFICER: "Keeps the register: adds, changes and lists places.",
    Role.ADMINISTRATOR: "An officer who also looks after people, keys and settings.",
}

router = APIRouter(prefix="/office", include_in_schema=False)
Administrator = Annotated[Identity, Depends(allow(Action.MANAGE_ACCOUNTS))]


class SentRole:
    """The role of a form, and the councillor; the field stands there for the other roles too, and says nothing then."""

    def __init__(
        self,
        role: Annotated[str, Form(max_length=20)] = "",
        councillor: Annotated[str, Form(max_length=12)] = "",
    ) -> None:
        self.role = role
        stands_for_one = role == Role.COUNCILLOR.value and councillor.isdecimal()
        self.councillor_id = int(councillor) if stands_for_one else None


def sent_draft(
    sent: Annotated[SentRole, Depends()],
    name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
) -> AccountDraft:
    """The person that a form describes."""
    return AccountDraft(name, email, sent.role, sent.councillor_id)


@router.api_route("", methods=READ)
def office(_: Annotated[Identity, Depends(allow(Action.USE_OWN_ACCOUNT))]) -> Response:
    """The first page of whoever signed in."""
    return see(START)


@router.api_route("/accounts", methods=READ)
def list_accounts(request: Request, identity: Administrator, session: Reading, done: str = "") -> Response:
    """Everybody of the authority who signs in, or did."""
    found = queries.list_accounts(session, _authority_of(identity))
    protections = queries.protections_of(session, [id_of(account) for account, _ in found])
    rows = tuple(
        show_account(account, protections.get(id_of(account), queries.Protection()), councillor, identity.account_id)
        for account, councillor in found
    )
    return render(request, "accounts.html", page=AccountsPage(rows, done=DONE.get(done, "")))


@router.api_route("/accounts/new", methods=READ)
def show_new_account(request: Request, identity: Administrator, session: Reading) -> Response:
    """The form for a new person."""
    return render(request, "accounts_new.html", page=_add_page(session, identity))


@router.post("/accounts/new")
def add_account(
    request: Request,
    identity: Administrator,
    session: Writing,
    draft: Annotated[AccountDraft, Depends(sent_draft)],
) -> Response:
    """Add a person and write to them."""
    _act(session, identity, "Added on the page of accounts")
    try:
        with session.begin_nested():
            account = rules.add_account(session, _authority_of(identity), draft)
            letters.send_invitation(session, account, letters.own_address(request), rules.invite(session, account))
    except (InvalidInput, Conflict) as error:
        page = _add_page(session, identity, draft, error)
        return render(request, "accounts_new.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)
    return see("/office/accounts?done=added")


@router.api_route("/accounts/{account_id}", methods=READ)
def show_one_account(
    request: Request, identity: Administrator, session: Reading, account_id: int, done: str = ""
) -> Response:
    """Somebody's account: where they are signed in, and what can be done for them."""
    account = rules.get_account(session, _authority_of(identity), account_id)
    page = replace(_one_page(request, session, identity, account), done=DONE.get(done, ""))
    return render(request, "accounts_one.html", page=page)


@router.post("/accounts/{account_id}/role")
def change_role(
    request: Request,
    identity: Administrator,
    session: Writing,
    account_id: int,
    sent: Annotated[SentRole, Depends()],
) -> Response:
    """Give somebody another role."""
    _act(session, identity, "Role changed on the page of accounts")
    account = rules.get_account(session, _authority_of(identity), account_id)
    try:
        with session.begin_nested():
            rules.change_role(session, account, sent.role, sent.councillor_id)
    except (InvalidInput, Conflict) as error:
        return _refused(request, session, identity, account, error)
    return see(f"/office/accounts/{account_id}?done=role")


@router.post("/accounts/{account_id}/sessions/end")
def end_all_sessions(identity: Administrator, session: Writing, account_id: int) -> Response:
    """Sign somebody out everywhere."""
    _act(session, identity, "Sessions ended on the page of accounts")
    account = rules.get_account(session, _authority_of(identity), account_id)
    queries.end_sessions(session, id_of(account))
    return see(f"/office/accounts/{account_id}?done=sessions")


@router.post("/accounts/{account_id}/sessions/{session_id}/end")
def end_one_session(identity: Administrator, session: Writing, account_id: int, session_id: int) -> Response:
    """Sign somebody out in one browser."""
    _act(session, identity, "Session ended on the page of accounts")
    account = rules.get_account(session, _authority_of(identity), account_id)
    queries.end_sessions(session, id_of(account), only=session_id)
    return see(f"/office/accounts/{account_id}?done=session")


@router.post("/accounts/{account_id}/reset")
def reset(
    request: Request,
    identity: Administrator,
    session: Writing,
    account_id: int,
    without_authenticator: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Send somebody the link by which they choose a password. The administrator never sees it."""
    _act(session, identity, "Asked for on the page of accounts")
    account = rules.get_account(session, _authority_of(identity), account_id)
    token = rules.invite(session, account, without_authenticator=without_authenticator == "yes")
    letters.send_reset(session, account, letters.own_address(request), token)
    return see(f"/office/accounts/{account_id}?done=reset")


@router.post("/accounts/{account_id}/deactivate")
def deactivate(request: Request, identity: Administrator, session: Writing, account_id: int) -> Response:
    """Somebody leaves."""
    _act(session, identity, "Ended on the page of accounts")
    account = rules.get_account(session, _authority_of(identity), account_id)
    try:
        with session.begin_nested():
            rules.deactivate(session, account)
    except Conflict as error:
        return _refused(request, session, identity, account, error)
    return see("/office/accounts?done=deactivated")


@router.post("/accounts/{account_id}/activate")
def activate(request: Request, identity: Administrator, session: Writing, account_id: int) -> Response:
    """Somebody comes back."""
    _act(session, identity, "Taken into use again on the page of accounts")
    account = rules.get_account(session, _authority_of(identity), account_id)
    try:
        with session.begin_nested():
            rules.activate(session, account)
    except (InvalidInput, Conflict) as error:
        return _refused(request, session, identity, account, error)
    return see(f"/office/accounts/{account_id}?done=activated")


def _act(session: WriteSession, identity: Identity, reason: str) -> None:
    session.record_as(identity.actor, via=identity.via, reason=reason)


def _authority_of(identity: Identity) -> str:
    assert identity.authority_code is not None  # noqa: S101 - administrators have one, for mypy
    return identity.authority_code


def _roles() -> tuple[Choice, ...]:
    return tuple(Choice(role.value, ROLE_LABELS[role], hint=ROLE_HINTS[role]) for role in ACCOUNT_ROLES)


def _councillors(session: Reading | Writing, identity: Identity, account_id: int | None) -> tuple[Choice, ...]:
    free = queries.list_free_councillors(session, _authority_of(identity), account_id)
    return tuple(Choice(str(id_), name) for id_, name in free)


def _add_page(
    session: Reading | Writing,
    identity: Identity,
    draft: AccountDraft | None = None,
    error: RegisterError | None = None,
) -> AddAccountPage:
    values = {}
    if draft:
        councillor = "" if draft.councillor_id is None else str(draft.councillor_id)
        values = {"name": draft.name, "email": draft.email, "role": draft.role, "councillor": councillor}
    return AddAccountPage(
        values=values,
        faults=faults_of(error, "email") if error else (),
        roles=_roles(),
        councillors=_councillors(session, identity, None),
    )


def _one_page(
    request: Request,
    session: Reading | Writing,
    identity: Identity,
    account: Account,
    error: RegisterError | None = None,
) -> OneAccountPage:
    account_id = id_of(account)
    protection = queries.protections_of(session, [account_id]).get(account_id, queries.Protection())
    councillor = session.get(Councillor, account.councillor_id) if account.councillor_id else None
    return OneAccountPage(
        values={"role": account.role, "councillor": str(account.councillor_id or "")},
        faults=faults_of(error, "role") if error else (),
        account=show_account(account, protection, councillor.name if councillor else None, identity.account_id),
        roles=_roles(),
        councillors=_councillors(session, identity, account_id),
        sessions=show_sessions(queries.list_sessions(session, account_id, idle_limit(request)), identity.session_id),
        has_authenticator=protection.has_authenticator,
    )


def _refused(
    request: Request, session: WriteSession, identity: Identity, account: Account, error: RegisterError
) -> Response:
    page = _one_page(request, session, identity, account, error)
    return render(request, "accounts_one.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)
