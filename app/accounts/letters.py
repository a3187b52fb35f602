"""What is written to people about their accounts."""

from fastapi import Request

from app.accounts.rules import INVITATION
from app.db.sessions import WriteSession
from app.mail.rules import queue_mail
from app.settings import Settings
from app.tables import Account
from app.vocabulary import ROLE_LABELS, Role

SIGNATURE = "The register of safe places"


def own_address(request: Request) -> str:
    """The address under which people reach this service, without a slash at its end."""
    settings: Settings = request.app.state.settings
    return (settings.public_address or str(request.base_url)).rstrip("/")


def invitation_address(service: str, token: str) -> str:
    """The page on which an invitation is accepted."""
    return f"{service}/sign-in/invitation/{token}"


def send_invitation(session: WriteSession, account: Account, service: str, token: str) -> None:
    """Tell a new person how they sign in. Councillors need no password."""
    role = ROLE_LABELS[Role(account.role)].lower()
    if account.role == Role.COUNCILLOR.value:
        how = (
            "You need no password. On this page, enter this e-mail address, and we send you a link each time:\n\n"
            f"{service}/sign-in/link"
        )
    else:
        how = (
            f"Choose a password on this page within {INVITATION.days} days:\n\n{invitation_address(service, token)}\n\n"
            f"After that, sign in here with this e-mail address:\n\n{service}/sign-in"
        )
    _send(
        session,
        account,
        "Your account for the register of safe places",
        f"You can now sign in to the register of safe places as {_article(role)} {role}.\n\n{how}",
        kind="invitation",
    )


def send_reset(session: WriteSession, account: Account, service: str, token: str) -> None:
    """Send the link by which somebody chooses a new password."""
    _send(
        session,
        account,
        "Choose a new password for the register of safe places",
        "An administrator of your council was asked to let you choose a new password. Do so on this page within "
        f"{INVITATION.days} days:\n\n{invitation_address(service, token)}\n\n"
        "If you did not ask for this, do nothing, and tell the administrator.",
        kind="password_reset",
    )


def send_sign_in_link(session: WriteSession, account: Account, address: str) -> None:
    """Send the link by which somebody signs in; `address` is the page with the button."""
    _send(
        session,
        account,
        "Your link to sign in to the register of safe places",
        "Open this link in the browser in which you asked for it, and press the button on the page:\n\n"
        f"{address}\n\n"
        "It is good for 15 minutes and works once. If you ask for another, use the newest.\n\n"
        "If you did not ask for it, do nothing: nobody can sign in with it in another browser.",
        kind="sign_in_link",
    )


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _send(session: WriteSession, account: Account, subject: str, body: str, *, kind: str) -> None:
    if account.email is not None:
        text = f"Hello {account.name},\n\n{body}\n\n{SIGNATURE}\n"
        queue_mail(session, to=account.email, subject=subject, text=text, kind=kind)
