"""Versions as HTTP has them: ETags of places, and the If-Match that says which version a change starts from."""

import re

from fastapi import Request

from app.errors import InvalidInput, VersionRequired

_ETAG = re.compile(r'"(SP-[0-9]{4,18})\.([0-9]{1,9})"', re.ASCII)
OF_ANOTHER_PLACE = 0
"""No place has this version."""


def find_base_version(request: Request, reference: str) -> int | None:
    """The version of a place that `If-Match` names; None where the header is missing.

    An ETag of another place names no version of this one.

    Raises:
        InvalidInput: it is not one ETag of the register.
    """
    given = request.headers.get("if-match")
    if given is None:
        return None
    found = _ETAG.fullmatch(given.strip())
    if not found:
        raise InvalidInput(
            "If-Match is not the ETag of a place.",
            f'Send the one ETag that the place came with, such as "{reference}.7", quotation marks included.',
            field="If-Match",
        )
    return int(found.group(2)) if found.group(1) == reference else OF_ANOTHER_PLACE


def require_base_version(request: Request, reference: str) -> int:
    """The version of a place that a change starts from.

    Raises:
        VersionRequired: there is no `If-Match`.
        InvalidInput: it is not one ETag of the register.
    """
    version = find_base_version(request, reference)
    if version is None:
        raise VersionRequired(
            "This change does not say which version of the place it starts from.",
            "Read the place, and send its ETag as If-Match, so that nobody's work is lost.",
        )
    return version
