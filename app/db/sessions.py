"""Engines and the two kinds of session.

A read session runs READ ONLY transactions. A write session is a unit of work: it commits once, before the response
leaves, and says who changes what through which door (`record_as`), which the revision triggers write down.
"""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from psycopg import Connection
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlmodel import Session
from structlog.contextvars import get_contextvars

from app.db.failures import translated
from app.errors import DatabaseRoleRefused, DatabaseUnavailable
from app.settings import Settings

WEB_ROLE = "safeplaces_web"
"""As what the web service works in the database (migrations/sql/0008_privileges.sql); commands work as the owner."""


class Bounds(NamedTuple):
    """What the database lets a request reach: its row-level security reads these. Nobody's are empty."""

    account_id: int | None = None
    authority_code: str | None = None
    role: str = "public"
    actor: str = ""
    via: str = ""


def confine(session: Session, bounds: Bounds) -> None:
    """Tell the database, for this transaction, for whom it works; without it only public rows can be reached."""
    session.connection().execute(
        text(
            "SELECT set_config('safeplaces.account', :account, true),"
            " set_config('safeplaces.authority', :authority, true),"
            " set_config('safeplaces.role', :role, true), set_config('safeplaces.actor', :actor, true),"
            " set_config('safeplaces.via', :via, true), set_config('safeplaces.request', :request, true)"
        ),
        {
            "account": "" if bounds.account_id is None else str(bounds.account_id),
            "authority": bounds.authority_code or "",
            "role": bounds.role,
            "actor": bounds.actor,
            "via": bounds.via,
            "request": get_contextvars().get("request_id", ""),
        },
    )


class ReadSession(Session):
    """A session that cannot change the register."""


class WriteSession(Session):
    """A session that changes the register, as one transaction."""

    def record_as(self, actor: str, *, via: str, reason: str | None = None) -> None:
        """Name who makes the changes of this transaction, through what (page, api, import, cli, sample), and why."""
        self.connection().execute(
            text(
                "SELECT set_config('safeplaces.actor', :actor, true), set_config('safeplaces.via', :via, true),"
                " set_config('safeplaces.reason', :reason, true)"
            ),
            {"actor": actor, "via": via, "reason": reason or ""},
        )


def make_engine(settings: Settings, *, role: str | None = None) -> Engine:
    """The process's engine. Connections are checked before use, so that a restarted database is not an error.

    Args:
        settings: where the database is.
        role: as what its connections work (`WEB_ROLE`); None: as the user who logs in, for commands and the worker.
    """
    connect_args: dict[str, Any] = {"connect_timeout": 5, "application_name": "safeplaces"}
    if role:
        connect_args["options"] = f"-c role={role}"
    engine = create_engine(
        settings.sqlalchemy_url,
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # an error that quotes a statement must not quote what somebody searched for
        connect_args=connect_args,
    )
    event.listen(engine, "checkout", _refuse_closed)
    return engine


def find_refusal(engine: Engine) -> DatabaseRoleRefused | None:
    """Why the database refuses the engine's role, if it does. A database that is away is told of by readiness."""
    try:
        with translated(), engine.connect():
            return None
    except DatabaseRoleRefused as error:
        return error
    except DatabaseUnavailable:
        return None


def _refuse_closed(connection: Connection[Any], *_: object) -> None:
    """Have the pool replace a connection that the server closed.

    An idle connection has nothing to say, so one with something to read holds the server's farewell. SQLAlchemy's own
    `pool_pre_ping` finds out by a round trip, a tenth of the time of a short request.
    """
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


def open_read_session(engine: Engine) -> ReadSession:
    """A session on a READ ONLY transaction; the caller closes it."""
    return ReadSession(engine.execution_options(postgresql_readonly=True))


def read_session(request: Request) -> Iterator[ReadSession]:
    """A dependency: one read session for one request.

    It ends by COMMIT, which changes nothing: at a ROLLBACK psycopg throws the connection's prepared statements away,
    and each request would pay for planning again.
    """
    with translated(), open_read_session(request.app.state.engine) as session:
        confine_request(session, request)
        yield session
        session.commit()


reading = contextmanager(read_session)
"""The same for a route that opens its session in the thread that uses it; a dependency runs in two more threads."""


def write_session(request: Request) -> Iterator[WriteSession]:
    """A dependency: one unit of work for one request, committed before the response leaves."""
    with translated(), WriteSession(request.app.state.engine) as session, session.begin():
        confine_request(session, request)
        yield session


writing = contextmanager(write_session)
"""The same for a route that waits for something else before or after its unit of work, and holds no connection then."""


def confine_request(session: Session, request: Request) -> None:
    """Confine a transaction to what `app.accounts.access` found out about who asks; a route for everyone is not."""
    bounds: Bounds | None = getattr(request.state, "bounds", None)
    if bounds:
        confine(session, bounds)


# scope="function" ends the unit of work before the response is sent: with the default scope a failing commit
# still answers 200.
Reading = Annotated[ReadSession, Depends(read_session, scope="function")]
Writing = Annotated[WriteSession, Depends(write_session, scope="function")]
