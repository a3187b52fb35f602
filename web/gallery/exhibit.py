"""What a page of the gallery is, and how it is rendered."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from web.environment import make_environment
from web.signed_in import NavigationLink, SignedIn

NOW = datetime(2026, 11, 23, 10, 20, tzinfo=ZoneInfo("Europe/London"))
HOSTILE = "${alert(1)} `x` <img src=x onerror=alert(2)> \"quoted\" 'single'"

_PLACES = NavigationLink("/office/places", "Places", "places")
_ACCOUNT = NavigationLink("/account", "Your account", "account")
OFFICER = SignedIn(
    "Jo Example",
    "Officer",
    (_PLACES, NavigationLink("/office/changes", "Waiting", "changes"), _ACCOUNT),
    "csrf-token-of-the-gallery",
)
ADMINISTRATOR = SignedIn(
    "Ash Sample",
    "Administrator",
    (
        _PLACES,
        NavigationLink("/office/changes", "Waiting", "changes"),
        NavigationLink("/office/accounts", "People", "accounts"),
        NavigationLink("/office/keys", "API keys", "keys"),
        NavigationLink("/office/mail", "Mail", "mail"),
        NavigationLink("/office/ledger", "Ledger", "ledger"),
        NavigationLink("/office/settings", "Settings", "settings"),
        _ACCOUNT,
    ),
    "csrf-token-of-the-gallery",
)
COUNCILLOR = SignedIn("Alex Example", "Councillor", (_PLACES, _ACCOUNT), "csrf-token-of-the-gallery")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One page of the gallery: its template, what it is given, the address under which it would stand, and for whom."""

    template: str
    page: object
    path: str
    signed_in: SignedIn | None = None


def render_exhibit(exhibit: Exhibit, build_folder: Path | None = None, *, sample_data: bool = True) -> str:
    """One page as HTML, framed as `app.http.pages.render` frames it."""
    environment = make_environment(build_folder) if build_folder else make_environment()
    return environment.get_template(exhibit.template).render(
        page=exhibit.page,
        path=exhibit.path,
        exit_address="https://www.bbc.co.uk/weather",
        sample_data=sample_data,
        signed_in=exhibit.signed_in,
    )
