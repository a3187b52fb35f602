"""The ways out: a real mail server with TLS and a password, and a server that speaks GOV.UK Notify's documented API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.errors import RegisterError
from app.mail.letter import Letter, Sender
from app.mail.notify import Notify
from app.mail.shown import Shown
from app.mail.smtp import Smtp
from app.mail.way_out import Delivery, Ending, WayOut
from app.mail.ways_out import choose_way_out
from app.settings import Settings
from tests.apart import run_apart
from tests.local.mail_server import PASSWORD, USER
from tests.local.mailing import MailServer

LETTER = Letter(1, uuid4(), "jo@example.org", "Hello", "Read this.", None, datetime(2026, 11, 23, 9, 5, tzinfo=UTC))
API_KEY = f"test-{uuid4()}-{uuid4()}"


def deliver(way_out: WayOut, letter: Letter = LETTER) -> tuple[Delivery, int]:
    """One attempt, and how often it said that it is about to hand over."""
    said = 0

    async def about_to_hand_over() -> None:
        nonlocal said
        said += 1

    return run_apart(way_out.deliver(letter, about_to_hand_over)), said


def certificate(folder: Path, *, name: str = "localhost") -> tuple[Path, Path]:
    """A self-made certificate for this name and the loopback, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"


# A mail server


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[MailServer, Smtp]]:
    """A server that insists on STARTTLS and a password, and the way out that has both."""
    own, key = certificate(tmp_path)
    with MailServer(tmp_path, str(own), str(key)) as server:
        sender = Sender("register@safeplaces.example")
        yield server, Smtp("127.0.0.1", server.port, "starttls", sender, USER, PASSWORD, own)


def test_starttls_with_a_checked_certificate_and_a_password(secure: tuple[MailServer, Smtp]) -> None:
    server, way_out = secure
    delivery, said = deliver(way_out)
    assert (delivery.ending, said) == (Ending.ACCEPTED, 1), delivery
    (message,) = server.received()
    assert message["id"] == f"<{LETTER.reference}@safeplaces.example>"


@pytest.mark.parametrize(
    "change",
    [
        {"ca_file": None},
        {"password": "wrong"},
        {"user": "", "password": ""},
        {"tls": "none"},
        {"tls": "tls"},
    ],
    ids=["a certificate of nobody that we know", "a wrong password", "no password", "no encryption", "another kind"],
)
def test_a_server_that_does_not_let_us_in_has_the_message_wait(
    secure: tuple[MailServer, Smtp], change: dict[str, Any]
) -> None:
    server, way_out = secure
    delivery, said = deliver(replace(way_out, **change))
    assert (delivery.ending, said) == (Ending.LATER, 0), delivery
    assert ("535 5.7.8" in delivery.answer) is (change == {"password": "wrong"}), delivery
    assert PASSWORD not in delivery.answer
    assert server.received() == []


