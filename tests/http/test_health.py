"""Health: what an operator and a container engine ask."""

import os
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import create_engine, text

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.main import create_app
from app.settings import Settings
from app.tables.authority import Authority
from app.tables.division import DivisionSet
from app.tables.postcode import PostcodeUnit

DURHAM = "E06000047"


def failing(answer: Response) -> dict[str, str]:
    """The one check that fails, by its name."""
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers["cache-control"] == "no-store"
    (check,) = [check for check in answer.json()["checks"] if not check["ok"]]
    assert check["what"]
    assert check["remedy"]
    return dict(check)


def load(session: WriteSession, *, valid_from: date, valid_to: date | None) -> None:
    """One active division set, and one postcode."""
    session.record_as("test", via="cli")
    if session.get(Authority, DURHAM) is None:
        session.add(Authority(code=DURHAM, name="Durham", is_sample=False))
        session.flush()
    session.add(
        DivisionSet(
            authority_code=DURHAM,
            title="Divisions",
            valid_from=valid_from,
            valid_to=valid_to,
            source="a test",
            licence="none",
            status="active",
            content_sha256="0" * 64,
        )
    )
    session.merge(
        PostcodeUnit(
            postcode="DH1 5UL",
            easting=427000,
            northing=543000,
            location="SRID=27700;POINT(427000 543000)",
            source="a test",
        )
    )
    session.flush()


def test_live_asks_nothing_of_the_database() -> None:
    nowhere = Settings.model_validate({"DATABASE_URL": "postgresql://somebody:secret@/nothing?host=/nonexistent"})
    with TestClient(create_app(nowhere)) as client:
        answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (HTTPStatus.OK, {"status": "live"})


def test_an_unreachable_database_is_named_without_its_address() -> None:
    address = "postgresql://somebody:secret@/nothing?host=/nonexistent"
    with TestClient(create_app(Settings.model_validate({"DATABASE_URL": address}))) as client:
        answer = client.get("/health/ready")
    assert failing(answer)["name"] == "database"
    assert not any(word in answer.text for word in ("somebody", "secret", "nonexistent"))


def test_a_database_without_postgis(bare_database_url: str) -> None:
    with TestClient(create_app(Settings.model_validate({"DATABASE_URL": bare_database_url}))) as client:
        assert failing(client.get("/health/ready"))["name"] == "postgis"


@pytest.mark.parametrize(
    ("stands_at", "advice"), [("0001", "alembic upgrade head"), ("9999", "version of the program")]
)
def test_a_database_at_another_revision(empty_database_url: str, stands_at: str, advice: str) -> None:
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": stands_at})
    engine.dispose()
    with TestClient(create_app(Settings.model_validate({"DATABASE_URL": empty_database_url}))) as client:
        check = failing(client.get("/health/ready"))
    assert check["name"] == "migrations"
    assert stands_at in check["what"]
    assert advice in check["remedy"]


def test_an_empty_register_says_what_to_run(client: TestClient) -> None:
    check = failing(client.get("/health/ready"))
    assert check["name"] == "divisions"
    assert "safeplaces setup" in check["remedy"]


def test_ready_with_present_boundaries(client: TestClient, session: WriteSession) -> None:
    load(session, valid_from=date(2025, 5, 1), valid_to=None)
    answer = client.get("/health/ready")
    assert answer.status_code == HTTPStatus.OK
    assert answer.json()["status"] == "ready"
    assert [check["name"] for check in answer.json()["checks"]] == [
        "database",
        "postgis",
        "migrations",
        "divisions",
        "postcodes",
    ]
    assert answer.json()["warnings"] == []


def test_boundaries_that_have_ended_are_a_warning_not_a_fault(client: TestClient, session: WriteSession) -> None:
    load(session, valid_from=date(2013, 5, 2), valid_to=date(2025, 5, 1))
    answer = client.get("/health/ready")
    assert answer.status_code == HTTPStatus.OK
    (warning,) = answer.json()["warnings"]
    assert DURHAM in warning
    assert "1 May 2025" in warning


def test_boundaries_of_next_month_do_not_silence_the_warning(client: TestClient, session: WriteSession) -> None:
    load(session, valid_from=date(2013, 5, 2), valid_to=date(2025, 5, 1))
    load(session, valid_from=london_today() + timedelta(days=30), valid_to=None)
    assert len(client.get("/health/ready").json()["warnings"]) == 1


def test_readiness_of_the_bundled_register(sample_client: TestClient) -> None:
    answer = sample_client.get("/health/ready")
    assert answer.status_code == HTTPStatus.OK, answer.text
    assert os.environ["SAFEPLACES_TEST_CLUSTER"] not in answer.text
