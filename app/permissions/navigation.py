"""Where each role can go: the navigation of signed-in pages, derived from the table."""

from typing import NamedTuple

from app.permissions.identity import Identity
from app.permissions.table import Action, may


class Destination(NamedTuple):
    """A page of the navigation and what one must be allowed in order to see it."""

    href: str
    text: str
    section: str
    action: Action


DESTINATIONS = (
    Destination("/office/places", "Places", "places", Action.READ_PLACES),
    Destination("/office/changes", "Waiting", "changes", Action.APPROVE_CHANGES),
    Destination("/office/accounts", "People", "accounts", Action.MANAGE_ACCOUNTS),
    Destination("/office/keys", "API keys", "keys", Action.MANAGE_KEYS),
    Destination("/office/mail", "Mail", "mail", Action.READ_MAIL),
    Destination("/office/ledger", "Ledger", "ledger", Action.READ_LEDGER),
    Destination("/office/settings", "Settings", "settings", Action.MANAGE_SETTINGS),
    Destination("/account", "Your account", "account", Action.USE_OWN_ACCOUNT),
)


def list_destinations(identity: Identity) -> list[Destination]:
    """Where somebody can go, in the order of the navigation."""
    return [destination for destination in DESTINATIONS if may(identity, destination.action)]
