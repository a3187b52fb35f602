"""PostgreSQL stops and starts in the middle: nothing is lost, nothing is sent twice, and the worker carries on."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local.postgis import Cluster
from tests.conftest import migrate
from tests.local.mailing import Post, wait_for

DATABASE = "safeplaces"


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A server that these tests may stop: durable, as a real one is."""
    with tempfile.TemporaryDirectory(prefix="safeplaces-worker-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        cluster = Cluster(Path(name) / "postgres")
        cluster.create()
        cluster.start()
        cluster.create_database("template_of_ours")
        migrate(cluster.url("template_of_ours"))
        yield cluster
        cluster.destroy()


@pytest.fixture
def post(own_cluster: Cluster, tmp_path: Path) -> Iterator[Post]:
    own_cluster.query(f"CREATE DATABASE {DATABASE} TEMPLATE template_of_ours")
    post = Post(own_cluster.url(DATABASE), tmp_path)
    post.server.start()
    yield post
    post.close()
    own_cluster.start()
    own_cluster.query(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def settle(post: Post, state: str) -> None:
    wait_for(f"all {state}", lambda: set(post.states()) == {state} and not post.jobs())


def assert_each_arrived_once(post: Post) -> None:
    assert sorted(message["id"] for message in post.server.received()) == sorted(post.ids())


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_the_database_is_away_when_a_message_should_be_handed_over(post: Post, own_cluster: Cluster, step: str) -> None:
    """The final dot does not leave, since the database did not hear of it."""
    post.queue(2)
    post.server.have(f"stall-{step}")
    worker = post.worker()
    wait_for(step, lambda: post.server.seen(step) == 2)
    own_cluster.stop()
    post.server.have_not(f"stall-{step}")
    wait_for("the loss", lambda: "does not answer" in worker.said() or "lost the database" in worker.said())
    assert post.server.received() == []
    own_cluster.start()
    settle(post, "sent")
    assert_each_arrived_once(post)
    assert worker.process.poll() is None, "the worker lived on"


def test_the_database_is_away_when_the_server_says_that_it_took_the_message(post: Post, own_cluster: Cluster) -> None:
    """What the worker knows is written down when the database is back: no doubt, no second copy."""
    post.queue(2)
    post.server.have("stall-DOT")
    worker = post.worker()
    wait_for("DOT", lambda: post.server.seen("DOT") == 2)
    assert post.states() == ["handing_over"] * 2
    own_cluster.stop()
    post.server.have_not("stall-DOT")
    wait_for("the answers", lambda: len(post.server.received()) == 2)
    wait_for("the loss", lambda: "does not answer" in worker.said())
    own_cluster.start()
    settle(post, "sent")
    assert_each_arrived_once(post)


def test_the_database_and_the_worker_die_together(post: Post, own_cluster: Cluster) -> None:
    post.queue()
    post.server.have("stall-DOT")
    first = post.worker()
    wait_for("DOT", lambda: post.server.seen("DOT"))
    own_cluster.stop()
    first.kill()
    own_cluster.start()
    post.server.have_not("stall-DOT")
    post.worker()
    settle(post, "uncertain")


def test_a_worker_waits_for_a_database_that_is_not_there_yet(post: Post, own_cluster: Cluster) -> None:
    post.queue()
    own_cluster.stop()
    worker = post.worker()
    wait_for("its patience", lambda: "lost the database" in worker.said())
    own_cluster.start()
    settle(post, "sent")
    assert_each_arrived_once(post)
    assert worker.end() == 0


def test_a_worker_without_a_database_can_be_stopped(post: Post, own_cluster: Cluster) -> None:
    worker = post.worker()
    wait_for("work", lambda: "at work" in worker.said())
    own_cluster.stop()
    wait_for("its patience", lambda: "lost the database" in worker.said())
    assert worker.end(within_s=8) == 0


def test_it_notices_work_again_after_the_database_was_away(post: Post, own_cluster: Cluster) -> None:
    worker = post.worker()
    wait_for("work", lambda: "at work" in worker.said())
    for _ in range(3):
        own_cluster.stop()
        own_cluster.start()
    post.queue(5)
    settle(post, "sent")
    assert_each_arrived_once(post)
