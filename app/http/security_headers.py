"""Headers that tell browsers what a page may do: nothing but what it needs, from nobody but us.

No cookie is ever set here. A middleware of our own, because ready-made sets break geolocation or map tiles.
"""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings


def content_security_policy(tile_url: str | None = None) -> str:
    """The policy for pages; the map tile server's address is the only foreign one, and only for pictures."""
    images = ["'self'", "data:"]
    if tile_url:
        images.append(tile_origin(tile_url))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {' '.join(images)}",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def tile_origin(tile_url: str) -> str:
    """Scheme and host of a tile address as a source for the policy; `{s}` sub-domains become a wildcard.

    Raises:
        ValueError: the address is not http or https with a host, or holds what could widen the policy.
    """
    parts = urlsplit(tile_url.replace("{s}", "*"))
    if parts.scheme not in {"http", "https"} or not parts.netloc or set(parts.netloc) & set(" ;,'\"@{}"):
        raise ValueError(
            f"SAFEPLACES_TILE_URL is not the address of a tile server: {tile_url!r}. "
            "It looks like https://host/{z}/{x}/{y}.png."
        )
    return f"{parts.scheme}://{parts.netloc}"


class SecurityHeaders:
    """ASGI middleware that adds the headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_security_policy(settings.tile_url),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), browsing-topics=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if settings.public_address.startswith("https://"):
            self.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the start of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(self.headers)
        if scope["path"].startswith("/api/v1/"):
            # Open data: other sites may read it.
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in headers.items():
                    answer.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
