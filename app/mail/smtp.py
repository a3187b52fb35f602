"""Mail leaves through a mail server (RFC 5321).

The text of a message is sent, then the database notes that it is being handed over, and only then the final dot goes
out: a server that never saw the dot must not deliver, so the one moment of doubt is between the dot and its answer.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from app.mail.addresses import to_ascii
from app.mail.letter import Letter, Sender, to_bytes
from app.mail.way_out import AboutToHandOver, Delivery, Ending

COMMAND_S = 60.0
FINAL_ANSWER_S = 600.0
"""RFC 5321, 4.5.3.2.6: ten minutes for the answer to the final dot; giving up earlier makes doubt."""
QUIT_S = 5.0
GO_AHEAD = 354
GOOD = range(200, 300)
PERMANENT = range(500, 600)
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Smtp:
    """A mail server and how to speak to it. Its certificate is checked by the system's authorities, or by `ca_file`."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    sender: Sender
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None

    async def deliver(self, letter: Letter, about_to_hand_over: AboutToHandOver) -> Delivery:
        """Try once, on a connection of its own."""
        client = SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            username=self.user or None,
            password=self.password or None,
            cert_bundle=str(self.ca_file) if self.ca_file else None,
            timeout=COMMAND_S,
        )
        try:
            return await self._converse(client, letter, about_to_hand_over)
        finally:
            client.close()

    async def was_accepted(self, letter: Letter) -> bool | None:
        """Nobody can ask a mail server that."""
        del letter
        return None

    async def _converse(self, client: SMTP, letter: Letter, about_to_hand_over: AboutToHandOver) -> Delivery:
        try:
            await client.connect()
            await client.mail(to_ascii(self.sender.address))
            await client.rcpt(to_ascii(letter.to))
            response = await client.execute_command(b"DATA")
            if response.code != GO_AHEAD:
                return _refusal(response)
            _write(client, _LEADING_DOT.sub(b"..", to_bytes(letter, self.sender)))
        except SMTPRecipientRefused as error:
            return _refusal(SMTPResponse(error.code, error.message))
        except SMTPResponseException as error:  # while connecting or signing in: our set-up, not this letter
            return Delivery(Ending.LATER, f"The mail server does not let us in ({_code(error.code, error.message)}).")
        except (SMTPException, OSError, ValueError) as error:
            return Delivery(Ending.LATER, f"The mail server could not be spoken to ({type(error).__name__}).")
        await about_to_hand_over()
        try:
            _write(client, b".\r\n")
        except SMTPException:
            return Delivery(Ending.LATER, "The mail server hung up before the message was complete.")
        return await _final_answer(client)


def _write(client: SMTP, data: bytes) -> None:
    if client.protocol is None:
        raise SMTPServerDisconnected("gone")
    client.protocol.write(data)


async def _final_answer(client: SMTP) -> Delivery:
    """How the server answers the final dot."""
    try:
        if client.protocol is None:
            raise SMTPServerDisconnected("gone")
        response = await client.protocol.read_response(timeout=FINAL_ANSWER_S)
    except (SMTPException, OSError) as error:
        return Delivery(Ending.UNKNOWN, f"The mail server never said whether it took it ({type(error).__name__}).")
    if response.code not in GOOD:
        return _refusal(response)
    with suppress(SMTPException, OSError):
        await client.quit(timeout=QUIT_S)
    return Delivery(Ending.ACCEPTED, f"The mail server took it ({_code(*response)}).")


def _refusal(response: SMTPResponse) -> Delivery:
    code = _code(*response)
    if response.code in PERMANENT:
        return Delivery(Ending.REFUSED, f"The mail server refused it for good ({code}).")
    return Delivery(Ending.LATER, f"The mail server did not take it this time ({code}).")


def _code(code: int, message: str) -> str:
    """The codes of an answer without its text, which may repeat the address."""
    enhanced = _ENHANCED.match(message)
    return f"{code} {enhanced[0]}" if enhanced else str(code)
