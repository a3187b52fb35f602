"""How an authority's messages stand, for its administrators: never what they say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from sqlmodel import Session

from app.errors import Conflict
from app.mail import queries
from app.mail.kinds import kind_of
from app.mail.periodic import BODIES_KEPT
from app.permissions.identity import Identity
from app.tables.base import now_utc
from app.vocabulary import MailState

SHOWN_AT_MOST = 100
SLOW_AFTER = timedelta(minutes=5)
"""A message that waits for longer is shown with its last answer, first of all."""


@dataclass(frozen=True)
class MessageStanding:
    """How far a message has come."""

    id: int
    kind: str
    to_address: str
    state: MailState
    attempts: int
    answer: str
    created_at: datetime
    settled_at: datetime | None
    decided_by: str | None

    @property
    def label(self) -> str:
        """What it is for, in words."""
        return kind_of(self.kind).label or self.kind.replace("_", " ").capitalize()

    @property
    def has_body(self) -> bool:
        """Whether what it says is still there, so that it can be sent again."""
        ended = self.state in {MailState.FAILED, MailState.UNCERTAIN}
        return ended and self.settled_at is not None and now_utc() - self.settled_at < BODIES_KEPT

    @property
    def is_to_see_to(self) -> bool:
        """Whether somebody should look at it: it is in doubt, was refused, or waits for long."""
        waits = self.state is MailState.WAITING and now_utc() - self.created_at > SLOW_AFTER
        return waits or (self.has_body and self.state in {MailState.FAILED, MailState.UNCERTAIN})


def list_messages(session: Session, identity: Identity) -> tuple[list[MessageStanding], int]:
    """The messages of the asker's authority, newest first, with all that went wrong; and how many there are."""
    rows = queries.list_messages(session, identity.authority_code or "", SHOWN_AT_MOST)
    standings = [
        MessageStanding(
            row.id,
            row.kind,
            row.to_address,
            MailState(row.state),
            row.attempts,
            row.answer,
            row.created_at,
            row.settled_at,
            row.decided_by,
        )
        for row in sorted(rows, key=attrgetter("id"), reverse=True)
    ]
    return standings, queries.count_messages(session, identity.authority_code or "")


def settle_message(session: Session, identity: Identity, message_id: int, *, again: bool) -> None:
    """Send a message again that was refused or is in doubt, or note that one in doubt has arrived.

    Raises:
        Conflict: it is no such message (any more).
    """
    if not queries.settle_message(session, message_id, again=again, actor=identity.actor):
        raise Conflict(
            "This message is not in doubt any more, or what it said is gone.",
            "Load the page again. If the person still needs it, ask for a new one.",
        )
