"""`safeplaces keys`: made, listed, replaced and revoked by whoever runs the installation."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli.main import app
from app.errors import InvalidInput, NotFound
from tests.signing_in import add_account

RUN = CliRunner()


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a statement, in a connection of its own."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return rows


def test_a_keys_life_by_command(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    engine = create_engine(empty_database_url)
    with Session(engine) as session:
        email = add_account(session).email or ""
        session.commit()
    engine.dispose()
    made = RUN.invoke(app, ["keys", "add", "Website", "--for", email, "--scope", "places:read-all", "--days", "30"])
    assert made.exit_code == 0, made.output
    token = made.stdout.strip().splitlines()[-1]
    assert token.startswith("spk_")
    assert ask(empty_database_url, "SELECT prefix, scopes, name FROM api_key") == [
        (token[:12], ["places:read-all"], "Website")
    ]
    assert token[:12] in RUN.invoke(app, ["keys", "list"]).output
    rotated = RUN.invoke(app, ["keys", "rotate", token[:12], "--for", email, "--overlap-days", "1"])
    new = rotated.stdout.strip().splitlines()[-1]
    assert new.startswith("spk_")
    assert new != token
    assert RUN.invoke(app, ["keys", "revoke", new[:12]]).exit_code == 0
    state = ask(empty_database_url, "SELECT prefix, revoked_at IS NOT NULL FROM api_key")
    assert sorted(state) == sorted([(token[:12], False), (new[:12], True)])
    bad = RUN.invoke(app, ["keys", "add", "Website", "--for", email, "--scope", "everything"])
    assert isinstance(bad.exception, InvalidInput)
    assert isinstance(RUN.invoke(app, ["keys", "revoke", "spk_unknown1"]).exception, NotFound)
