"""Messages: queued with the change that they tell of, one for each key, and nothing in them for a server to mistake."""

from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from app.db.sessions import Bounds, WriteSession, confine
from app.errors import InvalidInput
from app.mail import attempts
from app.mail.addresses import parse_address, to_ascii
from app.mail.letter import Letter, Sender, to_bytes, to_html
from app.mail.periodic import find_forgotten, forget_messages
from app.mail.rules import queue_mail
from app.mail.way_out import Delivery, Ending
from app.tables import Account, Authority

DURHAM = "E06000047"
PAST = timedelta(days=1)
WHEN = datetime(2026, 11, 23, 9, 5, tzinfo=timezone(timedelta(0)))


def queue(session: WriteSession, **parts: Any) -> None:  # noqa: ANN401 - parts of a message
    standard = {"to": "jo@example.org", "subject": "Hello", "text": "Read this.", "kind": "notice"}
    queue_mail(session, **(standard | parts))


def rows(session: WriteSession, what: str = "*") -> list[dict[str, Any]]:
    asked = text(f"SELECT {what} FROM mail_message ORDER BY id")
    return [dict(row) for row in session.connection().execute(asked).mappings()]


def jobs(session: WriteSession) -> list[dict[str, Any]]:
    asked = text("SELECT args, priority FROM procrastinate_jobs WHERE task_name = 'mail.send' ORDER BY id")
    return [dict(row) for row in session.connection().execute(asked).mappings()]


def letter(**parts: Any) -> Letter:  # noqa: ANN401 - as above
    standard: dict[str, Any] = {
        "id": 1,
        "reference": UUID(int=7),
        "to": "jo@example.org",
        "subject": "Hello",
        "text": "Read this.\n\nhttps://example.org/a?b=1&c=2.\n",
        "html": None,
        "written_at": WHEN,
    }
    return Letter(**(standard | parts))


def read(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=default)
    assert isinstance(found, EmailMessage)
    return found


# Queueing


def test_a_message_and_its_job_are_one(session: WriteSession) -> None:
    queue(session)
    (row,) = rows(session)
    assert (row["state"], row["attempts"], row["text"]) == ("waiting", 0, "Read this.")
    assert jobs(session) == [{"args": {"message_id": row["id"]}, "priority": 0}]


def test_neither_is_there_when_the_change_is_not_committed(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with WriteSession(engine) as session:
        queue(session)
        assert len(jobs(session)) == 1
        session.rollback()
    with WriteSession(engine) as session:
        assert (rows(session), jobs(session)) == ([], [])
    engine.dispose()


def test_one_message_for_each_key_of_a_kind(session: WriteSession) -> None:
    for kind, key in (("a", "1"), ("a", "1"), ("b", "1"), ("a", "2"), ("a", None), ("a", None)):
        queue(session, kind=kind, dedupe_key=key)
    found = [(row["kind"], row["dedupe_key"]) for row in rows(session)]
    assert found == [("a", "1"), ("b", "1"), ("a", "2"), ("a", None), ("a", None)]
    assert len(jobs(session)) == 5


def test_a_sign_in_link_goes_first_and_is_of_no_use_after_a_quarter_of_an_hour(session: WriteSession) -> None:
    queue(session, kind="sign_in_link")
    ((row,), (job,)) = (rows(session, "expires_at - created_at AS lifetime"), jobs(session))
    assert row["lifetime"] == timedelta(minutes=15)
    assert job["priority"] > 0


def test_a_message_belongs_to_the_authority_of_who_caused_it_or_of_whom_it_is_for(session: WriteSession) -> None:
    session.add(Authority(code=DURHAM, name="Durham"))
    session.flush()
    session.add(Account(authority_code=DURHAM, role="officer", name="Jo", email="jo@example.org"))
    session.flush()
    queue(session, to="Jo@Example.org")
    queue(session, to="stranger@example.org")
    confine(session, Bounds(1, DURHAM, "officer"))
    queue(session, to="stranger@example.org")
    assert [row["authority_code"] for row in rows(session)] == [DURHAM, None, DURHAM]


@pytest.mark.parametrize(
    "subject", ["Hello\r\nBcc: all@example.org", "Hello\n", "a\rb", "\0", "a\u2028b", "a\x85b", " ", "", "x" * 151]
)
def test_a_subject_is_one_line(session: WriteSession, subject: str) -> None:
    with pytest.raises(InvalidInput):
        queue(session, subject=subject)
    assert rows(session) == []


@pytest.mark.parametrize("kind", ["", "Sign in", "a;b", "x" * 41])
def test_a_kind_is_a_word(session: WriteSession, kind: str) -> None:
    with pytest.raises(ValueError, match="kind of mail"):
        queue(session, kind=kind)


# Addresses


@pytest.mark.parametrize(
    ("given_text", "stored", "told"),
    [
        (" Jo.Example@Example.GOV.UK ", "Jo.Example@example.gov.uk", "Jo.Example@example.gov.uk"),
        ("o'neil+register@example.org", "o'neil+register@example.org", "o'neil+register@example.org"),
        ("jo@dürham.example", "jo@dürham.example", "jo@xn--drham-kva.example"),
        ("jo@xn--drham-kva.example", "jo@dürham.example", "jo@xn--drham-kva.example"),
    ],
)
def test_an_address_is_stored_readably_and_told_in_ascii(given_text: str, stored: str, told: str) -> None:
    assert parse_address(given_text) == stored
    assert to_ascii(stored) == told


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "jo",
        "jo@",
        "@example.org",
        "jo@localhost",
        "jo@192.0.2.1",
        "jo@[192.0.2.1]",
        "a b@example.org",
        "a@b@example.org",
        '"a b"@example.org',
        "a..b@example.org",
        ".a@example.org",
        "jo@example..org",
        "jo@-a.example",
        "jo@example.org\r\nRCPT TO:<x@example.org>",
        "jo@exa\0mple.org",
        "jo>@example.org",
        "jö@example.org",
        "jo@example.org, x@example.org",
        f"{'x' * 65}@example.org",
        f"jo@{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.example",
    ],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_address(wrong)
    assert refusal.value.field == "email"


