"""What tests share: a private PostGIS for the run, a database for each worker, a savepoint for each test, a browser.

The first pytest process starts one cluster (thrown away afterwards) and tells xdist's workers of it by an environment
variable. The template database is migrated once, by whichever worker needs it first, and cloned for the others.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool
from starlette.types import ASGIApp, Receive, Scope, Send

from app.db.failures import translated
from app.db.sessions import (
    WEB_ROLE,
    ReadSession,
    WriteSession,
    confine_request,
    make_engine,
    read_session,
    write_session,
)
from app.db.version import forget_version
from app.settings import Settings
from scripts.local.postgis import Cluster, ClusterError

PROJECT = Path(__file__).parent.parent
CLUSTER_FOLDER = "SAFEPLACES_TEST_CLUSTER"
CLUSTER_FAULT = "SAFEPLACES_TEST_CLUSTER_FAULT"
FOLDER_PREFIX = "safeplaces-tests-"
ALIVE = "alive.lock"
TEMPLATE = "safeplaces_template"
SAMPLE_TEMPLATE = "safeplaces_sample_template"

hypothesis.settings.register_profile("shared machine", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "shared machine")

pytest_plugins = ["tests.accounts", "tests.browsing", "tests.http.oidc_house", "tests.signing_in"]

_numbers = count(1)


# The run: one cluster, started by the first process and thrown away at its end


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--without-browser` is what `scripts/test --fast` asks for."""
    parser.addoption("--without-browser", action="store_true", help="leave out the tests that need a browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a browser, where that is asked for."""
    if config.getoption("--without-browser"):
        left_out = [item for item in items if {"browser", "live_server"} & set(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster, unless we are a worker. Without PostGIS the tests that need it fail and say why."""
    if config.option.output == "test-results":
        # pytest-playwright empties its folder at the start; ours also holds screenshots and reports.
        config.option.output = "test-results/playwright"
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    _sweep_up_after_killed_runs()
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    folder.chmod(0o755)  # the server's user passes through
    alive = (folder / ALIVE).open("w")
    fcntl.flock(alive, fcntl.LOCK_EX)
    config.add_cleanup(alive.close)
    try:
        cluster = Cluster(folder / "postgres", durable=False)
        config.add_cleanup(lambda: _throw_away(cluster, folder))
        cluster.create()
        cluster.start()
    except ClusterError as error:
        os.environ[CLUSTER_FAULT] = str(error)
    else:
        os.environ[CLUSTER_FOLDER] = str(cluster.folder)


def _sweep_up_after_killed_runs() -> None:
    """Delete folders of runs that could not do it themselves: nobody holds their lock any more."""
    for mark in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*/{ALIVE}"):
        with mark.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(mark.parent, ignore_errors=True)


def _throw_away(cluster: Cluster, folder: Path) -> None:
    cluster.destroy()
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(CLUSTER_FOLDER, None)
    os.environ.pop(CLUSTER_FAULT, None)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def settings_for(url: str) -> Settings:
    """Settings for this database; nothing of the surroundings gets in. All tests come from one address: no limits."""
    return Settings.model_validate({"DATABASE_URL": url, "rate_limit_scale": 0})


# Databases


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The run's private PostGIS."""
    if fault := os.environ.get(CLUSTER_FAULT):
        pytest.fail(f"The tests' own PostGIS did not start. {fault}")
    return Cluster(Path(os.environ[CLUSTER_FOLDER]), durable=False)


@pytest.fixture(scope="session")
def cluster_url(cluster: Cluster) -> str:
    """The cluster's maintenance database."""
    return cluster.url("postgres")


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of the database that Alembic has migrated, once per run; it is only ever cloned."""
    return _template_once(cluster, TEMPLATE, from_template="template1", fill=migrate)


@pytest.fixture(scope="session")
def sample_template(cluster: Cluster, template: str) -> str:
    """The same with the bundled data loaded."""
    return _template_once(cluster, SAMPLE_TEMPLATE, from_template=template, fill=_load_bundled)


def _template_once(cluster: Cluster, name: str, *, from_template: str, fill: Callable[[str], None]) -> str:
    with locked(cluster.folder.parent / f"{name}.lock"):
        if not cluster.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            unfinished = f"{name}_unfinished"
            cluster.query(f"DROP DATABASE IF EXISTS {unfinished}")
            cluster.query(f"CREATE DATABASE {unfinished} TEMPLATE {from_template}")
            fill(cluster.url(unfinished))
            cluster.query(f"ALTER DATABASE {unfinished} RENAME TO {name}")
    return name


def migrate(url: str) -> None:
    config = AlembicConfig(str(PROJECT / "alembic.ini"))
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _load_bundled(url: str) -> None:
    from app.bundled import load_bundled  # noqa: PLC0415 - it imports every feature; most tests need none of them

    engine = make_engine(settings_for(url))
    with WriteSession(engine) as session, session.begin():
        load_bundled(session)
    engine.dispose()


@contextmanager
def clone(cluster: Cluster, template: str) -> Iterator[str]:
    """A new database like a template, dropped afterwards: its address."""
    name = f"safeplaces_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    cluster.query(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield cluster.url(name)
    cluster.query(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def database_url(cluster: Cluster, template: str) -> Iterator[str]:
    """This worker's own database: migrated, empty, and left empty by every test (use `session`)."""
    with clone(cluster, template) as url:
        yield url


@pytest.fixture
def empty_database_url(cluster: Cluster, template: str) -> Iterator[str]:
    """A brand-new migrated database for a test that commits; dropped afterwards."""
    with clone(cluster, template) as url:
        yield url


@pytest.fixture
def bare_database_url(cluster: Cluster) -> Iterator[str]:
    """A database in which no migration has run; dropped afterwards."""
    with clone(cluster, "template1") as url:
        yield url


@pytest.fixture(scope="session")
def sample_database_url(cluster: Cluster, sample_template: str) -> Iterator[str]:
    """This worker's database with the bundled data: for reading. Tests that change it clone their own."""
    with clone(cluster, sample_template) as url:
        yield url


@pytest.fixture
def own_sample_database_url(cluster: Cluster, sample_template: str) -> Iterator[str]:
    """A brand-new database with the bundled data for a test that commits; dropped afterwards."""
    with clone(cluster, sample_template) as url:
        yield url


# Sessions: everything that a test does is rolled back


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of this worker's database."""
    engine = make_engine(settings_for(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back after the test."""
    with engine.connect() as connection, connection.begin() as outer:
        yield connection
        outer.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[WriteSession]:
    """A session for setting the scene and calling rules: its commits end savepoints only."""
    with WriteSession(connection, join_transaction_mode="create_savepoint") as session:
        yield session


class AsWeb:
    """ASGI middleware: a request works on the test's connection as the web's role, confined to nobody at first.

    Settings of a savepoint last until the end of the whole transaction, so they are taken back by hand.
    """

    def __init__(self, app: ASGIApp, connection: Connection) -> None:
        self._app = app
        self._connection = connection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Become the web's role, pass the request on, become the owner of the tables again."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._connection.execute(_BECOME_WEB)
        try:
            await self._app(scope, receive, send)
        finally:
            self._connection.execute(_BECOME_OWNER)


_NOBODY = ", ".join(
    f"set_config('safeplaces.{name}', '', true)" for name in ("account", "authority", "role", "actor", "via", "reason")
)
_FOR_NOBODY = text(f"SELECT {_NOBODY}")
_BECOME_WEB = text(f"SELECT set_config('role', '{WEB_ROLE}', true), {_NOBODY}")
_BECOME_OWNER = text(f"SELECT set_config('role', 'none', true), {_NOBODY}")


class SavepointedEngine:
    """Stands where the application keeps its engine and hands out the test's one connection, savepoints included."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """The test's connection, which stays open afterwards."""
        with self._connection.begin_nested():
            yield self._connection

    begin = connect

    def execution_options(self, **_: object) -> Connection:
        """The test's connection: options of a transaction cannot change inside it."""
        return self._connection

    def dispose(self) -> None:
        """Nothing to close."""


# The application


@pytest.fixture(scope="session")
def app(database_url: str) -> FastAPI:
    """The application over this worker's database; tests use it through `client`."""
    from app.main import create_app  # noqa: PLC0415 - tests of geometry need no web application

    return create_app(settings_for(database_url))


@pytest.fixture
def client(app: FastAPI, connection: Connection, session: WriteSession) -> Iterator[TestClient]:
    """A client whose requests see what the test has flushed, and whose changes are rolled back with the test's."""

    def reading(request: Request) -> Iterator[ReadSession]:
        with translated(), ReadSession(connection, join_transaction_mode="create_savepoint") as reader:
            reader.execute(text("SET TRANSACTION READ ONLY"))  # ends with the savepoint
            confine_request(reader, request)
            yield reader
            reader.execute(_FOR_NOBODY)

    def writing(request: Request) -> Iterator[WriteSession]:
        with (
            translated(),
            WriteSession(connection, join_transaction_mode="create_savepoint") as writer,
            writer.begin(),
        ):
            confine_request(writer, request)
            yield writer
            writer.flush()
            writer.execute(_FOR_NOBODY)

    session.flush()
    real_engine, real_stack = app.state.engine, app.middleware_stack
    app.state.engine = SavepointedEngine(connection)
    app.middleware_stack = AsWeb(real_stack or app.build_middleware_stack(), connection)
    app.dependency_overrides |= {read_session: reading, write_session: writing}
    with TestClient(app, raise_server_exceptions=True) as client:
        forget_version(app.state.engine)
        yield client
    forget_version(app.state.engine)
    app.state.engine, app.middleware_stack = real_engine, real_stack
    app.dependency_overrides.clear()


@pytest.fixture(scope="session")
def sample_client(sample_database_url: str) -> Iterator[TestClient]:
    """A client of the application over the bundled data, with its real engine: for reading."""
    from app.main import create_app  # noqa: PLC0415 - as above

    with TestClient(create_app(settings_for(sample_database_url))) as client:
        yield client
