"""Bodies of requests that are JSON objects, read before a thread is taken."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import Depends, HTTPException, Request

from app.errors import InvalidInput

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


async def read_body(request: Request) -> bytes:
    """The body as it was sent; its size is limited for all requests alike. A form's is empty: it was read as a form."""
    if request.headers.get("content-type", "").startswith(FORMS):
        return b""
    return await request.body()


Body = Annotated[bytes, Depends(read_body)]


def parse_object(request: Request, body: bytes, media_types: Sequence[str] = (JSON,)) -> dict[str, Any]:
    """The JSON object in a body.

    Raises:
        HTTPException: 415, its Content-Type is none of `media_types`; the answer says which are.
        InvalidInput: it is not JSON, or not an object.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        header = "Accept-Patch" if request.method == "PATCH" else "Accept-Post"
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, headers={header: ", ".join(media_types)})
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidInput("The body is not JSON in UTF-8.", "Send one JSON object.", field="body") from None
    if not isinstance(found, dict):
        raise InvalidInput("The body is not a JSON object.", "Send one, such as {…}.", field="body")
    return found
