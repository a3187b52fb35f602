"""What the pages about mail are given."""

from dataclasses import dataclass
from datetime import datetime

from web.views_office import Done


@dataclass(frozen=True, slots=True)
class MailRow:
    """One message, without what it says. `advice` is what an administrator can do about it; empty where nothing is."""

    id: int
    kind: str
    to: str
    state: str
    state_label: str
    answer: str
    created: datetime
    attempts: int
    advice: str = ""
    may_send_again: bool = False
    may_say_arrived: bool = False


@dataclass(frozen=True, slots=True)
class MailPage:
    """The messages of an authority: those that somebody should see to, and the newest of the others."""

    to_see_to: tuple[MailRow, ...]
    others: tuple[MailRow, ...]
    complaint: str
    leaves: bool
    total: int
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of a message's text; with `href` it is an address that can be followed."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as development's viewer shows it."""

    id: int
    to: str
    subject: str
    created: datetime
    paragraphs: tuple[tuple[TextPart, ...], ...]


@dataclass(frozen=True, slots=True)
class MailViewerPage:
    """Messages that would have left, the newest first."""

    messages: tuple[ShownMessage, ...]
    complaint: str
