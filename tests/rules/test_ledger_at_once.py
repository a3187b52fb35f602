"""Writers at the same moment, on connections of their own: none waits for ever, none is lost, the chains hold."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from app.db.sessions import ReadSession, WriteSession
from app.ledger.chain import verify
from app.ledger.queries import stream_entries
from tests.register import AUTHORITY, Register
from tests.signing_in import OTHER_AUTHORITY, add_account

ROUNDS = 8
PATIENCE_S = 30


@pytest.fixture
def written(empty_database_url: str) -> Iterator[Engine]:
    """Two authorities with places, committed. Deadlocks would be found after this long, and end the test."""
    engine = create_engine(
        empty_database_url, pool_size=6, connect_args={"options": "-c deadlock_timeout=200ms -c lock_timeout=20s"}
    )
    with WriteSession(engine) as session, session.begin():
        register = Register(session)
        add_account(session, authority_code=OTHER_AUTHORITY)
        for number in range(2):
            register.add_place(f"Place {number}", audit=False)
            register.add_place(f"Elsewhere {number}", audit=False, authority_code=OTHER_AUTHORITY)
    yield engine
    engine.dispose()


def count(engine: Engine, where: str = "true") -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM ledger_entry WHERE {where}")).scalar_one())


def assert_chains_hold(engine: Engine, *chains: str) -> None:
    with ReadSession(engine) as session:
        results = list(verify(stream_entries(session)))
    assert [(result.chain, result.broken) for result in results] == [(chain, None) for chain in sorted(chains)]


def together(engine: Engine, *works: Callable[[Connection, Barrier], None]) -> None:
    """Each work in a transaction and thread of its own; they can wait for each other at the barrier."""
    barrier = Barrier(len(works))

    def do(work: Callable[[Connection, Barrier], None]) -> None:
        with engine.begin() as connection:
            work(connection, barrier)

    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(do, work) for work in works]:
            future.result(PATIENCE_S)


_CONTACT = """
    INSERT INTO place_private (place_id, contact_name, contact_email)
    SELECT id, CAST(:words AS text), 'cora@example.org' FROM place WHERE name = 'Place 1'
    ON CONFLICT (place_id) DO UPDATE SET contact_name = excluded.contact_name
"""
_SETTING = """
    INSERT INTO register_setting (authority_code, name, value, changed_at)
    VALUES ('E06000005', 'x', to_jsonb(CAST(:words AS text)), now())
    ON CONFLICT (authority_code, name) DO UPDATE SET value = excluded.value
"""
STATEMENTS = (
    "UPDATE place SET description = CAST(:words AS text) WHERE name = 'Place 0'",
    "UPDATE place SET description = CAST(:words AS text) WHERE name = 'Elsewhere 1'",
    _CONTACT,
    "UPDATE account SET name = CAST(:words AS text)",
    _SETTING,
    "INSERT INTO councillor (authority_code, name) VALUES ('E06000047', CAST(:words AS text))",
)
"""One table each, in both authorities."""


def test_none_is_lost_and_the_chains_hold(written: Engine) -> None:
    before = count(written)

    def writer(statement: str, words: str) -> Callable[[Connection, Barrier], None]:
        def work(connection: Connection, barrier: Barrier) -> None:
            barrier.wait(PATIENCE_S)
            connection.execute(text(statement), {"words": words})

        return work

    for round_ in range(ROUNDS):
        together(written, *(writer(statement, f"round {round_}") for statement in STATEMENTS))
    assert count(written) == before + ROUNDS * len(STATEMENTS)
    assert count(written, "concept = 'councillor'") == ROUNDS
    assert_chains_hold(written, AUTHORITY, OTHER_AUTHORITY)


def test_two_who_change_the_same_two_places_the_other_way_round(written: Engine) -> None:
    def change(connection: Connection, name: str) -> None:
        connection.execute(text("UPDATE place SET description = 'x' || version WHERE name = :name"), {"name": name})

    def work(first: str, second: str) -> Callable[[Connection, Barrier], None]:
        def run(connection: Connection, barrier: Barrier) -> None:
            barrier.wait(PATIENCE_S)
            change(connection, first)
            connection.execute(text("SELECT pg_sleep(0.05)"))  # the other has begun by now
            change(connection, second)

        return run

    for _ in range(ROUNDS):
        together(written, work("Place 0", "Place 1"), work("Place 1", "Place 0"))
    assert_chains_hold(written, AUTHORITY, OTHER_AUTHORITY)


def test_two_that_begin_the_same_chain(written: Engine) -> None:
    """Neither authority has an entry yet; each writer has written elsewhere before, and so holds the register."""
    codes = [f"E0600{number:04}" for number in range(10, 10 + ROUNDS)]

    def work(code: str, *, elsewhere_first: bool) -> Callable[[Connection, Barrier], None]:
        def run(connection: Connection, barrier: Barrier) -> None:
            barrier.wait(PATIENCE_S)
            if elsewhere_first:
                connection.execute(text("UPDATE place SET description = 'y' || version WHERE name = 'Place 0'"))
            connection.execute(
                text("INSERT INTO register_setting VALUES (:code, :name, 'true', now())"),
                {"code": code, "name": f"of {elsewhere_first}"},
            )

        return run

    with written.begin() as connection:
        connection.execute(
            text("SET LOCAL session_replication_role = replica")
        )  # so that their chains do not begin here
        for code in codes:
            connection.execute(
                text("INSERT INTO authority (code, name, is_sample) VALUES (:code, :code, false)"), {"code": code}
            )
    for code in codes:
        together(written, work(code, elsewhere_first=True), work(code, elsewhere_first=False))
    assert_chains_hold(written, AUTHORITY, OTHER_AUTHORITY, *codes)


def test_signing_in_waits_for_nobody(written: Engine) -> None:
    """An import that takes minutes holds the register; people sign in and programs use their keys meanwhile."""
    with written.begin() as importing, written.begin() as signing_in:
        importing.execute(text("UPDATE place SET description = 'in an import'"))
        signing_in.execute(text("SET LOCAL lock_timeout = '2s'"))
        signing_in.execute(text("UPDATE account SET signed_in_at = now()"))
        signing_in.execute(text("UPDATE api_key SET last_used_at = now()"))
        signing_in.execute(text("UPDATE account_secret SET totp_last_step = 1"))
    assert_chains_hold(written, AUTHORITY, OTHER_AUTHORITY)


def test_a_transaction_that_is_taken_back_leaves_no_gap(written: Engine) -> None:
    before = count(written)
    with written.connect() as connection, connection.begin() as transaction:
        connection.execute(text("UPDATE place SET description = 'gone'"))
        transaction.rollback()
    assert count(written) == before
    with written.begin() as connection:
        connection.execute(text("UPDATE place SET description = 'stays'"))
    assert_chains_hold(written, AUTHORITY, OTHER_AUTHORITY)
