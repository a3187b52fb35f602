"""Lists that are answered from the event loop are the same as those that are answered in a thread."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from sqlalchemy import create_engine

from app.db.sessions import WriteSession
from app.db.version import current_version, forget_version
from app.main import create_app
from app.places import routes
from app.places.answering import Asked, answer_at_once
from app.places.fragments import KeptAnswer, kept_for
from tests.conftest import settings_for
from tests.register import Register

PLACES = "/api/v1/places"
QUERIES = [
    "",
    "limit=3",
    "f=geojson&limit=2",
    "bbox=-1.60,54.76,-1.55,54.79",
    "bbox=-1.60,54.76,-1.55,54.79&limit=4&f=csv",
    "bbox=100,10,101,11",
    "near=-1.57,54.77&radius_m=1500&limit=5",
    "q=place",
    "kind=library&scheme=safe_place&accessibility=bsl",
    "division=E05000001",
    "open_at=2026-11-25T12:00",
]


def kept_answers(client: TestClient) -> OrderedDict[str, KeptAnswer]:
    engine = client.app.state.engine  # type: ignore[attr-defined]  # TestClient knows any ASGI application
    return kept_for(engine, current_version(engine)).answers


@pytest.fixture
def real_client(empty_database_url: str) -> Iterator[TestClient]:
    """The application with its own connections over a register that is committed."""
    engine = create_engine(empty_database_url)
    with WriteSession(engine) as session, session.begin():
        register = Register(session)
        register.add_divisions()
        for number in range(12):
            register.add_place(f"Place {number}", east_m=number * 90.0, bsl=number % 2 == 0)
    engine.dispose()
    with TestClient(create_app(settings_for(empty_database_url))) as client:
        yield client


def test_both_ways_give_the_same(real_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[bool] = []

    async def watched(asked: Asked) -> object:
        answer = await answer_at_once(asked)
        ways.append(answer is not None)
        return answer

    monkeypatch.setattr(routes, "answer_at_once", watched)
    for query in QUERIES:
        in_thread = real_client.get(f"{PLACES}?{query}")
        ways.clear()
        kept_answers(real_client).clear()
        again = real_client.get(f"{PLACES}?{query}")
        assert again.content == in_thread.content
        assert {**again.headers, "x-request-id": ""} == {**in_thread.headers, "x-request-id": ""}
        assert ways == [not query.startswith(("division", "open_at"))], query


def test_pages_follow_on_whichever_way(real_client: TestClient) -> None:
    for start in (f"{PLACES}?limit=5", f"{PLACES}?near=-1.57,54.77&limit=5"):
        found: list[str] = []
        address: str | None = start
        while address:
            body = real_client.get(address).json()
            found += [place["name"] for place in body["places"]]
            address = body["next"]
        assert len(found) == len(set(found)) == 12


def test_it_cannot_write(real_client: TestClient) -> None:
    reads = real_client.app.state.direct_reads  # type: ignore[attr-defined]  # TestClient knows any ASGI application

    async def setting(_: Request) -> dict[str, str]:
        rows = await reads.fetch("SHOW transaction_read_only", {})
        return {"read_only": rows[0][0]}

    real_client.app.add_api_route("/test/setting", setting)  # type: ignore[attr-defined]  # the same
    assert real_client.get("/test/setting").json() == {"read_only": "on"}


def test_no_connection_outlives_its_loop(empty_database_url: str) -> None:
    """An application that was never started, or has ended, has a loop for each request."""
    app = create_app(settings_for(empty_database_url))
    reads = app.state.direct_reads
    assert asyncio.run(reads.fetch("SELECT 1", {})) is None
    with TestClient(app) as client:
        assert client.portal
        assert client.portal.call(reads.fetch, "SELECT 1", {}) == [(1,)]
    assert asyncio.run(reads.fetch("SELECT 1", {})) is None


def test_a_change_shows(real_client: TestClient, empty_database_url: str) -> None:
    assert len(real_client.get(PLACES).json()["places"]) == 12
    assert len(real_client.get(PLACES).json()["places"]) == 12
    engine = create_engine(empty_database_url)
    with WriteSession(engine) as session, session.begin():
        session.connection().exec_driver_sql("UPDATE place SET membership_status = 'suspended' WHERE name = 'Place 3'")
        session.connection().exec_driver_sql("UPDATE place SET name = 'Renamed' WHERE name = 'Place 4'")
    engine.dispose()
    forget_version(real_client.app.state.engine)  # type: ignore[attr-defined]  # the second for which it is known is over
    assert len(real_client.get(PLACES).json()["places"]) == 11
    assert "Renamed" in real_client.get(PLACES).text


@pytest.mark.parametrize(
    ("query", "kept"),
    [("limit=3", 1), ("near=-1.57,54.77", 0), ("open_at=now", 0), ("as_at=2026-11-20", 0)],
)
def test_whole_answers_are_kept_but_never_those_to_a_position(real_client: TestClient, query: str, kept: int) -> None:
    first = real_client.get(f"{PLACES}?{query}")
    assert first.status_code == 200
    assert len(kept_answers(real_client)) == kept
    again = real_client.get(f"{PLACES}?{query}")
    assert again.content == first.content
    assert again.headers["cache-control"] == first.headers["cache-control"]
