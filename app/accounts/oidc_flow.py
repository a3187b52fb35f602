"""What binds a sign-in at the provider to the browser that began it: one random value in a short-lived cookie.

State, nonce and PKCE verifier are derived from it, so nothing is stored, and nobody who sees one learns another.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac

from app.accounts.destinations import START, to_destination
from app.accounts.sessions import new_token

COOKIE = "__Host-sign-in-oidc"
LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that a browser began. `to` is the page that was wanted."""

    seed: str
    to: str = START

    @staticmethod
    def begin(wanted: str) -> "Flow":
        """A new one."""
        return Flow(new_token(), to_destination(wanted))

    @staticmethod
    def parse(cookie: str) -> "Flow | None":
        """The one that a cookie holds; None where it holds none."""
        seed, _, encoded = cookie.partition(".")
        if not seed:
            return None
        try:
            wanted = urlsafe_b64decode(encoded.encode()).decode()
        except ValueError:
            wanted = ""
        return Flow(seed, to_destination(wanted))

    def to_cookie(self) -> str:
        """What the cookie holds."""
        return f"{self.seed}.{urlsafe_b64encode(self.to.encode()).decode()}"

    @property
    def state(self) -> str:
        """Comes back with the answer, and shows that this browser asked."""
        return self._derive("state")

    @property
    def nonce(self) -> str:
        """Comes back inside the ID token."""
        return self._derive("nonce")

    @property
    def verifier(self) -> str:
        """Of PKCE: only whoever began can exchange the code."""
        return self._derive("verifier")

    def is_answered_by(self, state: str) -> bool:
        """Whether an answer belongs to this sign-in."""
        return compare_digest(self.state.encode(), state.encode())

    def _derive(self, purpose: str) -> str:
        digest = hmac(self.seed.encode(), purpose.encode(), sha256).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")
