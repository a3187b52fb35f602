"""Cursors: opaque texts that say where the next page starts. They survive inserts: they name a row, not a count."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from math import isfinite

import orjson
from starlette.requests import Request

from app.errors import InvalidInput

DEFAULT_LIMIT = 100
MAXIMUM_LIMIT = 1000


def to_cursor(*position: float) -> str:
    """The cursor for the last row of a page: numbers that order the rows, such as (id,) or (distance_m, id)."""
    return urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def parse_cursor(cursor: str, size: int) -> tuple[float, ...]:
    """The numbers in a cursor.

    Raises:
        InvalidInput: it is not one of ours, or one of another kind of list (which has another `size`).
    """
    try:
        position = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (BadBase64, ValueError):
        position = None
    if (
        not isinstance(position, list)
        or len(position) != size
        or not all(isinstance(number, int | float) and not isinstance(number, bool) for number in position)
        or not all(isfinite(number) and abs(number) < 2**63 for number in position)
    ):
        raise InvalidInput(
            "The cursor is not one that this list gave.",
            "Follow the 'next' link of the page before, or leave the cursor out to start again.",
            field="cursor",
        )
    return tuple(position)


def next_link(request: Request, cursor: str | None) -> str | None:
    """The address of the next page: this request's with another cursor.

    It begins with the public address where that is set: the host of a request is what its sender wrote there.
    """
    if not cursor:
        return None
    following = request.url.include_query_params(cursor=cursor)
    public_address: str = request.app.state.settings.public_address.rstrip("/")
    return f"{public_address}{following.path}?{following.query}" if public_address else str(following)
