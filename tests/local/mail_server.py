"""A real mail server (aiosmtpd) in a process of its own, which misbehaves when its folder says so.

`python -m tests.local.mail_server PORT FOLDER [CERTIFICATE KEY]`. Files in the folder are the whole conversation with
the test: `stall-RCPT`, `stall-DATA`, `stall-DOT` hold that step for as long as they exist; `answer-RCPT` and so on hold
answers, one a line, each given once; `hang-up-RCPT` and so on close the connection there, once; with `accept-early` a
message is taken before `DOT` stalls, answers or hangs up. `seen` lists the steps that were reached, `received` the
messages that were taken, as one JSON object a line, on the disk before the client hears of it.
"""

import asyncio
import json
import os
import ssl
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "register", "a password that is long"


class Server(SMTP):
    """The SMTP server with a handler that can stall before it lets a message's text come."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Stall, hang up or refuse before the go-ahead."""
        answer = await self.event_handler.step("DATA")
        if answer == "hang up":
            hang_up(self)
        elif answer:
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)


class Misbehaving:
    """aiosmtpd's hooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def step(self, name: str) -> str | None:
        """Note that a step was reached; wait while it is to stall; the answer to give instead of the right one."""
        self._append("seen", name)
        while (self.folder / f"stall-{name}").exists():  # noqa: ASYNC110 - another process deletes it
            await asyncio.sleep(0.01)
        if (self.folder / f"hang-up-{name}").exists():
            (self.folder / f"hang-up-{name}").unlink()
            return "hang up"
        answers = self.folder / f"answer-{name}"
        lines = answers.read_text().splitlines() if answers.exists() else []
        if lines:
            answers.write_text("\n".join(lines[1:]))
            return lines[0]
        return None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The recipient."""
        del session, options
        answer = await self.step("RCPT")
        if answer == "hang up":
            hang_up(server)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """The whole message has come, its final dot included."""
        del session
        early = (self.folder / "accept-early").exists()
        if early:
            self._accept(envelope)
        answer = await self.step("DOT")
        if answer == "hang up":
            hang_up(server)
            return "421 going"
        if answer:
            return answer
        if not early:
            self._accept(envelope)
        return "250 2.0.0 taken, said to <somebody@example.org>"

    def _accept(self, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=default)
        self._append(
            "received",
            json.dumps(
                {
                    "id": message["Message-ID"],
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "subject": message["Subject"],
                    "raw": content.decode("ascii"),
                }
            ),
        )

    def _append(self, name: str, line: str) -> None:
        with (self.folder / name).open("a") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())


def hang_up(server: SMTP) -> None:
    """Close the connection without a word."""
    if server.transport:
        server.transport.close()


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    """Let one user in."""
    del server, session, envelope, mechanism
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)  # the server answers: nothing was said here


def main(port: str, folder: str, certificate: str = "", key: str = "") -> None:
    """Serve until killed."""
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
    handler = Misbehaving(Path(folder))

    class Own(Controller):
        def factory(self) -> Server:
            return Server(
                handler,
                timeout=600,
                tls_context=context,
                require_starttls=bool(context),
                auth_required=bool(context),
                authenticator=authenticate if context else None,
            )

    controller = Own(handler, hostname="127.0.0.1", port=int(port))
    controller.start()
    print("ready", flush=True)  # noqa: T201 - to whoever started us
    sys.stdin.read()  # our parent's end is our end
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
