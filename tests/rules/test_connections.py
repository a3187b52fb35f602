"""Pooled connections survive a database that restarts."""

from sqlalchemy import Engine, text

from app.db.sessions import make_engine, open_read_session
from app.settings import Settings


def test_a_connection_that_the_server_closed_is_replaced(database_url: str, engine: Engine) -> None:
    ours = make_engine(Settings.model_validate({"DATABASE_URL": database_url}))
    with open_read_session(ours) as session:
        pid = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
    with engine.connect() as other:
        assert other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar_one()
    with open_read_session(ours) as session:
        assert session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one() != pid
    ours.dispose()


def test_a_read_session_cannot_change_the_register(database_url: str) -> None:
    ours = make_engine(Settings.model_validate({"DATABASE_URL": database_url}))
    with open_read_session(ours) as session:
        assert session.connection().execute(text("SHOW transaction_read_only")).scalar_one() == "on"
    ours.dispose()
