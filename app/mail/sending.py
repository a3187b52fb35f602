"""One attempt to send one message, so that it leaves once or is known to be in doubt, whatever dies on the way.

waiting → claimed → (everything of the message but its last byte is with the server) → handing_over → sent. A worker
that dies before `handing_over` has sent nothing that counts; one that dies in it leaves a message `uncertain`, unless
the way out can be asked. Each step is committed before the next is made, under a claim that a later attempt takes away.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Engine

from app.db.failures import translated
from app.db.sessions import WriteSession
from app.errors import DatabaseUnavailable
from app.jobs import Backoff, Duty, TryAgain
from app.jobs.patience import patiently
from app.mail import attempts
from app.mail.letter import Letter
from app.mail.way_out import Delivery, Ending, WayOut

T = TypeVar("T")

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
LAST_WORDS_S = 3.0
"""A worker that is told to stop in the middle has this long to write down how far it came."""
JOB_ATTEMPTS = 10_000
"""A message's own lifetime ends its attempts, not their number."""


class _ClaimLost(Exception):
    """Another attempt has taken the message over."""


def mail_duty(engine: Engine, way_out: WayOut, *, first_wait: timedelta = FIRST_WAIT) -> Duty:
    """The duty that sends messages by this way out."""
    backoff = Backoff(first=first_wait, longest=LONGEST_WAIT, attempts=JOB_ATTEMPTS)

    async def send(message_id: int) -> None:
        await _Attempt(engine, way_out, backoff, message_id).make()

    return Duty("mail.send", "mail", send, backoff)


class _Attempt:
    """One attempt at one message."""

    def __init__(self, engine: Engine, way_out: WayOut, backoff: Backoff, message_id: int) -> None:
        self._engine = engine
        self._way_out = way_out
        self._backoff = backoff
        self._id = message_id
        self._claim: UUID = uuid4()
        self._handed_over = False

    async def make(self) -> None:
        """Carry the message as far as it goes.

        Raises:
            TryAgain: it was not accepted this time.
        """
        begun = await self._write(lambda session: attempts.begin(session, self._id, self._claim))
        if begun is None:
            return
        self._claim = begun.claim
        if begun.in_doubt:
            delivery = await self._resolve(begun.letter)
        else:
            try:
                delivery = await self._deliver(begun.letter)
            except _ClaimLost:
                log.warning("a message was taken over by another attempt", message=self._id)
                return
        await self._record(delivery)
        if delivery.ending is Ending.LATER:
            raise TryAgain(self._backoff.wait_after(begun.number))

    async def _deliver(self, letter: Letter) -> Delivery:
        try:
            return await self._way_out.deliver(letter, self._about_to_hand_over)
        except (_ClaimLost, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError):
                await self._last_words()
            raise
        except DatabaseUnavailable:
            return Delivery(Ending.LATER, "The register's database went away before the message was handed over.")
        except Exception as error:
            log.exception("a way out failed in a way that it does not know", message=self._id)
            return self._how_far(f"Something went wrong in our program ({type(error).__name__}).")

    async def _about_to_hand_over(self) -> None:
        """Note, before the decisive step, that it is being made; raises when that could not be noted."""

        def note() -> bool:
            with translated(), WriteSession(self._engine) as session, session.begin():
                return attempts.hand_over(session, self._id, self._claim)

        if not await asyncio.to_thread(note):
            raise _ClaimLost
        self._handed_over = True

    async def _resolve(self, letter: Letter) -> Delivery:
        """Find out how an attempt ended whose worker died in the middle of the decisive step."""
        if await self._way_out.was_accepted(letter):
            return Delivery(Ending.ACCEPTED, "It had been taken, as the mail service said when asked.")
        return Delivery(Ending.UNKNOWN, "The worker died while the message was being handed over.")

    async def _last_words(self) -> None:
        delivery = self._how_far("The worker was stopped.")
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._record(delivery)), LAST_WORDS_S)

    def _how_far(self, why: str) -> Delivery:
        return Delivery(Ending.UNKNOWN if self._handed_over else Ending.LATER, why)

    async def _record(self, delivery: Delivery) -> None:
        """Write down how it ended; what is known here is known nowhere else, so it waits for the database."""
        if delivery.ending is Ending.UNKNOWN:
            log.error("nobody knows whether a message arrived: see /office/mail", message=self._id)
        await self._write(lambda session: attempts.end(session, self._id, self._claim, delivery))

    async def _write(self, step: Callable[[WriteSession], T]) -> T:
        def once() -> T:
            with translated(), WriteSession(self._engine) as session, session.begin():
                return step(session)

        return await patiently(lambda: asyncio.to_thread(once))
