"""Addresses of people: checked before anything is queued, and written so that every mail server takes them."""

import re

import idna

from app.errors import InvalidInput

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LOCAL_LIMIT = 64
LIMIT = 254
"""RFC 5321, 4.5.3.1: octets of the part before the @, and of a path without its angle brackets."""


def parse_address(text: str) -> str:
    """One address as it is stored: trimmed, its domain in small letters and in its own script.

    Quoted local parts and addresses in another script before the @ are refused: few servers take them.

    Raises:
        InvalidInput: it is not one address that mail can be sent to.
    """
    local, at, domain = text.strip().rpartition("@")
    ascii_domain = _ascii_domain(domain)
    sound = (
        at
        and _LOCAL.fullmatch(local)
        and len(local) <= LOCAL_LIMIT
        and ascii_domain
        and len(local) + 1 + len(ascii_domain) <= LIMIT
    )
    if not sound:
        raise InvalidInput(
            "This is not an e-mail address that we can write to.",
            "Enter one address in the form name@example.gov.uk.",
            field="email",
        )
    return f"{local}@{idna.decode(ascii_domain)}"


def to_ascii(address: str) -> str:
    """The same address as servers are told it: the domain in its ASCII form (IDNA 2008)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    """The ASCII form of a domain with at least one dot; empty where it is none."""
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return ""
    *_, last = labels = ascii_domain.split(".")
    return ascii_domain if len(labels) > 1 and not last.isdigit() else ""
