"""Trying what the web's role may do, on the connection of a test."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import errors
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from app.db.sessions import WEB_ROLE, Bounds, WriteSession, confine


@contextmanager
def web(session: WriteSession, bounds: Bounds | None = None) -> Iterator[Connection]:
    """The test's connection as the web's role, confined as a request would be; put back afterwards."""
    session.flush()
    connection = session.connection()
    with connection.begin_nested() as savepoint:
        confine(session, bounds or Bounds())
        connection.execute(text(f"SET LOCAL ROLE {WEB_ROLE}"))
        yield connection
        savepoint.rollback()


def refused(connection: Connection, statement: str) -> None:
    """The statement is refused for want of a privilege, or by a policy."""
    with pytest.raises(ProgrammingError) as caught, connection.begin_nested():
        connection.execute(text(statement))
    assert isinstance(caught.value.orig, errors.InsufficientPrivilege), caught.value.orig


def count(connection: Connection, what: str) -> int:
    """How many rows of a FROM clause are seen."""
    return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def changed(connection: Connection, statement: str) -> int:
    """How many rows a statement changes."""
    return connection.execute(text(statement)).rowcount
