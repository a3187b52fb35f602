"""A message is never sent twice and never lost: real workers, a real mail server, and whatever dies between them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.local.mailing import Post, wait_for

ALL_MESSAGES = "SELECT FROM mail_message FOR UPDATE"
ALL_JOBS = "SELECT FROM procrastinate_jobs FOR UPDATE"


@pytest.fixture
def post(empty_database_url: str, tmp_path: Path) -> Iterator[Post]:
    post = Post(empty_database_url, tmp_path)
    yield post
    post.close()


def arrived(post: Post) -> list[str]:
    return [message["id"] for message in post.server.received()]


def settle(post: Post, *states: str) -> None:
    """Wait until all messages are in one of the states and no job is left."""
    wait_for(
        f"all messages {states}, not {post.states()}",
        lambda: set(post.states()) <= set(states) and not post.jobs(),
    )


def more_than(post: Post, number: int) -> bool:
    return post.server.seen("DOT") > number


def test_a_message_leaves_within_moments_and_its_body_is_wiped(post: Post) -> None:
    post.server.start()
    worker = post.worker()
    wait_for("the worker", lambda: "at work" in worker.said())
    post.queue()
    settle(post, "sent")
    assert arrived(post) == post.ids()
    (message,) = post.server.received()
    assert (message["from"], message["to"]) == ("register@safeplaces.example", ["person0@example.org"])
    with post.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM mail_message")).mappings().one()
    assert (row["subject"], row["text"], row["html"]) == (None, None, None)
    assert row["answer"] == "The mail server took it (250 2.0.0)."
    assert worker.end() == 0


def test_many_messages_and_two_workers(post: Post) -> None:
    post.server.start()
    post.queue(60)
    post.worker()
    post.worker()
    settle(post, "sent")
    assert sorted(arrived(post)) == sorted(post.ids())


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_worker_that_is_killed_before_the_text_has_left(post: Post, step: str) -> None:
    post.server.start()
    post.queue()
    post.server.have(f"stall-{step}")
    first = post.worker()
    wait_for(step, lambda: post.server.seen(step))
    assert post.states() == ["claimed"]
    first.kill()
    post.server.have_not(f"stall-{step}")
    post.worker()
    settle(post, "sent")
    assert arrived(post) == post.ids()


def test_a_worker_that_is_killed_between_the_text_and_its_final_dot(post: Post) -> None:
    """The text is with the server, which must not deliver it without the dot (RFC 5321, 4.1.1.4)."""
    post.server.start()
    post.queue()
    post.server.have("stall-DATA")
    first = post.worker()
    wait_for("DATA", lambda: post.server.seen("DATA"))
    with post.holding(ALL_MESSAGES):
        post.server.have_not("stall-DATA")
        wait_for("the note that it is being handed over", post.waits_for_a_lock)
        first.kill()
    assert post.states() == ["claimed"]
    post.worker()
    settle(post, "sent")
    assert arrived(post) == post.ids()


@pytest.mark.parametrize("taken", [True, False])
def test_a_worker_that_is_killed_while_the_server_thinks(post: Post, *, taken: bool) -> None:
    """The one moment of doubt: the server has the dot and has not answered. It is told, and nothing is sent again."""
    post.server.start()
    post.queue()
    post.server.have("stall-DOT")
    if taken:
        post.server.have("accept-early")
    else:
        post.server.have("answer-DOT", "451 4.3.0 not this time")
    first = post.worker()
    wait_for("DOT", lambda: post.server.seen("DOT"))
    assert post.states() == ["handing_over"]
    first.kill()
    post.server.have_not("stall-DOT")
    second = post.worker()
    settle(post, "uncertain")
    assert arrived(post) == (post.ids() if taken else [])
    assert "nobody knows whether a message arrived" in second.said()


def test_a_worker_that_is_killed_with_the_answer_in_its_hands(post: Post) -> None:
    post.server.start()
    post.queue()
    post.server.have("stall-DOT")
    first = post.worker()
    wait_for("DOT", lambda: post.server.seen("DOT"))
    with post.holding(ALL_MESSAGES):
        post.server.have_not("stall-DOT")
        wait_for("the note that it was sent", post.waits_for_a_lock)
        first.kill()
    post.worker()
    settle(post, "uncertain")
    assert arrived(post) == post.ids()


def test_a_worker_that_is_killed_before_it_ends_its_job(post: Post) -> None:
    post.server.start()
    post.queue()
    post.server.have("stall-DOT")
    first = post.worker()
    wait_for("DOT", lambda: post.server.seen("DOT"))
    with post.holding(ALL_JOBS):
        post.server.have_not("stall-DOT")
        wait_for("sent", lambda: post.states() == ["sent"])
        wait_for("the end of the job", post.waits_for_a_lock)
        first.kill()
    post.worker()
    settle(post, "sent")
    assert arrived(post) == post.ids()
    assert post.server.seen("RCPT") == 1


def test_a_worker_that_is_killed_again_and_again(post: Post) -> None:
    post.server.start()
    post.queue(30)
    for reached in (5, 10, 15, 20):
        worker = post.worker()
        wait_for("some more", partial(more_than, post, reached))
        worker.kill()
    post.worker()
    settle(post, "sent", "uncertain")
    received = arrived(post)
    assert len(received) == len(set(received)), "sent twice"
    sent = {name for name, state in zip(post.ids(), post.states(), strict=True) if state == "sent"}
    assert sent <= set(received), "lost"


def test_a_paused_worker_that_was_taken_for_dead_does_not_send(post: Post) -> None:
    """Its message was sent by another: it finds its claim gone at the last step."""
    post.server.start()
    post.queue()
    post.server.have("stall-DATA")
    first = post.worker()
    wait_for("DATA", lambda: post.server.seen("DATA"))
    first.process.send_signal(19)  # SIGSTOP: alive and silent
    post.server.have_not("stall-DATA")
    post.worker()
    settle(post, "sent")
    first.process.send_signal(18)  # SIGCONT
    wait_for("its discovery", lambda: "taken over by another" in first.said())
    assert arrived(post) == post.ids()
    assert post.states() == ["sent"]


def test_a_paused_worker_still_tells_what_became_of_a_message_in_doubt(post: Post) -> None:
    post.server.start()
    post.queue()
    post.server.have("stall-DOT")
    first = post.worker()
    wait_for("DOT", lambda: post.server.seen("DOT"))
    first.process.send_signal(19)
    post.worker()
    settle(post, "uncertain")
    first.process.send_signal(18)
    post.server.have_not("stall-DOT")
    settle(post, "sent")
    assert arrived(post) == post.ids()


def test_a_server_that_is_down_for_a_while(post: Post) -> None:
    post.queue(3)
    worker = post.worker()
    wait_for("an attempt", lambda: "at work" in worker.said())
    with post.engine.connect() as connection:
        wait_for(
            "answers",
            lambda: not connection.execute(text("SELECT count(*) FROM mail_message WHERE answer = ''")).scalar(),
        )
    assert set(post.states()) <= {"waiting", "claimed"}
    post.server.start()
    settle(post, "sent")
    assert sorted(arrived(post)) == sorted(post.ids())


@pytest.mark.parametrize("step", ["RCPT", "DATA", "DOT"])
def test_a_temporary_refusal_is_tried_again(post: Post, step: str) -> None:
    post.server.start()
    post.server.have(f"answer-{step}", "451 4.7.1 greylisted, person0@example.org", "421 4.3.2 busy")
    post.queue()
    post.worker()
    settle(post, "sent")
    assert arrived(post) == post.ids()
    assert post.server.seen(step) == 3


@pytest.mark.parametrize("step", ["RCPT", "DATA", "DOT"])
def test_a_permanent_refusal_ends_it(post: Post, step: str) -> None:
    post.server.start()
    post.server.have(f"answer-{step}", "550 5.1.1 no such person as person0@example.org")
    post.queue()
    worker = post.worker()
    settle(post, "failed")
    assert arrived(post) == []
    assert post.server.seen(step) == 1
    with post.engine.connect() as connection:
        answer = connection.execute(text("SELECT answer FROM mail_message")).scalar_one()
    assert answer == "The mail server refused it for good (550 5.1.1)."
    assert "example.org" not in worker.said()


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_server_that_hangs_up_before_the_dot(post: Post, step: str) -> None:
    post.server.start()
    post.server.have(f"hang-up-{step}")
    post.queue()
    post.worker()
    settle(post, "sent")
    assert arrived(post) == post.ids()


@pytest.mark.parametrize("taken", [True, False])
def test_a_server_that_hangs_up_instead_of_answering_the_dot(post: Post, *, taken: bool) -> None:
    post.server.start()
    post.server.have("hang-up-DOT")
    if taken:
        post.server.have("accept-early")
    post.queue()
    post.worker()
    settle(post, "uncertain")
    assert arrived(post) == (post.ids() if taken else [])


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(post: Post) -> None:
    post.server.start()
    post.queue(2)
    post.server.have("stall-DOT")
    worker = post.worker()
    wait_for("both", lambda: post.server.seen("DOT") == 2)
    worker.process.terminate()
    post.server.have_not("stall-DOT")
    assert worker.process.wait(20) == 0
    assert post.states() == ["sent", "sent"]
    assert sorted(arrived(post)) == sorted(post.ids())


def test_a_worker_that_is_told_to_stop_gives_a_slow_message_back(post: Post) -> None:
    post.server.start()
    post.queue()
    post.server.have("stall-RCPT")
    worker = post.worker()
    wait_for("RCPT", lambda: post.server.seen("RCPT"))
    assert worker.end(within_s=20) == 0
    assert post.states() == ["waiting"]
    post.server.have_not("stall-RCPT")
    post.worker()
    settle(post, "sent")
    assert arrived(post) == post.ids()


def test_a_message_that_is_of_no_use_any_more_is_given_up(post: Post) -> None:
    post.server.start()
    post.queue(kind="sign_in_link")
    with post.engine.begin() as connection:
        connection.execute(text("UPDATE mail_message SET expires_at = now() - interval '1 second'"))
    post.worker()
    settle(post, "failed")
    assert post.server.seen("RCPT") == 0


def test_without_a_way_out_mail_waits(post: Post) -> None:
    post.queue()
    worker = post.worker(SAFEPLACES_SMTP_HOST="", SAFEPLACES_ENVIRONMENT="production")
    wait_for("work", lambda: "at work" in worker.said())
    assert "No way out for mail" in worker.said()
    assert worker.end() == 0
    assert post.states() == ["waiting"]


def test_in_development_without_a_server_mail_is_kept_for_the_viewer(post: Post) -> None:
    post.queue()
    post.worker(SAFEPLACES_SMTP_HOST="")
    settle(post, "kept")
    with post.engine.connect() as connection:
        assert connection.execute(text("SELECT text FROM kept_mail_messages()")).scalar_one() == "Read this."
