"""Mail leaves through GOV.UK Notify, by its official client.

Notify can be asked for a message by our reference, so most of what a mail server leaves in doubt is known here.
"""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from app.mail.addresses import to_ascii
from app.mail.letter import Letter
from app.mail.way_out import AboutToHandOver, Delivery, Ending

SETTLING_S = 5.0
"""Notify shows a message a moment after it took it: ask again after this long before giving up."""


@dataclass(frozen=True)
class Notify:
    """A service at GOV.UK Notify and the template whose ((subject)) and ((body)) our messages fill."""

    template_id: str
    api_key: str = field(repr=False)
    base_url: str
    settling_s: float = SETTLING_S

    async def deliver(self, letter: Letter, about_to_hand_over: AboutToHandOver) -> Delivery:
        """Try once."""
        await about_to_hand_over()
        try:
            await asyncio.to_thread(self._send, letter)
        except APIError as error:
            return await self._ending_of(error, letter)
        except Exception as error:  # noqa: BLE001 - requests' and the JSON decoder's: the request may have been heard
            return await self._found_or(
                letter, Delivery(Ending.UNKNOWN, f"Notify never said whether it took it ({type(error).__name__}).")
            )
        return Delivery(Ending.ACCEPTED, "Notify took it.")

    async def was_accepted(self, letter: Letter) -> bool | None:
        """Whether Notify knows our reference; not finding it proves nothing, since it may be about to."""
        try:
            found = await asyncio.to_thread(self._find, letter)
        except Exception:  # noqa: BLE001 - whatever hinders the question leaves it open
            return None
        return True if found else None

    async def _ending_of(self, error: APIError, letter: Letter) -> Delivery:
        status = error.status_code if error.response is not None else 0
        if status == HTTPStatus.BAD_REQUEST:
            return Delivery(Ending.REFUSED, "Notify refused it for good (400).")
        if HTTPStatus.BAD_REQUEST < status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return Delivery(Ending.LATER, f"Notify did not take it this time ({status}).")
        answer = f"Notify never said whether it took it ({status or 'no answer'})."
        return await self._found_or(letter, Delivery(Ending.UNKNOWN, answer))

    async def _found_or(self, letter: Letter, otherwise: Delivery) -> Delivery:
        for wait in (0.0, self.settling_s):
            await asyncio.sleep(wait)
            if await self.was_accepted(letter):
                return Delivery(Ending.ACCEPTED, "Notify took it, as it said when asked again.")
        return otherwise

    def _client(self) -> NotificationsAPIClient:
        return NotificationsAPIClient(self.api_key, base_url=self.base_url)  # not thread-safe: one for each request

    def _send(self, letter: Letter) -> None:
        self._client().send_email_notification(
            email_address=to_ascii(letter.to),
            template_id=self.template_id,
            personalisation={"subject": letter.subject, "body": letter.text},
            reference=str(letter.reference),
        )

    def _find(self, letter: Letter) -> bool:
        answer = self._client().get_all_notifications(reference=str(letter.reference))
        return bool(answer and answer.get("notifications"))
