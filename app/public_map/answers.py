"""Pages that follow from the register as answers: with an ETag, and a 304 for who has them already."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from app.http.caching import is_unchanged, not_modified, request_etag, shared_headers
from app.settings import Settings
from web.assets import read_manifest
from web.environment import TEMPLATES

MINUTE = "%Y%m%d%H%M"


def answer_once(request: Request, draw: Callable[[dict[str, str]], Response], *depends_on: str) -> Response:
    """What `draw` makes of the headers that let caches keep a page and ask about it; or 304 without drawing it.

    `depends_on` is what the page depends on besides the register and the address, such as the minute in `open now`.
    """
    etag = request_etag(request, _look(request.app.state.settings), *depends_on)
    if is_unchanged(request, etag):
        return not_modified(etag)
    return draw(shared_headers(etag))


def _look(settings: Settings) -> str:
    """What every page shows besides its content: a page from before an update must not be taken for unchanged."""
    return "\n".join((read_manifest(settings.static_folder)[0], templates_hash(), settings.exit_address))


@lru_cache
def templates_hash(folder: Path = TEMPLATES) -> str:
    """A hash of all templates as they were when this process first asked."""
    digest = blake2b(digest_size=8)
    for path in sorted(folder.rglob("*.html")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
