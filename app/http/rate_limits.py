"""How often somebody may ask: by address for what costs us or lets people guess, by key for programs.

Counted in the memory of each worker process, so that a service of four processes lets through up to four times as
much. Addresses are kept as a hash, keyed by a random key of the process, for as long as a window lasts; they are never
written down. Reading pages and the list is not limited at all: nobody who is afraid is kept from the list.
"""

from collections.abc import Mapping
from hashlib import blake2b
from math import ceil
from secrets import token_bytes
from time import time
from typing import NamedTuple

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooManyRequests
from app.http.client_address import household_of
from app.http.problems import answer, from_register_error, type_of_page
from app.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STANDING = "rate_limit"
"""The name in a request's state of how it stands with its limit, for the headers of the answer."""


class Limit(NamedTuple):
    """So many requests in so many seconds, and what is said beyond them."""

    name: str
    amount: int
    seconds: int
    what: str
    remedy: str


class Standing(NamedTuple):
    """How somebody stands with a limit: what is left, seconds until more is, and whether this request is within it."""

    limit: Limit
    left: int
    wait_s: int
    is_allowed: bool

    def to_error(self) -> TooManyRequests:
        """What is said to a request beyond the limit."""
        return TooManyRequests(self.limit.what, self.limit.remedy, retry_after_s=self.wait_s)


_FROM_HERE = "Wait until then, and try again."
SEARCH = Limit(
    "search",
    300,
    60,
    "More searches come from your network than we can answer at the moment. Others may share it with you.",
    "You can find a place without a search: choose your area from the list. Or try again in a minute.",
)
BULK = Limit(
    "bulk",
    120,
    60,
    "More bulk look-ups come from your network than we can answer.",
    "Wait for the seconds of Retry-After; up to 120 in a minute are answered.",
)
LINKS = Limit("link", 30, 600, "Many links to sign in were asked for from your network.", _FROM_HERE)
SIGN_IN = Limit("sign-in", 120, 60, "Many people try to sign in from your network at the moment.", _FROM_HERE)
WRITE = Limit("write", 300, 60, "More changes come from your network than we can take.", "Wait a minute.")
UNKNOWN_KEY = Limit(
    "unknown-key",
    60,
    60,
    "Too many requests with keys that are not good come from your network.",
    "Check the key. Wait a minute before the next attempt.",
)
KEY_BULK = Limit(
    "key-bulk",
    60,
    60,
    "This key may preview or make 60 changes of many places in a minute, and has.",
    "Wait for the seconds of Retry-After. One request can name up to 1,000 places.",
)
LIMITS = (SEARCH, BULK, LINKS, SIGN_IN, WRITE, UNKNOWN_KEY, KEY_BULK)
_BY_PATH = {"/": SEARCH, "/api/v1/divisions/lookup": BULK, "/sign-in/link": LINKS}


def limit_of(method: str, path: str, *, has_key: bool) -> Limit | None:
    """The limit by address of a request; None where there is none.

    Programs with a key are counted by their key once it is known, and only bad keys by address.
    """
    if method in SAFE_METHODS:
        return SIGN_IN if path.startswith("/sign-in/oidc") else None
    if path.startswith("/sign-in"):
        return _BY_PATH.get(path, SIGN_IN)
    return _BY_PATH.get(path) or (None if has_key and path.startswith("/api/") else WRITE)


