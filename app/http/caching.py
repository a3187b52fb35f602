"""ETags and Cache-Control for answers that follow from the register's version.

Answers are stored by caches and asked about each time (`no-cache`), so that a suspended place is gone at once; a 304
costs no query. Answers to a position or postcode are never stored (`no-store`): they would show where somebody was.
"""

from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from app.db.version import RegisterVersion, current_version

SHARED = "public, no-cache"
PRIVATE = "no-store"


def etag_of(request: Request, version: RegisterVersion, *parts: str) -> str:
    """A weak ETag (compression changes the bytes) for this address at this version of the register.

    `parts` are what else the answer depends on, such as the negotiated format.
    """
    key = "\n".join((version.tag, request.app.version, str(request.url), *parts))
    return f'W/"{blake2b(key.encode(), digest_size=12).hexdigest()}"'


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether the asker already has what carries this ETag."""
    given = request.headers.get("if-none-match", "")
    return given == "*" or etag.removeprefix("W/") in {part.strip().removeprefix("W/") for part in given.split(",")}


def not_modified(etag: str) -> Response:
    """A 304 for what the asker already has."""
    return Response(status_code=304, headers=shared_headers(etag))


def shared_headers(etag: str) -> dict[str, str]:
    """Headers for an answer that any cache may keep and must ask about."""
    return {"ETag": etag, "Cache-Control": SHARED, "Vary": "Accept, Accept-Encoding"}


def private_headers() -> dict[str, str]:
    """Headers for an answer to somebody's position or postcode."""
    return {"Cache-Control": PRIVATE}


def request_etag(request: Request, *parts: str) -> str:
    """`etag_of` at the register's current version (asks the database at most once a second)."""
    return etag_of(request, current_version(request.app.state.engine), *parts)
