"""Answers that are made once for a version of the register, compressed once, and kept in memory for everybody."""

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from weakref import WeakKeyDictionary

import brotli  # type: ignore[import-untyped]  # it has no stubs
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from app.http.caching import is_unchanged, not_modified, shared_headers
from app.http.pages import IMMUTABLE

KEPT = 64
"""How many bodies one process keeps: some versions of a few data files, and maps of divisions and places."""
BROTLI_QUALITY = 7
"""Ten thousand places take 0.1 s at 7 and over a second at 11, for a few per cent fewer bytes."""


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of an answer, as they are and compressed, with the ETag that follows from them."""

    plain: bytes
    br: bytes
    gz: bytes
    media_type: str
    etag: str


def to_body(plain: bytes, media_type: str) -> Body:
    """Compress an answer both ways."""
    return Body(
        plain,
        brotli.compress(plain, quality=BROTLI_QUALITY),
        gzip.compress(plain, 6, mtime=0),
        media_type,
        f'W/"{blake2b(plain, digest_size=12).hexdigest()}"',
    )


class Kept:
    """The bodies that were used last, at most `size`. Each is made by one thread while others that want it wait."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._bodies: OrderedDict[Hashable, Body] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Body]) -> Body:
        """The body under `key`, made by `make` where there is none; what `make` raises is raised and nothing kept."""
        with self._lock:
            if body := self._find(key):
                return body
            making = self._making.setdefault(key, Lock())
        try:
            with making:
                with self._lock:
                    if body := self._find(key):
                        return body
                body = make()
                with self._lock:
                    self._bodies[key] = body
                    while len(self._bodies) > self._size:
                        self._bodies.popitem(last=False)
        finally:
            with self._lock:
                self._making.pop(key, None)
        return body

    def _find(self, key: Hashable) -> Body | None:
        body = self._bodies.get(key)
        if body:
            self._bodies.move_to_end(key)
        return body


_kept: WeakKeyDictionary[Engine, Kept] = WeakKeyDictionary()


def kept_for(engine: Engine) -> Kept:
    """What this process keeps of the register behind an engine."""
    return _kept.setdefault(engine, Kept())


def answer(request: Request, body: Body, *, for_ever: bool = False) -> Response:
    """A kept body in the encoding that the asker takes, or 304 where they have it.

    `for_ever` is for addresses that name the content (a version, a hash): caches need not ask again.
    """
    headers = shared_headers(body.etag)
    if for_ever:
        headers["Cache-Control"] = IMMUTABLE
    if is_unchanged(request, body.etag):
        response = not_modified(body.etag)
        response.headers.update(headers)
        return response
    accepted = request.headers.get("accept-encoding", "")
    for name, content in (("br", body.br), ("gzip", body.gz)):
        if name in accepted:
            return Response(content, headers=headers | {"Content-Encoding": name}, media_type=body.media_type)
    return Response(body.plain, headers=headers, media_type=body.media_type)
