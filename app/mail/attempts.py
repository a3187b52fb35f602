"""The states of a message: what an attempt may do with it, and what it leaves behind."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.db.sessions import WriteSession
from app.mail.letter import Letter
from app.mail.queries import lock_message
from app.mail.way_out import Delivery, Ending
from app.tables.base import now_utc
from app.tables.mail import MailMessage
from app.vocabulary import MailState

TOO_LATE = "It could not be handed over while it was of use."

OPEN = frozenset({MailState.CLAIMED, MailState.HANDING_OVER, MailState.UNCERTAIN})
"""States about which an attempt has something to say."""


class Begun(NamedTuple):
    """A message in the hands of an attempt.

    Attributes:
        number: of this attempt, from 1.
        claim: under which it may say how it ended; of a message in doubt that of the attempt that left it so, which may
            live and still say better.
        in_doubt: an earlier attempt was handing it over when it was last heard of.
    """

    letter: Letter
    number: int
    claim: UUID
    in_doubt: bool


def begin(session: WriteSession, message_id: int, claim: UUID) -> Begun | None:
    """Take a message in hand; None where there is nothing left to do.

    A message that an earlier attempt had claimed and not handed over is taken from it: it finds its claim gone before
    its decisive step. One that was being handed over is in doubt.
    """
    message = lock_message(session, message_id)
    if message is None:
        return None
    state = MailState(message.state)
    if state not in {MailState.WAITING, MailState.CLAIMED, MailState.HANDING_OVER}:
        return None
    letter = _letter_of(message)
    if state is MailState.HANDING_OVER and message.claim is not None:
        return Begun(letter, message.attempts, message.claim, in_doubt=True)
    message.claim = claim
    now = now_utc()
    if message.expires_at <= now:
        _settle(message, MailState.FAILED, TOO_LATE, now)
        return None
    message.state = MailState.CLAIMED
    message.attempts += 1
    message.claimed_at = now
    return Begun(letter, message.attempts, claim, in_doubt=False)


def hand_over(session: WriteSession, message_id: int, claim: UUID) -> bool:
    """Note that the decisive step is being made; False where another attempt has the message."""
    message = lock_message(session, message_id)
    if message is None or message.claim != claim or message.state != MailState.CLAIMED:
        return False
    message.state = MailState.HANDING_OVER
    message.handed_over_at = now_utc()
    return True


def end(session: WriteSession, message_id: int, claim: UUID, delivery: Delivery) -> None:
    """Note how an attempt ended.

    An attempt that was taken for dead and lives may still tell what became of a message in doubt; it says nothing of
    one that another attempt has in hand.
    """
    message = lock_message(session, message_id)
    if message is None or message.claim != claim or message.state not in OPEN:
        return
    now = now_utc()
    match delivery.ending:
        case Ending.ACCEPTED:
            _settle(message, MailState.SENT, delivery.answer, now)
        case Ending.REFUSED:
            _settle(message, MailState.FAILED, delivery.answer, now)
        case Ending.UNKNOWN:
            _settle(message, MailState.UNCERTAIN, delivery.answer, now)
        case Ending.KEPT:
            _settle(message, MailState.KEPT, delivery.answer, now)
        case Ending.LATER:
            message.state = MailState.WAITING
            message.claim = None
            message.handed_over_at = None
            message.answer = delivery.answer


def _settle(message: MailMessage, state: MailState, answer: str, now: datetime) -> None:
    message.state = state
    message.answer = answer
    message.settled_at = now
    if state is MailState.KEPT:
        message.claim = None
    if state is MailState.SENT:
        message.subject = message.text = message.html = None


def _letter_of(message: MailMessage) -> Letter:
    if message.id is None or message.subject is None or message.text is None:
        raise ValueError(f"message {message.id} has no body")
    return Letter(
        message.id, message.token, message.to_address, message.subject, message.text, message.html, message.created_at
    )
