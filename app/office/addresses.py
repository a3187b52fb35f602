"""Addresses of the office's own pages."""

from collections.abc import Mapping
from urllib.parse import urlencode

from app.places.register_filters import to_query
from app.places.register_schemas import RegisterFilters

PLACES = "/office/places"
CHANGES = "/office/changes"
SETTINGS = "/office/settings"
LEDGER = "/office/ledger"


def place_address(reference: str, *rest: str, **query: str) -> str:
    """The page of a place, or one below it."""
    return "/".join((PLACES, reference, *rest)) + (f"?{urlencode(query)}" if query else "")


def list_address(filters: RegisterFilters | None = None, **more: str) -> str:
    """The list with these filters."""
    return with_query(PLACES, (to_query(filters) if filters else {}) | more)


def with_query(address: str, query: Mapping[str, str]) -> str:
    """An address with a query, commas left readable."""
    return f"{address}?{urlencode(query, safe=',')}" if query else address
