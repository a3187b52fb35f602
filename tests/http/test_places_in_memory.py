"""Lists of a box that are answered from memory are those that PostgreSQL gives, and follow the register."""

from collections.abc import Iterator
from time import monotonic, sleep

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine

from app.db.sessions import WriteSession
from app.db.version import current_version, forget_version
from app.main import create_app
from app.places import positions, rules
from app.places.fragments import Kept, kept_for
from tests.conftest import settings_for
from tests.register import Register

BOXES = ["-1.60,54.76,-1.55,54.79", "-1.585,54.76,-1.57,54.79", "-6,50,1,58", "-1.2,54.0,-1.1,54.1", "100,10,101,11"]


@pytest.fixture
def in_memory(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The application over 40 places, one of them not published, which keeps positions as soon as asked."""
    monkeypatch.setattr(positions, "SETTLED_AFTER_S", 0.0)
    engine = create_engine(empty_database_url)
    with WriteSession(engine) as session, session.begin():
        register = Register(session)
        register.add_divisions()
        for number in range(40):
            register.add_place(f"Place {number}", east_m=number * 40.0, north_m=(number * 7 % 11) * 50.0)
        register.add_place("Hidden", membership_status="suspended")
    engine.dispose()
    with TestClient(create_app(settings_for(empty_database_url))) as client:
        yield client


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]  # TestClient knows any ASGI application
    return engine


def kept_by(client: TestClient) -> Kept:
    return kept_for(engine_of(client), current_version(engine_of(client)))


def ask_until_kept(client: TestClient) -> Kept:
    """Ask for a box until its places' positions are in memory."""
    until = monotonic() + 60
    while kept_by(client).positions is None and monotonic() < until:
        kept_by(client).answers.clear()
        client.get(f"/api/v1/places?bbox={BOXES[0]}")
        sleep(0.02)
    kept = kept_by(client)
    assert kept.positions is not None
    kept.answers.clear()
    return kept


def walk(client: TestClient, box: str) -> list[str]:
    found: list[str] = []
    address: str | None = f"/api/v1/places?bbox={box}&limit=6"
    while address:
        body = client.get(address).json()
        found += [place["reference"] for place in body["places"]]
        address = body["next"]
    return found


@pytest.mark.parametrize("box", BOXES)
def test_memory_and_database_agree_page_by_page(
    in_memory: TestClient, box: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(rules, "find_in_box", lambda *_, **__: None)
        expected = walk(in_memory, box)
    in_memory.get("/api/v1/places?limit=1000")  # all of their facts are kept
    ask_until_kept(in_memory)
    asked: list[bool] = []
    found_in_box = positions.find_in_box

    def watched(*given: object, **named: object) -> object:
        ids = found_in_box(*given, **named)  # type: ignore[arg-type]  # handed on as they came
        asked.append(ids is not None)
        return ids

    monkeypatch.setattr(rules, "find_in_box", watched)
    assert walk(in_memory, box) == expected
    assert asked == [True] * max(1, -(-len(expected) // 6))


def test_a_place_that_is_suspended_is_gone_from_memory_too(in_memory: TestClient, empty_database_url: str) -> None:
    whole = BOXES[2]
    in_memory.get("/api/v1/places?limit=1000")
    ask_until_kept(in_memory)
    before = walk(in_memory, whole)
    assert len(before) == 40
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE place SET membership_status = 'suspended' WHERE name = 'Place 3'")
    engine.dispose()
    forget_version(engine_of(in_memory))  # the second for which it is known is over
    assert len(walk(in_memory, whole)) == 39
    ask_until_kept(in_memory)
    assert len(walk(in_memory, whole)) == 39


def test_a_register_too_large_is_left_to_the_database(in_memory: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "KEPT_AT_MOST", 39)
    assert positions.read_positions(engine_of(in_memory)) is None
    monkeypatch.setattr(positions, "KEPT_AT_MOST", 40)
    read = positions.read_positions(engine_of(in_memory))
    assert read is not None
    assert len(read) == 40


def test_a_register_that_is_being_written_to_is_left_to_the_database(
    in_memory: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "SETTLED_AFTER_S", 60.0)
    for _ in range(3):
        kept_by(in_memory).answers.clear()
        assert in_memory.get(f"/api/v1/places?bbox={BOXES[0]}").status_code == 200
    assert not kept_by(in_memory).positions_asked
