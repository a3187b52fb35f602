"""Where somebody goes once they have signed in: what they wanted before, if that is a page of ours."""

import re
from urllib.parse import quote, urlsplit

START = "/office/places"
_OURS = re.compile(r"/(?:office|account)(?:[/?][!-\[\]-~]*)?")
"""Pages for people who signed in: a path of this host in printable ASCII, without a backslash."""
LONGEST = 2_000


def to_destination(wanted: str | None) -> str:
    """The page that was wanted; the first page of the office where that is not one of our signed-in pages."""
    if not wanted or len(wanted) > LONGEST or not _OURS.fullmatch(wanted):
        return START
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or ".." in parts.path.split("/"):
        return START
    return wanted


def with_destination(address: str, wanted: str | None) -> str:
    """A sign-in page that remembers what was wanted."""
    to = to_destination(wanted)
    return address if to == START else f"{address}?next={quote(to, safe='/')}"
