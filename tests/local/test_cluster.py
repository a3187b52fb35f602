"""The private PostGIS: made, started, killed, found again, whoever runs it and wherever the checkout lies."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy

from scripts.local import postgis
from scripts.local.binaries import BinariesMissing, find_binaries
from scripts.local.postgis import Cluster, ClusterError

ROOT = Path(__file__).parent.parent.parent
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its server to another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may pass through (pytest's own are closed) and that is removed with what is in it."""
    with tempfile.TemporaryDirectory(prefix="safeplaces-cluster-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def new_cluster(folder: Path) -> Iterator[Callable[..., Cluster]]:
    """Clusters below `folder`, stopped and deleted afterwards."""
    made: list[Cluster] = []

    def make(name: str = "postgres") -> Cluster:
        made.append(Cluster(folder / name, durable=False))
        return made[-1]

    yield make
    for cluster in made:
        cluster.destroy()


def server_pid(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def started(cluster: Cluster) -> Cluster:
    cluster.create()
    cluster.start()
    return cluster


def test_from_nothing_to_a_postgis_query(new_cluster: Callable[..., Cluster]) -> None:
    cluster = started(new_cluster())
    assert cluster.create_database("safeplaces") is True
    assert cluster.create_database("safeplaces") is False
    engine = sqlalchemy.create_engine(cluster.url("safeplaces"), poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE EXTENSION postgis"))
        assert (
            connection.execute(sqlalchemy.text("SELECT ST_SRID('SRID=27700;POINT(1 2)'::geometry)")).scalar() == 27700
        )
    assert cluster.query("SHOW listen_addresses") == ""
    assert cluster.query("SHOW timezone") == "UTC"


def test_it_belongs_to_one_user_alone_and_not_to_root(new_cluster: Callable[..., Cluster]) -> None:
    cluster = started(new_cluster())
    owner = cluster.data.stat().st_uid
    assert owner != 0
    assert cluster.sockets.stat().st_mode & 0o077 == 0
    assert Path(f"/proc/{server_pid(cluster)}").stat().st_uid == owner


def test_starting_and_stopping_twice_changes_nothing(new_cluster: Callable[..., Cluster]) -> None:
    cluster = started(new_cluster())
    pid = server_pid(cluster)
    cluster.create()
    cluster.start()
    assert server_pid(cluster) == pid
    cluster.stop()
    cluster.stop()
    assert not cluster.running()
    assert not is_alive(pid)


def test_another_process_finds_and_stops_it(new_cluster: Callable[..., Cluster], folder: Path) -> None:
    cluster = started(new_cluster())
    pid = server_pid(cluster)
    other = Cluster(folder / "postgres", durable=False)
    assert other.running()
    assert other.url("x") == cluster.url("x")
    other.stop()
    assert not is_alive(pid)


def test_several_clusters_run_side_by_side(new_cluster: Callable[..., Cluster]) -> None:
    first, second = started(new_cluster("one")), started(new_cluster("two"))
    first.create_database("only_here")
    assert second.query("SELECT count(*) FROM pg_database WHERE datname = 'only_here'") == "0"


@pytest.mark.parametrize("also_stale", ["nothing", "a pid of another program", "rubbish"])
def test_it_starts_again_after_a_kill(new_cluster: Callable[..., Cluster], also_stale: str) -> None:
    cluster = started(new_cluster())
    cluster.create_database("kept")
    pid = server_pid(cluster)
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: not is_alive(pid))
    pid_file = cluster.data / "postmaster.pid"
    assert pid_file.exists()
    if also_stale == "a pid of another program":
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    elif also_stale == "rubbish":
        pid_file.write_text("")
    assert not cluster.running()
    cluster.start()
    assert cluster.query("SELECT count(*) FROM pg_database WHERE datname = 'kept'") == "1"


def test_the_server_ends_with_the_process_that_started_it(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from scripts.local.postgis import Cluster\n"
        "c = Cluster(Path(sys.argv[1]), durable=False); c.create(); c.start(); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, folder / "postgres"], cwd=ROOT, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"up\n"
        cluster = Cluster(folder / "postgres", durable=False)
        pid = server_pid(cluster)
        run.kill()
    assert until(lambda: not is_alive(pid))
    cluster.destroy()


def test_a_symbolic_link_to_the_checkout_is_the_same_cluster(new_cluster: Callable[..., Cluster], folder: Path) -> None:
    cluster = started(new_cluster("real/postgres"))
    (folder / "link").symlink_to(folder / "real")
    assert Cluster(folder / "link" / "postgres").running()
    assert Cluster(folder / "link" / "postgres").url("x") == cluster.url("x")


def test_a_living_server_under_another_path_is_never_doubled(
    new_cluster: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = started(new_cluster())
    pid = server_pid(cluster)
    monkeypatch.setattr(Cluster, "_running_pid", lambda _: None)  # as a bind mount would make it seem
    with pytest.raises(ClusterError, match="lock file"):
        cluster.start()
    monkeypatch.undo()
    assert server_pid(cluster) == pid
    assert cluster.query("SELECT 1") == "1"


def test_an_interrupted_creation_is_begun_again(new_cluster: Callable[..., Cluster]) -> None:
    cluster = new_cluster()
    (cluster.folder / "data.unfinished").mkdir(parents=True)
    (cluster.folder / "data.unfinished" / "PG_VERSION").write_text("15\n")
    assert not cluster.exists()
    assert started(cluster).query("SELECT 1") == "1"


@pytest.mark.parametrize("name", ["x" * 100, "with space, comma"])
def test_a_long_or_odd_path_gets_its_socket_elsewhere(new_cluster: Callable[..., Cluster], name: str) -> None:
    cluster = started(new_cluster(f"{name}/postgres"))
    assert cluster.folder not in cluster.sockets.parents
    assert len(str(cluster.sockets)) < 80
    assert cluster.query("SELECT 1") == "1"
    engine = sqlalchemy.create_engine(cluster.url("postgres"), poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT 1")).scalar() == 1
    cluster.stop()
    assert not cluster.sockets.exists()


def test_a_socket_folder_of_somebody_else_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    cluster = Cluster(folder / ("x" * 100) / "postgres", durable=False)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    cluster.sockets.symlink_to(elsewhere)
    cluster.create()
    with pytest.raises(ClusterError, match="belongs to somebody else"):
        cluster.start()


@as_root
def test_a_checkout_under_a_closed_home_keeps_its_data_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgis, "FALLBACK_STATE", folder / "state")
    home = folder / "home"
    home.mkdir(mode=0o700)
    cluster = Cluster(home / "checkout" / ".local" / "postgres", durable=False)
    assert cluster.folder.parent == folder / "state"
    assert Cluster(home / "checkout" / ".local" / "postgres").folder == cluster.folder
    assert Cluster(home / "second" / ".local" / "postgres").folder != cluster.folder
    assert started(cluster).query("SELECT 1") == "1"
    cluster.destroy()


@as_root
def test_our_umask_does_not_lock_the_server_out(new_cluster: Callable[..., Cluster]) -> None:
    before = os.umask(0o077)
    try:
        assert started(new_cluster("deep/down/postgres")).query("SELECT 1") == "1"
    finally:
        os.umask(before)


@as_root
def test_an_ordinary_user_needs_no_demotion_and_root_can_go_on_with_their_cluster(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    program = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path; from scripts.local.postgis import Cluster\n"
        "c = Cluster(Path(sys.argv[1]), durable=False); c.create(); c.start(); print(c.query('SELECT 1')); c.stop()"
    )
    with tempfile.TemporaryDirectory(prefix="safeplaces-source-") as copy:
        # A copy, since the checkout itself may be out of that user's reach.
        Path(copy).chmod(0o755)
        subprocess.run(["cp", "-r", ROOT / "scripts", copy], check=True)
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", "-i", "PATH=/usr/bin:/bin"]
        command += ["/usr/bin/python3", "-c", program, str(folder / "postgres"), copy]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    cluster = started(Cluster(folder / "postgres", durable=False))
    assert cluster.data.stat().st_uid == nobody.pw_uid
    assert cluster.query("SELECT 1") == "1"
    cluster.destroy()


def test_a_fault_is_told_with_the_end_of_the_log(new_cluster: Callable[..., Cluster]) -> None:
    cluster = new_cluster()
    cluster.create()
    with (cluster.data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = on\n")
    with pytest.raises(ClusterError, match="no_such_setting"):
        cluster.start()


def test_missing_programs_are_told_with_the_command_and_the_container() -> None:
    with pytest.raises(
        BinariesMissing, match=r"apt-get install postgresql-99-postgis-3.*DATABASE_URL.*docker compose up"
    ):
        find_binaries(99)


@pytest.mark.parametrize("name", ['x"; DROP DATABASE y', "Upper", "", "1st"])
def test_database_names_are_plain(new_cluster: Callable[..., Cluster], name: str) -> None:
    with pytest.raises(ValueError, match="plain database name"):
        new_cluster().create_database(name)