@given(st.text(max_size=80))
def test_an_address_never_holds_what_could_end_a_command(anything: str) -> None:
    try:
        told = to_ascii(parse_address(anything))
    except InvalidInput:
        return
    assert told.isascii()
    assert not set(told) & set(' <>\r\n\t\0,;:\\"()[]')
    assert parse_address(parse_address(anything)) == parse_address(anything)


# What leaves


SENDER = Sender("register@dürham.example", "Safe places", "answers@example.org")


def test_the_headers_of_a_message() -> None:
    message = read(to_bytes(letter(), SENDER))
    assert message["Message-ID"] == f"<{UUID(int=7)}@xn--drham-kva.example>"
    assert message["From"] == "Safe places <register@xn--drham-kva.example>"
    assert (message["To"], message["Reply-To"]) == ("jo@example.org", "answers@example.org")
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert message["Date"].datetime == WHEN
    assert to_bytes(letter(), SENDER).isascii()


def test_text_and_the_same_as_html() -> None:
    message = read(to_bytes(letter(text="Ein Wörtchen <b>.\n.\nhttps://example.org/?a=1&b=2"), SENDER))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain
    assert html
    assert plain.get_content().splitlines() == ["Ein Wörtchen <b>.", ".", "https://example.org/?a=1&b=2"]
    assert 'href="https://example.org/?a=1&amp;b=2"' in html.get_content()
    assert "&lt;b&gt;" in html.get_content()


@given(st.text(max_size=300))
def test_html_of_a_text_holds_no_markup_of_its_own(anything: str) -> None:
    body = to_html(anything).partition("<body")[2]
    for tag in ("<p>", "</p>", "<br>", "</a>", "</body>", "</html>"):
        body = body.replace(tag, "")
    assert body.count("<") == body.count('<a href="http')


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=150),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=400),
)
def test_whatever_a_message_says_its_headers_are_ours(subject: str, body: str) -> None:
    try:
        message = read(to_bytes(letter(subject=subject, text=body or "x"), SENDER))
    except ValueError:
        return  # the library refuses a line break in a subject, which queue_mail never lets through
    assert sorted({name.lower() for name in message.keys()}) == [  # noqa: SIM118 - a message is no dictionary
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "subject",
        "to",
        "x-auto-response-suppress",
    ]
    assert message["To"] == "jo@example.org"


