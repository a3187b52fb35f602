"""Requests that may be sent again: the same Idempotency-Key and body give the same answer, and the work is done once.

As draft-ietf-httpapi-idempotency-key-header describes it. The answer is stored in the transaction that does the work,
so there is never one without the other; who sends the same key at the same time waits for the first to end.
"""

import re
from collections.abc import Callable
from hashlib import sha256

from fastapi import Request, Response
from sqlalchemy import text
from sqlmodel import Session, select

from app.db.sessions import WriteSession
from app.errors import InvalidInput
from app.permissions.identity import Identity
from app.tables import IdempotentAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
"""Stands in answers that were given before."""
KEPT_HEADERS = ("content-type", "location", "etag")
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def answer_once(
    session: WriteSession, identity: Identity, request: Request, body: bytes, work: Callable[[], Response]
) -> Response:
    """The answer to a request: by doing the work, or the one that was given when it was sent before.

    Without the header the work is simply done. What fails is not kept: the same key may try again.

    Args:
        session: the transaction in which the work is done.
        identity: who asks; a key is theirs alone.
        request: what was sent; method and address count with the body.
        body: as it was sent.
        work: makes the answer.

    Raises:
        InvalidInput: the key is not printable text of at most 255 characters, or came with another request before.
    """
    key = _read_key(request)
    if key is None:
        return work()
    hashed = sha256(b"\n".join((request.method.encode(), str(request.url.path).encode(), body))).digest()
    session.connection().execute(_WAIT, {"key": f"{identity.actor} {key}"})
    session.connection().execute(_PRUNE)
    known = _find(session, identity.actor, key)
    if known is None:
        response = work()
        _keep(session, identity.actor, key, hashed, response)
        return response
    if bytes(known.request_hash) != hashed:
        raise InvalidInput(
            f"This {HEADER} came with another request before.",
            "Use a new key for each new request, and the same one only to send the same request again.",
            field=HEADER,
        )
    return Response(bytes(known.body), known.status, {**known.headers, REPLAYED: "true"})


def _read_key(request: Request) -> str | None:
    """The key; quotation marks, with which the draft wants it sent, may be left out."""
    given = request.headers.get(HEADER)
    if given is None:
        return None
    key = given.strip().removeprefix('"').removesuffix('"')
    if not _KEY.fullmatch(key):
        raise InvalidInput(
            f"The {HEADER} is empty, too long, or has characters that cannot be printed.",
            "Send a random text of at most 255 letters and digits, such as a UUID.",
            field=HEADER,
        )
    return key


def _find(session: Session, actor: str, key: str) -> IdempotentAnswer | None:
    statement = select(IdempotentAnswer).where(IdempotentAnswer.actor == actor, IdempotentAnswer.key == key)
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


def _keep(session: WriteSession, actor: str, key: str, hashed: bytes, response: Response) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    session.add(
        IdempotentAnswer(
            actor=actor,
            key=key,
            request_hash=hashed,
            status=response.status_code,
            headers=headers,
            body=bytes(response.body),
        )
    )
    session.flush()


_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended('idempotent ' || CAST(:key AS text), 0))")
_PRUNE = text("SELECT prune_idempotent_answers()")
