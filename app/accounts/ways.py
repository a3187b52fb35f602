"""The ways to sign in that this installation offers."""

from app.accounts.destinations import with_destination
from app.settings import Settings
from web.views_accounts import SignInWay


def list_ways(_settings: Settings, wanted: str | None) -> tuple[SignInWay, ...]:
    """Every way that is set up, the usual one first."""
    return (
        SignInWay(
            with_destination("/sign-in/link", wanted),
            "Have a link sent to your e-mail address",
            "For councillors. No password: we send a link that is good for 15 minutes.",
        ),
        SignInWay(
            with_destination("/sign-in/password", wanted),
            "Use a password",
            "For officers, auditors and administrators with an account here.",
        ),
    )
