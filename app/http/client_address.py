"""Where a request comes from, behind proxies that the operator trusts.

`X-Forwarded-For` and `X-Forwarded-Proto` can be written by anybody: they count only from the addresses of
SAFEPLACES_TRUSTED_PROXIES, and of the addresses in the former only the last that is not such a proxy's. The server's
own reading of them is switched off (`--no-proxy-headers`), since it believes whatever comes from this machine.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.settings import Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
HOUSEHOLD = 64
"""Bits of an IPv6 address that count: one household has all that begin with them."""


def parse_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks (`10.0.0.0/8`) that stand in a setting, parted by commas.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def parse_address(text: str) -> Address | None:
    """An address as a proxy writes it: with a port, in brackets, or plain; None where it is none."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def household_of(host: str) -> str:
    """What is counted of an address: all of an IPv4 address, the first half of an IPv6 address."""
    address = parse_address(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOUSEHOLD), strict=False))
    return str(address) if address else host


def client_of(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address that asks, of the one that connected and those that it forwards for, the nearest last.

    Whoever is not trusted may write what they like: what stands before them is not looked at.
    """
    asking = peer
    for hop in reversed(forwarded):
        address = parse_address(asking)
        if address is None or not any(address in network for network in trusted):
            break
        further = parse_address(hop)
        if further is None:
            break
        asking = str(further)
    return asking


class ClientAddress:
    """ASGI middleware that puts the address that asks, and its scheme, where everything else looks for them."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.trusted = parse_networks(settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Correct `client` and `scheme`, and pass the request on."""
        if scope["type"] == "http" and self.trusted and scope.get("client"):
            self._correct(scope)
        await self.app(scope, receive, send)

    def _correct(self, scope: Scope) -> None:
        peer, port = scope["client"]
        address = parse_address(peer)
        if address is None or not any(address in network for network in self.trusted):
            return
        headers = Headers(scope=scope)
        forwarded = [part for line in headers.getlist("x-forwarded-for") for part in line.split(",")]
        scope["client"] = (client_of(peer, forwarded, self.trusted), port)
        scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        if scheme in {"http", "https"}:
            scope["scheme"] = scheme