class RateLimits:
    """The counts of one process.

    Args:
        scale: multiplies what each address may do; 0 switches limits by address off.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._key = token_bytes(32)
        self._strategy = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._items: dict[tuple[str, int, int], RateLimitItem] = {}

    def hit_address(self, limit: Limit, host: str) -> Standing | None:
        """Count a request of an address, and how it stands; None where limits by address are off."""
        if not self._scale:
            return None
        scaled = limit._replace(amount=max(1, round(limit.amount * self._scale)))
        return self._hit(scaled, blake2b(household_of(host).encode(), key=self._key, digest_size=16).hexdigest())

    def hit_key(self, prefix: str, per_minute: int) -> Standing:
        """Count a request of an API key, by its visible part, and how it stands."""
        what = f"This key may be used {per_minute} times in a minute, and has been."
        return self._hit(Limit("key", per_minute, 60, what, "Wait for the seconds of Retry-After."), prefix)

    def hit_key_bulk(self, prefix: str) -> Standing:
        """Count a request of an API key that is for many places at once, and how it stands."""
        return self._hit(KEY_BULK, prefix)

    def _hit(self, limit: Limit, subject: str) -> Standing:
        asked = (limit.name, limit.amount, limit.seconds)
        item = self._items.get(asked)
        if item is None:
            item = self._items[asked] = RateLimitItemPerSecond(limit.amount, limit.seconds, namespace=limit.name)
        is_allowed = self._strategy.hit(item, subject)
        window = self._strategy.get_window_stats(item, subject)
        wait_s = max(1, ceil(window.reset_time - time()))
        return Standing(limit, int(window.remaining) if is_allowed else 0, wait_s, is_allowed=is_allowed)


def count_key(request: Request, prefix: str, per_minute: int) -> None:
    """Count a request with a key that is good.

    Raises:
        TooManyRequests: the key has none left in this minute.
    """
    limits: RateLimits = request.app.state.rate_limits
    standing = limits.hit_key(prefix, per_minute)
    setattr(request.state, STANDING, standing)
    if not standing.is_allowed:
        raise standing.to_error()


def count_bulk(request: Request, prefix: str) -> None:
    """Count a request of a good key that is for many places at once; it counts as one of its requests, too.

    Raises:
        TooManyRequests: the key has made as many in this minute as it may.
    """
    limits: RateLimits = request.app.state.rate_limits
    standing = limits.hit_key_bulk(prefix)
    setattr(request.state, STANDING, standing)
    if not standing.is_allowed:
        raise standing.to_error()


def count_unknown_key(request: Request) -> None:
    """Count a request with a key that is not good, so that keys cannot be tried by the thousand.

    Raises:
        TooManyRequests: too many came from there.
    """
    limits: RateLimits = request.app.state.rate_limits
    standing = limits.hit_address(UNKNOWN_KEY, request.client.host if request.client else "")
    if standing and not standing.is_allowed:
        setattr(request.state, STANDING, standing)
        raise standing.to_error()


def headers_of(standing: Standing) -> Mapping[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers-10."""
    return {
        "RateLimit-Policy": f'"{standing.limit.name}";q={standing.limit.amount};w={standing.limit.seconds}',
        "RateLimit": f'"{standing.limit.name}";r={standing.left};t={standing.wait_s}',
    }


class LimitRates:
    """ASGI middleware that counts requests by address, refuses those beyond a limit, and says how one stands."""

    def __init__(self, app: ASGIApp, settings: Settings, page: type_of_page) -> None:
        self.app = app
        self.page = page
        self.is_on = settings.rate_limit_scale > 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request and pass it on, or answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        has_key = any(name == b"authorization" for name, _ in scope["headers"])
        limit = limit_of(scope["method"], scope["path"], has_key=has_key) if self.is_on else None

        async def send_with_standing(message: Message) -> None:
            standing: Standing | None = state.get(STANDING)
            if standing and message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_of(standing).items():
                    headers[name] = value
            await send(message)

        if limit:
            client = scope.get("client")
            standing = scope["app"].state.rate_limits.hit_address(limit, client[0] if client else "")
            state[STANDING] = standing
            if standing and not standing.is_allowed:
                problem = from_register_error(standing.to_error())
                response = await run_in_threadpool(answer, Request(scope, receive), problem, self.page)
                await response(scope, receive, send_with_standing)
                return
        await self.app(scope, receive, send_with_standing)
