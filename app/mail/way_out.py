"""What a way out for mail is: it delivers one letter and says how that ended."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import NamedTuple, Protocol

from app.mail.letter import Letter


class Ending(Enum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    """Somebody else is responsible for it now."""
    LATER = "later"
    """It was certainly not accepted; another attempt may fare better."""
    REFUSED = "refused"
    """It was certainly not accepted, and never will be."""
    UNKNOWN = "unknown"
    """It was handed over and nobody said whether it was accepted."""
    KEPT = "kept"
    """It was not to leave."""


class Delivery(NamedTuple):
    """How an attempt ended, and the answer in our own words: a server's may repeat addresses or text."""

    ending: Ending
    answer: str


AboutToHandOver = Callable[[], Awaitable[None]]
"""Called right before the step after which a letter may have been accepted; when it raises, that step is not made."""


class WayOut(Protocol):
    """A way by which mail leaves."""

    async def deliver(self, letter: Letter, about_to_hand_over: AboutToHandOver) -> Delivery:
        """Try once. Whatever goes wrong on the way is an ending, never an exception."""

    async def was_accepted(self, letter: Letter) -> bool | None:
        """Whether an earlier attempt, of which nobody knows how it ended, was accepted; None where none can tell."""
