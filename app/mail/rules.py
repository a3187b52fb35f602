"""Queue a message: it leaves if and only if the change that it tells of is committed."""

import re

from app.db.sessions import WriteSession
from app.errors import InvalidInput
from app.mail import queries
from app.mail.addresses import parse_address
from app.mail.kinds import kind_of

SUBJECT_LIMIT = 150
TEXT_LIMIT = 100_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")


def queue_mail(  # noqa: PLR0913 - each is a part of a message
    session: WriteSession,
    *,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    kind: str,
    dedupe_key: str | None = None,
) -> None:
    """Add a message to the worker's queue, in the caller's transaction. Its body is wiped once it was sent.

    Args:
        session: the transaction of the change.
        to: one address.
        subject: one line.
        text: the message as plain text; addresses of pages stand in lines of their own.
        html: the same as HTML; made from the text where it is not given.
        kind: what it is for, such as `sign_in_link` (`app/mail/kinds.py`).
        dedupe_key: of one kind, one message leaves for each key, however often it is queued.

    Raises:
        InvalidInput: the address or the subject cannot be used.
    """
    if not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is not a kind of mail: small letters, digits and underscores.")
    if _CONTROL.search(subject) or not subject.strip() or len(subject) > SUBJECT_LIMIT:
        raise InvalidInput(
            "The subject of the message cannot be used.",
            f"Give one line of at most {SUBJECT_LIMIT} characters.",
            field="subject",
        )
    if not text.strip() or len(text) > TEXT_LIMIT or "\0" in text + (html or ""):
        raise InvalidInput(
            "The text of the message cannot be used.", f"Give between 1 and {TEXT_LIMIT:,} characters.", field="text"
        )
    treated = kind_of(kind)
    queries.insert_message(
        session,
        to=parse_address(to),
        subject=subject.strip(),
        text=text,
        html=html,
        kind=kind,
        dedupe_key=dedupe_key,
        lifetime=treated.lifetime,
        priority=treated.priority,
    )
