"""The border at which the database's errors become errors of the register."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import Conflict, DatabaseRoleRefused, DatabaseUnavailable, InvalidInput

RULE_BROKEN = "SP001"
"""SQLSTATE that our own triggers raise; their message is written for people."""
_ROLE_REFUSED = re.compile(r'(?:role|parameter "role":) "(\w+)"')
"""In what libpq says when a connection is refused; there is no SQLSTATE to go by then."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLAlchemy's and psycopg's errors into named ones.

    Raises:
        DatabaseUnavailable: the database cannot be reached, or no connection became free.
        DatabaseRoleRefused: it can, but its user may not work as the service's role, or nobody may log in so.
        Conflict: a unique or exclusion constraint, or a rule of a trigger, forbids the change.
        InvalidInput: a check constraint or a foreign key refuses a value.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailable(
            "The register is very busy: no database connection became free in time.", "Wait a minute and try again."
        ) from error
    except DBAPIError as error:
        raise _named(error) from error


def _named(error: DBAPIError) -> Exception:
    cause = error.orig
    if isinstance(cause, pg.Error) and cause.sqlstate == RULE_BROKEN:
        return Conflict(
            cause.diag.message_primary or "A rule of the register forbids it.", cause.diag.message_hint or ""
        )
    if isinstance(cause, pg.UniqueViolation | pg.ExclusionViolation):
        return Conflict(
            "The register already holds something that this would duplicate or overlap.",
            f"Look for it and change that instead ({cause.diag.constraint_name}).",
        )
    if isinstance(cause, pg.CheckViolation | pg.ForeignKeyViolation | pg.NotNullViolation | pg.DataError):
        return InvalidInput(
            "The database refuses one of the values.",
            f"Check the values against the documentation ({cause.diag.constraint_name or cause.diag.message_primary}).",
        )
    if isinstance(error, OperationalError) and (refused := _ROLE_REFUSED.search(str(cause))):
        return DatabaseRoleRefused(
            f"The database does not let the service work as the role {refused.group(1)}.",
            "Run `alembic upgrade head` as the owner of the tables, which makes the role safeplaces_web, and"
            " `GRANT safeplaces_web TO …` for the user in DATABASE_URL (docs/permissions.md).",
        )
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return DatabaseUnavailable("The register's database does not answer.", "Wait a minute and try again.")
    return error
