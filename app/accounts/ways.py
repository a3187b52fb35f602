"""The ways to sign in that this installation offers."""

from app.accounts.destinations import with_destination
from app.settings import Settings
from web.views_accounts import SignInWay


def list_ways(settings: Settings, wanted: str | None) -> tuple[SignInWay, ...]:
    """Every way that is set up, the usual one first."""
    at_provider = SignInWay(
        with_destination("/sign-in/oidc", wanted),
        settings.oidc_label,
        "For people whose council account has a part in the register.",
    )
    return (
        *((at_provider,) if settings.oidc_issuer else ()),
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
