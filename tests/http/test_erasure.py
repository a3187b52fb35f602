"""People who are erased: nothing kept names them, nothing of theirs lets anybody in, retries do nothing twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import select

from app.accounts import rules as accounts
from app.db.sessions import WriteSession
from app.errors import Conflict
from app.ledger.chain import verify
from app.ledger.queries import stream_entries
from app.people import rules
from app.tables import Account, ApiKey, Councillor, PlacePrivate, RegisterSetting
from app.vocabulary import Role
from tests.http.keys import Program, make_program
from tests.register import AUTHORITY, SOUTH, WEST, Register
from tests.signing_in import SignIn, add_account, add_key, sessions_of

ROOT = Path(__file__).parents[2]
DRAFT = {"name": "Hall", "kind": "library", "schemes": ["safe_place"], "easting": WEST + 1, "northing": SOUTH + 1}


@pytest.fixture
def program(client: TestClient, session: WriteSession) -> Program:
    Register(session).add_divisions(1)
    return make_program(client, session)


def erase(session: WriteSession, who: str) -> None:
    session.record_as("cli:root", via="cli", reason="Erased by the command")
    rules.erase(session, rules.find_person(session, who))
    session.expire_all()


def everything(session: WriteSession) -> dict[str, str]:
    """All that any table holds, as text in small letters; what is kept as bytes by the text that it stands for."""
    tables = session.connection().execute(
        text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")
    )
    held = {}
    for table in tables.scalars():
        rows = session.connection().execute(text(f'SELECT CAST(held AS text) FROM "{table}" AS held')).scalars()
        held[table] = "".join(rows).lower()
    bodies = session.connection().execute(text("SELECT convert_from(body, 'UTF8') FROM idempotent_answer")).scalars()
    held["idempotent_answer"] += "".join(bodies).lower()
    return held


def tables_that_name(session: WriteSession, *words: str) -> set[str]:
    """Tables in which one of these words still stands."""
    return {table for table, held in everything(session).items() if any(word.lower() in held for word in words)}


def add(program: Program, key: str, **facts: object) -> str:
    """A place that a program added, with an answer that is kept: its reference."""
    answer = program.post("places", DRAFT | facts, Idempotency_Key=key)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reference"])


def test_kept_answers_do_not_name_who_was_erased(program: Program, session: WriteSession) -> None:
    contact = {"contact_name": "Fay First", "contact_email": "Fay@Example.org", "contact_phone": "0191 498 0001"}
    reference = add(program, "fay", **contact, consent_by="Fay First")
    add(program, "dev", name="Other", contact_name="Dev Deputy", contact_email="dev@example.org")
    other = program.post("places", DRAFT | {"name": "Other", "contact_name": "Dev Deputy"}, Idempotency_Key="dev-2")
    assert "idempotent_answer" in tables_that_name(session, "Fay First")
    erase(session, "fay@example.org")
    assert tables_that_name(session, "Fay First", "fay@example.org", "1914980001") == set()
    again = program.post("places", DRAFT | contact | {"consent_by": "Fay First"}, Idempotency_Key="fay")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert (again.json()["reference"], again.json()["contact_name"]) == (reference, None)
    assert again.json()["name"] == "Hall"
    assert session.execute(text("SELECT count(*) FROM place")).scalar_one() == 3, "nothing was done twice"
    replayed = program.post("places", DRAFT | {"name": "Other", "contact_name": "Dev Deputy"}, Idempotency_Key="dev-2")
    assert replayed.content == other.content


def test_a_contact_without_an_address_is_erased_by_the_place(program: Program, session: WriteSession) -> None:
    reference = add(program, "fay", contact_name="Fay First", contact_phone="0191 498 0001", private_notes="Ring")
    private = session.exec(select(PlacePrivate)).one()
    private.contact_name, private.contact_phone = "Sue Second", "0191 498 0002"
    session.flush()
    assert rules.preview(session, rules.find_person(session, f"contact:{reference}")).contacts == [reference]
    erase(session, f"contact:{reference}")
    assert tables_that_name(session, "Sue Second", "1914980002") == set()
    assert "idempotent_answer" in tables_that_name(session, "Fay First"), "another person's"
    erase(session, f"contact:{reference}/fay first")
    assert tables_that_name(session, "Fay First", "1914980001") == set()
    assert all(result.broken is None for result in verify(stream_entries(session)))


def test_an_address_in_another_fact_goes_with_the_kept_answer(program: Program, session: WriteSession) -> None:
    add(program, "zoe", contact_email="zoe@example.org", description="Café. Write to ZOE@example.org.")
    assert "idempotent_answer" in tables_that_name(session, "zoe@example.org")
    erase(session, "zoe@example.org")
    assert tables_that_name(session, "zoe@example.org") == {"place", "place_revision", "ledger_entry"}, "public facts"


def test_a_change_that_waits_forgets_a_contact_without_an_address(
    program: Program, session: WriteSession, client: TestClient
) -> None:
    session.add(RegisterSetting(authority_code=AUTHORITY, name="second_person_for_listed_places", value=True))
    session.flush()
    reference = add(program, "fay", contact_name="Fay First")
    assert program.post(f"places/{reference}/status", {"status": "listed", "reason": "Checked"}).status_code == 200
    waits = program.patch(reference, {"town": "Seaham", "contact_role": "Warden"}, f'"{reference}.2"')
    assert waits.status_code == 202
    person = rules.find_person(session, f"contact:{reference}")
    held = rules.export(session, person)
    assert held["changes_waiting"][0]["submitted"]["contact_role"] == "Warden"
    assert rules.preview(session, person).waiting == [reference]
    erase(session, f"contact:{reference}")
    assert tables_that_name(session, "Fay First", "Warden") == set()
    change = make_program(client, session).get(waits.headers["location"].removeprefix("/api/v1/")).json()
    assert change["submitted"]["contact_name"] is None
    assert change["submitted"]["town"] == "Seaham", "what is not about the person still waits"


def test_an_address_that_waits_leads_to_the_contact_who_has_none_yet(program: Program, session: WriteSession) -> None:
    session.add(RegisterSetting(authority_code=AUTHORITY, name="second_person_for_listed_places", value=True))
    session.flush()
    reference = add(program, "fay", contact_name="Fay First")
    program.post(f"places/{reference}/status", {"status": "listed", "reason": "Checked"})
    assert program.patch(reference, {"contact_email": "fay@example.org"}, f'"{reference}.2"').status_code == 202
    erase(session, "fay@example.org")
    assert tables_that_name(session, "Fay First", "fay@example.org") == set()


def test_an_account_and_the_councillor_for_whom_it_stands_are_one_person(
    program: Program, session: WriteSession, sign_in: SignIn
) -> None:
    assert program
    member = Councillor(authority_code=AUTHORITY, name="Cleo Council", email="cleo@example.org", phone="0191 498 0000")
    session.add(member)
    session.flush()
    person = sign_in(Role.COUNCILLOR, councillor_id=member.id, name="Cleo's account")
    number = person.account.id
    found = rules.find_person(session, "cleo@example.org")
    for name in (str(person.account.email), f"account:{number}", f"councillor:{member.id}"):
        assert rules.find_person(session, name) == found
    assert (found.accounts, found.councillors) == ((number,), (member.id,))
    assert person.client.get("/office/places").status_code == 200
    erase(session, f"councillor:{member.id}")
    left = session.get(Account, number)
    assert left is not None
    assert (left.name, left.email, left.councillor_id, left.is_active) == ("Erased", None, None, False)
    session.refresh(member)
    assert (member.name, member.email, member.phone) == ("Cleo Council", None, None)
    assert tables_that_name(session, "Cleo's account", "cleo@example.org") == set()
    about = session.execute(
        text("SELECT string_agg(content, '') FROM ledger_entry WHERE subject = :subject"),
        {"subject": f"account:{number}"},
    ).scalar_one()
    assert f"[null, {member.id}]" not in about, "the number of the account leads to no councillor"
    assert f"[{member.id}, null]" not in about
    assert person.client.get("/office/places").status_code == 401
    assert all(result.broken is None for result in verify(stream_entries(session)))


@pytest.mark.parametrize("is_active", [True, False])
def test_sessions_and_keys_let_nobody_in_any_more(
    program: Program, session: WriteSession, sign_in: SignIn, client: TestClient, *, is_active: bool
) -> None:
    assert program
    add_account(session, Role.ADMINISTRATOR)
    person = sign_in(Role.ADMINISTRATOR, name="Ada Archer")
    key = Program(client, add_key(session, person.account, "places:read-all"))
    assert person.client.get("/account").status_code == 200
    assert key.get("register/places").status_code == 200
    person.account.is_active = is_active  # however somebody was ended before: nothing of theirs may be left
    session.add(person.account)
    session.flush()
    erase(session, f"account:{person.account.id}")
    assert sessions_of(session, person.account) == []
    revoked = session.exec(select(ApiKey).where(ApiKey.account_id == person.account.id)).one()
    assert revoked.revoked_at is not None
    assert person.client.get("/account").status_code == 401
    refused = key.get("register/places")
    assert (refused.status_code, "revoked" in refused.text) == (401, True)
    assert tables_that_name(session, "Ada Archer") == set()


def test_who_was_erased_does_not_come_back(program: Program, session: WriteSession) -> None:
    assert program
    account = add_account(session, Role.OFFICER)
    erase(session, f"account:{account.id}")
    session.refresh(account)
    with pytest.raises(Conflict, match="erased"):
        accounts.activate(session, account)


def test_the_command_erases_a_contact_by_the_place(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url, poolclass=NullPool)
    with WriteSession(engine) as session, session.begin():
        place = Register(session).add_place("Hall")
        session.add(PlacePrivate(place_id=place.id or 0, contact_name="Fay First", notes="Fay has the keys"))
        reference = place.reference

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app.cli", "people", "erase", *arguments]
        environment = os.environ | {"DATABASE_URL": empty_database_url, "COLUMNS": "200"}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    told = run(f"contact:{reference}")
    assert told.returncode == 0, told.stderr
    assert f"Contact of places, blanked: {reference}" in told.stdout
    assert f"read by hand: {reference}" in told.stdout
    assert "Nothing was changed" in told.stdout
    done = run(f"contact:{reference.lower()}", "--yes")
    assert done.returncode == 0, done.stderr
    with WriteSession(engine) as session:
        private = session.exec(select(PlacePrivate)).one()
        assert (private.contact_name, private.notes) == (None, "Fay has the keys")
        assert tables_that_name(session, "Fay First") == set()
    missing = run("contact:SP-9999")
    assert missing.returncode == 1
    assert "Nothing is kept about contact:SP-9999" in missing.stderr
    engine.dispose()