# States


def begin(session: WriteSession) -> tuple[int, UUID]:
    """A message in the hands of an attempt."""
    claim, number = uuid4(), int(rows(session)[-1]["id"])
    assert attempts.begin(session, number, claim)
    return number, claim


@pytest.mark.parametrize(
    ("ending", "state", "has_body"),
    [
        (Ending.ACCEPTED, "sent", False),
        (Ending.REFUSED, "failed", True),
        (Ending.UNKNOWN, "uncertain", True),
        (Ending.LATER, "waiting", True),
        (Ending.KEPT, "kept", True),
    ],
)
def test_how_an_attempt_ends(session: WriteSession, ending: Ending, state: str, *, has_body: bool) -> None:
    queue(session)
    number, claim = begin(session)
    assert attempts.hand_over(session, number, claim)
    attempts.end(session, number, claim, Delivery(ending, "An answer."))
    session.flush()
    (row,) = rows(session)
    assert (row["state"], row["answer"], row["text"] is not None) == (state, "An answer.", has_body)


def test_an_attempt_that_was_overtaken_may_not_hand_over(session: WriteSession) -> None:
    queue(session)
    number, first = begin(session)
    _, second = begin(session)
    assert not attempts.hand_over(session, number, first)
    assert attempts.hand_over(session, number, second)
    attempts.end(session, number, first, Delivery(Ending.REFUSED, "It says so too late."))
    session.flush()
    assert rows(session)[0]["state"] == "handing_over"


def test_a_message_that_was_being_handed_over_is_in_doubt_and_never_fresh(session: WriteSession) -> None:
    queue(session)
    number, claim = begin(session)
    attempts.hand_over(session, number, claim)
    session.flush()
    again = attempts.begin(session, number, uuid4())
    assert again
    assert again.in_doubt
    assert again.claim == claim, "who left it so may still tell"


@pytest.mark.parametrize("state", ["sent", "failed", "uncertain", "kept"])
def test_a_settled_message_is_not_begun_again(session: WriteSession, state: str) -> None:
    ending = {"sent": Ending.ACCEPTED, "failed": Ending.REFUSED, "uncertain": Ending.UNKNOWN, "kept": Ending.KEPT}
    queue(session)
    number, claim = begin(session)
    attempts.end(session, number, claim, Delivery(ending[state], ""))
    session.flush()
    assert attempts.begin(session, number, uuid4()) is None


def test_the_database_keeps_no_body_of_what_was_sent(session: WriteSession) -> None:
    queue(session)
    with pytest.raises(IntegrityError, match="ck_mail_message_wiped"), session.begin_nested():
        session.connection().execute(text("UPDATE mail_message SET state = 'sent', claim = gen_random_uuid()"))


# By the clock


def test_bodies_go_after_a_week_and_messages_after_ninety_days(session: WriteSession) -> None:
    for age, ending in ((6, Ending.REFUSED), (8, Ending.UNKNOWN), (91, Ending.ACCEPTED), (8, Ending.KEPT)):
        queue(session, subject=f"{age} {ending.value}")
        number, claim = begin(session)
        attempts.end(session, number, claim, Delivery(ending, f"{age}"))
        session.flush()
        session.connection().execute(
            text("UPDATE mail_message SET settled_at = now() - CAST(:age AS interval) WHERE id = :id"),
            {"age": timedelta(days=age), "id": number},
        )
    queue(session)
    forget_messages(session)
    assert [(row["state"], row["text"]) for row in rows(session)] == [
        ("failed", "Read this."),
        ("uncertain", None),
        ("waiting", "Read this."),
    ]


def test_a_message_without_a_job_is_found(session: WriteSession) -> None:
    queue(session)
    queue(session)
    queue(session)
    first, second, _ = (row["id"] for row in rows(session))
    session.connection().execute(
        text("UPDATE mail_message SET created_at = now() - interval '1 hour' WHERE id = ANY(:ids)"),
        {"ids": [first, second]},
    )
    session.connection().execute(
        text("DELETE FROM procrastinate_jobs WHERE args->>'message_id' <> :id"), {"id": str(second)}
    )
    find_forgotten(session)
    assert sorted(job["args"]["message_id"] for job in jobs(session)) == [first, second], "the third is too young"
