"""The database as commands use it: one engine, one unit of work."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from app.db.failures import translated
from app.db.sessions import ReadSession, WriteSession, make_engine, open_read_session
from app.errors import RegisterError
from app.settings import Settings, load_settings


def settings_from_environment() -> Settings:
    """The settings; a missing or wrong one is said in words.

    Raises:
        RegisterError: a setting is missing or wrong.
    """
    try:
        return load_settings()
    except ValidationError as error:
        named = ", ".join(str(fault["loc"][0]) for fault in error.errors())
        raise RegisterError(
            f"These settings are missing or not valid: {named}.", "See the settings in docs/running.md."
        ) from error


@contextmanager
def writing() -> Iterator[WriteSession]:
    """One unit of work, committed at the end, rolled back on any error."""
    engine = make_engine(settings_from_environment())
    with translated(), WriteSession(engine) as session, session.begin():
        yield session


@contextmanager
def reading() -> Iterator[ReadSession]:
    """One read session."""
    engine = make_engine(settings_from_environment())
    with translated(), open_read_session(engine) as session:
        yield session
