"""Requests that are sent again: one answer, and the work is done once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.db.sessions import WriteSession, make_engine
from tests.conftest import settings_for
from tests.http.keys import Program, make_program
from tests.register import SOUTH, WEST, Register

DRAFT = {"name": "Hall", "kind": "library", "schemes": ["safe_place"], "easting": WEST + 1, "northing": SOUTH + 1}


@pytest.fixture
def program(client: TestClient, session: WriteSession) -> Program:
    Register(session)
    return make_program(client, session)


def count(session: WriteSession) -> int:
    return int(session.connection().execute(text("SELECT count(*) FROM place")).scalar_one())


def test_the_same_request_has_the_same_answer(program: Program, session: WriteSession) -> None:
    first = program.post("places", DRAFT, Idempotency_Key='"abc-1"')
    again = program.post("places", DRAFT, Idempotency_Key="abc-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert count(session) == 1
    assert program.post("places", DRAFT).status_code == 201
    assert program.post("places", DRAFT, Idempotency_Key="abc-2").status_code == 201
    assert count(session) == 3


def test_another_request_with_the_same_key_is_refused(program: Program, session: WriteSession) -> None:
    program.post("places", DRAFT, Idempotency_Key="abc-1")
    refused = program.post("places", DRAFT | {"name": "Other"}, Idempotency_Key="abc-1")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert count(session) == 1
    for key in ("", " ", "x" * 256, '"two words"'):
        assert program.post("places", DRAFT, Idempotency_Key=key).status_code == 422


def test_what_failed_may_be_tried_again_with_the_same_key(program: Program, session: WriteSession) -> None:
    assert program.post("places", DRAFT | {"kind": "palace"}, Idempotency_Key="abc-1").status_code == 422
    assert program.post("places", DRAFT, Idempotency_Key="abc-1").status_code == 201
    assert count(session) == 1


def test_keys_of_two_programs_are_their_own(program: Program, client: TestClient, session: WriteSession) -> None:
    other = make_program(client, session)
    assert program.post("places", DRAFT, Idempotency_Key="abc-1").status_code == 201
    assert other.post("places", DRAFT, Idempotency_Key="abc-1").status_code == 201
    assert count(session) == 2


def test_after_a_day_a_key_is_forgotten(program: Program, session: WriteSession) -> None:
    program.post("places", DRAFT, Idempotency_Key="abc-1")
    session.connection().execute(text("UPDATE idempotent_answer SET created_at = created_at - interval '25 hours'"))
    assert program.post("places", DRAFT, Idempotency_Key="abc-1").status_code == 201
    assert count(session) == 2
    assert session.connection().execute(text("SELECT count(*) FROM idempotent_answer")).scalar_one() == 1


# With real connections, which the savepoints of the other tests cannot show


@pytest.fixture
def real(empty_database_url: str) -> Iterator[tuple[Program, str]]:
    from app.main import create_app  # noqa: PLC0415 - most tests need no web application

    settings = settings_for(empty_database_url)
    engine = make_engine(settings)
    with WriteSession(engine) as session, session.begin():
        register = Register(session)
        reference = register.add_place("Hall", town="Consett").reference
        with TestClient(create_app(settings), base_url="https://testserver") as client:
            program = make_program(client, session)
            session.commit()
            yield program, reference
    engine.dispose()


def test_duplicates_at_the_same_time_do_the_work_once(real: tuple[Program, str]) -> None:
    program, _ = real
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: program.post("places", DRAFT, Idempotency_Key="abc-1"), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert program.get("register/places").json()["total"] == 2


def test_of_two_changes_at_once_one_is_made_and_one_is_told(real: tuple[Program, str]) -> None:
    program, reference = real
    towns = ["Durham", "Seaham"]
    for version in range(1, 6):
        with ThreadPoolExecutor(2) as pool:
            etag = f'"{reference}.{version}"'
            patches = [{"town": f"{town} {version}"} for town in towns]
            sent = [pool.submit(program.patch, reference, patch, etag) for patch in patches]
            answers = [one.result() for one in sent]
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        made = next(answer.json() for answer in answers if answer.status_code == 200)
        told = next(answer.json() for answer in answers if answer.status_code == 412)
        assert told["current"]["town"] == made["town"]
        now = program.get(f"register/places/{reference}").json()
        assert (now["town"], now["version"]) == (made["town"], version + 1)


def test_two_merges_of_the_same_two_places_at_once_do_not_lose_both(real: tuple[Program, str]) -> None:
    program, reference = real
    other = program.post("places", DRAFT).json()["reference"]
    pairs = [(reference, other), (other, reference)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda pair: program.post(f"places/{pair[0]}/merge", {"into": pair[1], "reason": "Same"}), pairs)
        )
    assert sorted(answer.status_code for answer in answers) == [200, 301]
    stays = program.get("register/places", status="proposed,listed").json()["places"]
    assert len(stays) == 1
