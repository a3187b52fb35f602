"""What every page's frame takes from the register, and errors as pages."""

from http import HTTPStatus
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.requests import Request

from app.db.sessions import make_engine
from app.db.version import forget_version
from app.http.pages import holds_sample_data, problem_page
from app.http.problems import Problem
from app.settings import Settings


def test_the_notice_follows_the_register(empty_database_url: str) -> None:
    engine = make_engine(Settings.model_validate({"DATABASE_URL": empty_database_url}))
    assert holds_sample_data(engine) is False
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO authority (code, name, is_sample) VALUES ('E06000047', 'County Durham', true)")
        )
    forget_version(engine)
    assert holds_sample_data(engine) is True
    engine.dispose()


def test_an_error_page_is_drawn_although_the_database_is_away(tmp_path: Path, built_assets: Path) -> None:
    settings = Settings.model_validate(
        {"DATABASE_URL": f"postgresql:///none?host={tmp_path}", "static_folder": built_assets}
    )
    answer = problem_page(
        _request(settings),
        Problem(HTTPStatus.SERVICE_UNAVAILABLE, "x", "The register cannot be reached", "It is away."),
    )
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    assert "It is away." in bytes(answer.body).decode()


@pytest.mark.parametrize("status", [HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR])
def test_bare_http_errors_are_said_in_plain_words(status: HTTPStatus, tmp_path: Path, built_assets: Path) -> None:
    settings = Settings.model_validate(
        {"DATABASE_URL": f"postgresql:///none?host={tmp_path}", "static_folder": built_assets}
    )
    answer = problem_page(_request(settings), Problem(status, "x", status.phrase, "Nothing matches the given URI."))
    shown = bytes(answer.body).decode()
    assert "given URI" not in shown
    assert "Find a safe place" in shown


def _request(settings: Settings) -> Request:
    """A request for a page of an application with these settings."""

    class State:
        engine = make_engine(settings)

    class Application:
        state = State()

    Application.state.settings = settings  # type: ignore[attr-defined]  # stands for Starlette's open State
    scope = {"type": "http", "method": "GET", "path": "/x", "headers": [], "query_string": b"", "app": Application()}
    return Request(scope)
