"""A person is given what is held about them, and erased: their values cannot be read any more, the chain holds."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.db.sessions import WriteSession
from app.errors import Conflict, NotFound
from app.ledger.chain import verify
from app.ledger.queries import stream_entries
from app.people import retention, rules
from app.tables import Account, AccountSecret, Councillor, PlacePrivate
from tests.register import AUTHORITY, Register

ROOT = Path(__file__).parents[2]
ADA = "ada@example.org"
DEV = "dev@example.org"


@pytest.fixture
def register(session: WriteSession) -> Register:
    """Ada is an officer and the contact of a place; Dev is the contact of another."""
    session.record_as("account:7", via="page", reason="for the test")
    register = Register(session)
    register.add_divisions(1)
    for name, email in (("Ada Archer", "Ada@Example.org"), ("Dev Deputy", DEV)):
        place = register.add_place(f"Place {email[:3]}", audit=False)
        session.add(
            PlacePrivate(place_id=place.id or 0, contact_name=name, contact_email=email, notes=f"{name} has the keys")
        )
    ada = Account(authority_code=AUTHORITY, role="officer", name="Ada Archer", email=ADA)
    session.add(ada)
    session.flush()
    session.add(AccountSecret(account_id=ada.id or 0, password_hash="$argon2id$hash"))  # noqa: S106 - no password
    session.flush()
    session.connection().execute(
        text(
            "INSERT INTO sign_in_session (account_id, token_hash, csrf_token, method, browser, created_at, seen_at,"
            " expires_at) VALUES (:ada, '\\x01', 'c', 'password', 'Firefox', now(), now(), now() + interval '1 day')"
        ),
        {"ada": ada.id},
    )
    session.connection().execute(
        text("SELECT queue_mail_message(:to, 'Hello', 'Body', NULL, 'invitation', NULL, interval '1 day', 0)"),
        {"to": ADA},
    )
    return register


def ids_of(session: WriteSession, person: str) -> list[object]:
    """Sealed values of a person whose key is still there: without it, nothing says whose they are."""
    statement = text(
        "SELECT value.id FROM personal_value AS value JOIN personal_key AS known ON known.id = value.person_id"
        " WHERE known.person = :person"
    )
    return list(session.connection().execute(statement, {"person": person}).scalars())


def opened(session: WriteSession, ids: list[object]) -> list[object]:
    statement = text("SELECT open_personal(id) FROM unnest(CAST(:ids AS uuid[])) AS id")
    return list(session.connection().execute(statement, {"ids": ids}).scalars())


def one(session: WriteSession, statement: str, **values: object) -> object:
    return session.connection().execute(text(statement), values).scalar_one()


def assert_chain_holds(session: WriteSession) -> None:
    results = list(verify(stream_entries(session)))
    assert results
    assert [result.broken for result in results] == [None] * len(results)


def account_of(session: WriteSession, email: str = ADA) -> int:
    return int(str(one(session, "SELECT id FROM account WHERE email = :email", email=email)))


@pytest.mark.usefixtures("register")
def test_an_export_holds_everything_about_the_person_and_nobody_else(session: WriteSession) -> None:
    number = account_of(session)
    held = rules.export(session, rules.find_person(session, " ADA@example.org "))
    assert held["accounts"][0]["name"] == "Ada Archer"
    assert held["sessions"][0]["browser"] == "Firefox"
    assert held["contact_of_places"][0]["contact_name"] == "Ada Archer"
    assert [(each["kind"], each["state"]) for each in held["mail"]] == [("invitation", "waiting")]
    assert {entry["content"]["subject"] for entry in held["ledger_entries"]} == {f"account:{number}"}
    opened = {(value["field"], str(value["value"])) for value in held["earlier_values"]}
    assert ("name", "Ada Archer") in opened
    assert all(value["sequence"] for value in held["earlier_values"])
    told = json.dumps(held, default=str)
    for kept_back in ("Dev Deputy", DEV, "argon2id", "Body"):
        assert kept_back not in told
    entry = one(session, "SELECT content FROM ledger_entry WHERE concept = 'person'")
    assert json.loads(str(entry))["subject"] == held["request"]
    assert rules.find_person(session, f"account:{number}") == rules.find_person(session, ADA)


@pytest.mark.usefixtures("register")
def test_erased_values_cannot_be_opened_and_the_chain_holds(session: WriteSession) -> None:
    number = account_of(session)
    assert_chain_holds(session)
    sealed = {name: ids_of(session, name) for name in (f"account:{number}", f"email:{ADA}", f"email:{DEV}")}
    assert all(opened(session, sealed[f"account:{number}"]))
    person = rules.find_person(session, ADA)
    told = rules.preview(session, person)
    assert told.accounts == [number]
    assert told.contacts == told.notes
    assert told.mail == 1
    version = one(session, "SELECT version FROM place WHERE name = 'Place Ada'")
    request = rules.erase(session, person)
    for name in (f"account:{number}", f"email:{ADA}"):
        assert sealed[name]
        assert opened(session, sealed[name]) == [None] * len(sealed[name])
    assert_chain_holds(session)
    assert one(session, "SELECT version FROM place WHERE name = 'Place Ada'") == int(str(version)) + 1
    kept = [value for value in opened(session, sealed[f"email:{DEV}"]) if isinstance(value, dict)]
    assert kept[0]["contact_name"] == "Dev Deputy"
    row = session.connection().execute(text("SELECT * FROM account WHERE id = :id"), {"id": number}).one()
    assert (row.name, row.email, row.is_active, row.erased_at is None) == ("Erased", None, False, False)
    for table in ("sign_in_session", "account_secret"):
        assert one(session, f"SELECT count(*) FROM {table} WHERE account_id = :id", id=number) == 0
    assert one(session, "SELECT count(*) FROM mail_message") == 0
    assert one(session, "SELECT count(*) FROM place_private WHERE contact_email IS NOT NULL") == 1
    for table in ("ledger_entry", "personal_value", "personal_key", "place_private", "account", "mail_message"):
        rows = session.connection().execute(text(f"SELECT CAST({table} AS text) FROM {table}")).scalars()
        content = "".join(rows).lower()
        for private in ("ada archer", ADA, "dev deputy", DEV)[: 2 if table in {"personal_key", "place_private"} else 4]:
            assert private not in content.replace("ada archer has the keys", ""), table
    assert one(session, "SELECT subject FROM ledger_entry WHERE content LIKE '%\"erased\"%'") == request
    actors = session.connection().execute(text("SELECT DISTINCT actor FROM ledger_entry")).scalars().all()
    assert actors == ["account:7"], "what an erasure changes is recorded as whoever erased"


@pytest.mark.usefixtures("register")
def test_a_request_has_a_number_that_leads_to_nobody(session: WriteSession) -> None:
    numbers = {rules.export(session, rules.find_person(session, DEV))["request"] for _ in range(2)}
    numbers.add(rules.erase(session, rules.find_person(session, DEV)))
    assert len(numbers) == 3
    written = session.connection().execute(text("SELECT subject FROM ledger_entry WHERE concept = 'person'"))
    assert set(written.scalars()) == numbers
    with pytest.raises(NotFound, match="Nothing is kept about nobody"):
        rules.find_person(session, "nobody@example.org")


def test_contacts_without_an_address_are_told_apart_by_their_names(session: WriteSession, register: Register) -> None:
    place = register.add_place("Their place", audit=False)
    contact = PlacePrivate(place_id=place.id or 0, contact_name="Fay First", contact_phone="0191 498 0001")
    session.add(contact)
    session.flush()
    contact.contact_name, contact.contact_phone = "Sue  Second", "0191 498 0002"
    session.flush()
    contact.contact_email = "sue@example.org"
    session.flush()
    first = ids_of(session, f"contact:{place.reference}/fay first")
    second = ids_of(session, f"contact:{place.reference}/sue second")
    assert first
    assert second
    sue = rules.find_person(session, "sue@example.org")
    assert sue.contacts == (f"contact:{place.reference}/sue second",), "what was recorded before she had an address"
    assert sue == rules.find_person(session, f"contact:{place.reference}")
    rules.erase(session, sue)
    assert opened(session, second) == [None] * len(second)
    assert all(opened(session, first)), "another person's past stays"
    rules.erase(session, rules.find_person(session, f"contact:{place.reference.lower()}/Fay First"))
    assert opened(session, first) == [None] * len(first)


@pytest.mark.usefixtures("register")
def test_the_contact_of_a_change_that_waits_is_removed(session: WriteSession) -> None:
    facts = {
        "base": {"name": "Place", "contact_email": DEV, "contact_name": "Dev Deputy"},
        "submitted": {"name": "New name", "contact_email": "eve@example.org", "contact_name": "Eve"},
    }
    session.connection().execute(
        text(
            "INSERT INTO place_change (place_id, authority_code, base_version, facts, proposed_by, proposed_at)"
            " SELECT id, authority_code, version, CAST(:facts AS jsonb), 'account:7', now() FROM place LIMIT 1"
        ),
        {"facts": json.dumps(facts)},
    )
    person = rules.find_person(session, DEV)
    assert len(rules.preview(session, person).waiting) == 1
    rules.erase(session, person)
    left = one(session, "SELECT facts FROM place_change")
    assert left == {
        "base": {"name": "Place", "contact_email": None, "contact_name": None},
        "submitted": facts["submitted"],
    }


@pytest.mark.usefixtures("register")
def test_a_councillor_keeps_name_and_terms(session: WriteSession) -> None:
    member = Councillor(authority_code=AUTHORITY, name="Cleo Council", email="Cleo@Example.org", phone="0191 498 0000")
    session.add(member)
    session.flush()
    person = rules.find_person(session, "cleo@example.org")
    assert person == rules.find_person(session, f"councillor:{member.id}")
    sealed = ids_of(session, f"councillor:{member.id}")
    rules.erase(session, person)
    row = session.connection().execute(text("SELECT name, email, phone FROM councillor")).one()
    assert tuple(row) == ("Cleo Council", None, None)
    assert sealed
    assert opened(session, sealed) == [None] * len(sealed)


@pytest.mark.usefixtures("register")
def test_the_last_administrator_is_not_erased(session: WriteSession) -> None:
    session.add(Account(authority_code=AUTHORITY, role="administrator", name="Only One", email="only@example.org"))
    session.flush()
    with pytest.raises(Conflict, match="last administrator"):
        rules.erase(session, rules.find_person(session, "only@example.org"))


@pytest.mark.usefixtures("register")
def test_what_is_too_old_is_forgotten(session: WriteSession) -> None:
    assert set(retention.prune(session).values()) == {0}
    session.connection().execute(
        text("UPDATE sign_in_session SET expires_at = :long_ago"), {"long_ago": datetime(2020, 1, 1, tzinfo=UTC)}
    )
    assert retention.prune(session)["sign_in_session"] == 1


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": url, "COLUMNS": "200"}
    command = [sys.executable, "-m", "app.cli", "people", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_command(empty_database_url: str, tmp_path: Path) -> None:
    engine = create_engine(empty_database_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO authority (code, name, is_sample) VALUES ('E06000047', 'Durham', false)"))
        connection.execute(
            text(
                "INSERT INTO account (authority_code, role, name, email, is_active)"
                " VALUES ('E06000047', 'officer', 'Ada', 'ada@example.org', true)"
            )
        )
    path = tmp_path / "ada.json"
    exported = run(empty_database_url, "export", ADA, "--output", str(path))
    assert exported.returncode == 0, exported.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["accounts"][0]["email"] == ADA
    assert run(empty_database_url, "export", ADA, "--output", str(path)).returncode == 1
    tried = run(empty_database_url, "erase", ADA)
    assert tried.returncode == 0, tried.stderr
    assert "Nothing was changed" in tried.stdout
    assert run(empty_database_url, "export", ADA).returncode == 0
    erased = run(empty_database_url, "erase", ADA, "--yes")
    assert erased.returncode == 0, erased.stderr
    missing = run(empty_database_url, "export", ADA)
    assert missing.returncode == 1
    assert "Nothing is kept" in missing.stderr
    assert "Traceback" not in missing.stderr
    assert run(empty_database_url, "prune").returncode == 0
