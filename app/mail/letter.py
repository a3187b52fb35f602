"""A message as it leaves: headers that keep machines from answering, text, and the same as simple HTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from html import escape
from uuid import UUID

from app.mail.addresses import to_ascii

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")


@dataclass(frozen=True)
class Letter:
    """A message in the hands of an attempt to send it.

    Attributes:
        reference: the same at every attempt: what its Message-ID is made of, and GOV.UK Notify's reference.
    """

    id: int
    reference: UUID
    to: str
    subject: str
    text: str
    html: str | None
    written_at: datetime


@dataclass(frozen=True)
class Sender:
    """Whom messages come from."""

    address: str
    name: str = ""
    reply_to: str = ""


def to_bytes(letter: Letter, sender: Sender) -> bytes:
    """The message as SMTP carries it, with CRLF; the same bytes at every attempt but for the MIME boundary.

    The library refuses line breaks in any header, so that no value can add one.
    """
    message = EmailMessage(policy=SMTP_POLICY.clone(cte_type="7bit"))
    message["From"] = _to_header(sender.address, sender.name)
    message["To"] = _to_header(letter.to)
    if sender.reply_to:
        message["Reply-To"] = _to_header(sender.reply_to)
    message["Subject"] = letter.subject
    message["Date"] = letter.written_at
    message["Message-ID"] = f"<{letter.reference}@{to_ascii(sender.address).rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office notice comes back
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which does not read that
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html or to_html(letter.text), subtype="html", cte="quoted-printable")
    return message.as_bytes()


def to_html(text: str) -> str:
    """Plain text as simple HTML: paragraphs, and addresses of pages as links."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    body = "\n".join(f"<p>{_with_links(part)}</p>" for part in paragraphs)
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>Safe places</title></head>\n'
        f'<body style="font-family: sans-serif; font-size: 16px; line-height: 1.5">\n{body}\n</body></html>\n'
    )


def split_addresses(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is the address of a page."""
    end = 0
    for found in _WEB_ADDRESS.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    if end < len(text):
        yield text[end:], False


def _with_links(paragraph: str) -> str:
    parts = (
        f'<a href="{escape(piece)}">{escape(piece)}</a>' if is_address else escape(piece)
        for piece, is_address in split_addresses(paragraph)
    )
    return "".join(parts).replace("\n", "<br>\n")


def _to_header(address: str, name: str = "") -> Address:
    return Address(display_name=name, addr_spec=to_ascii(address))