def test_a_server_without_starttls_gets_nothing(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        delivery, said = deliver(Smtp("127.0.0.1", server.port, "starttls", Sender("register@safeplaces.example")))
    assert (delivery.ending, said) == (Ending.LATER, 0)
    assert server.received() == []


def test_dots_at_the_start_of_lines_arrive_as_they_were(tmp_path: Path) -> None:
    with MailServer(tmp_path) as server:
        way_out = Smtp("127.0.0.1", server.port, "none", Sender("register@safeplaces.example"))
        delivery, _ = deliver(way_out, replace(LETTER, text=".\n..\n.hidden\n\n.\nend"))
    assert delivery.ending is Ending.ACCEPTED
    (message,) = server.received()
    assert "\r\n.\r\n..\r\n.hidden\r\n\r\n.\r\nend\r\n" in message["raw"]


# GOV.UK Notify


@dataclass
class FakeNotify:
    """A local server that speaks the documented API: what it was sent, and what it is to answer."""

    url: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


@pytest.fixture
def notify() -> Iterator[FakeNotify]:
    with running_notify() as fake:
        yield fake


@contextmanager
def running_notify() -> Iterator[FakeNotify]:
    class Handler(BaseHTTPRequestHandler):
        fake: ClassVar[FakeNotify]

        def do_POST(self) -> None:
            """POST /v2/notifications/email."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v2/notifications/email"
            assert self.headers["Authorization"].startswith("Bearer ey")
            status = self.fake.answers.pop(0) if self.fake.answers else 201
            if status in {201, 502, 0}:
                self.fake.sent.append(body)
                self.fake.known.append(body["reference"])
            if status == 0:
                self.close_connection = True
                return
            if status == 201:
                self._answer(201, {"id": str(uuid4()), "reference": body["reference"], "uri": "", "content": {}})
            else:
                said = f"to {body['email_address']}"
                self._answer(status, {"status_code": status, "errors": [{"error": "Error", "message": said}]})

        def do_GET(self) -> None:
            """GET /v2/notifications?reference=…."""
            reference = parse_qs(urlsplit(self.path).query)["reference"][0]
            found = [{"id": str(uuid4()), "reference": reference}] if reference in self.fake.known else []
            self._answer(200, {"notifications": found, "links": {"current": ""}})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.fake = FakeNotify(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Handler.fake
    server.shutdown()
    server.server_close()


def way_out_of(notify: FakeNotify) -> Notify:
    return Notify("f33517ff-2a88-4f6e-b855-c550268ce08a", API_KEY, notify.url, settling_s=0.01)


def test_notify_fills_the_template(notify: FakeNotify) -> None:
    delivery, said = deliver(way_out_of(notify), replace(LETTER, to="jo@dürham.example"))
    assert (delivery.ending, said) == (Ending.ACCEPTED, 1)
    (sent,) = notify.sent
    assert sent == {
        "email_address": "jo@xn--drham-kva.example",
        "template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a",
        "personalisation": {"subject": "Hello", "body": "Read this."},
        "reference": str(LETTER.reference),
    }


@pytest.mark.parametrize(
    ("status", "ending"), [(400, Ending.REFUSED), (403, Ending.LATER), (429, Ending.LATER), (500, Ending.UNKNOWN)]
)
def test_what_notify_answers(notify: FakeNotify, status: int, ending: Ending) -> None:
    notify.answers = [status]
    delivery, _ = deliver(way_out_of(notify))
    assert delivery.ending is ending, delivery
    assert "jo@" not in delivery.answer


@pytest.mark.parametrize("status", [502, 0], ids=["a gateway's error", "it hung up"])
def test_notify_is_asked_when_it_did_not_say(notify: FakeNotify, status: int) -> None:
    """It took the message and its answer was lost: asked by our reference, it says so."""
    notify.answers = [status]
    delivery, _ = deliver(way_out_of(notify))
    assert delivery.ending is Ending.ACCEPTED, delivery
    assert len(notify.sent) == 1


def test_a_message_in_doubt_is_resolved_by_asking(notify: FakeNotify) -> None:
    way_out = way_out_of(notify)
    assert run_apart(way_out.was_accepted(LETTER)) is None, "not finding it proves nothing"
    deliver(way_out)
    assert run_apart(way_out.was_accepted(LETTER)) is True


# Which


def settings(**given: object) -> Settings:
    return Settings.model_validate({"DATABASE_URL": "postgresql:///x", **given})


def test_the_settings_choose(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("long and secret\n")
    chosen = choose_way_out(
        settings(
            smtp_host="mail.example.org",
            smtp_sender="register@example.org",
            smtp_reply_to="answers@example.org",
            smtp_user="us",
            smtp_password_file=tmp_path / "password",
        )
    )
    sender = Sender("register@example.org", "Safe places", "answers@example.org")
    assert chosen == Smtp("mail.example.org", 587, "starttls", sender, "us", "long and secret")
    assert "long and secret" not in repr(chosen)
    key = choose_way_out(settings(notify_api_key=API_KEY, notify_template_id="t"))
    assert isinstance(key, Notify)
    assert API_KEY not in repr(key)
    assert isinstance(choose_way_out(settings()), Shown)
    here = settings(smtp_host="127.0.0.1", smtp_tls="none", smtp_sender="r@example.org", environment="production")
    assert isinstance(choose_way_out(here), Smtp), "nothing crosses a network"
    assert choose_way_out(settings(environment="production")) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "m", "smtp_sender": "r@example.org", "notify_api_key": API_KEY, "notify_template_id": "t"},
        {"notify_api_key": API_KEY},
        {"smtp_host": "m"},
        {"smtp_host": "m", "smtp_sender": "nobody"},
        {"smtp_host": "m", "smtp_sender": "r@example.org", "smtp_user": "us"},
        {"smtp_host": "m", "smtp_sender": "r@example.org", "smtp_tls": "none", "environment": "production"},
        {
            "smtp_host": "m",
            "smtp_sender": "r@example.org",
            "smtp_tls": "none",
            "smtp_user": "u",
            "smtp_password": "p",
        },
        {"smtp_host": "m", "smtp_sender": "r@example.org", "smtp_user": "u", "smtp_password_file": "/nonexistent"},
    ],
)
def test_settings_that_contradict_or_are_not_safe(wrong: dict[str, Any]) -> None:
    with pytest.raises(RegisterError) as refusal:
        choose_way_out(settings(**wrong))
    assert refusal.value.remedy
