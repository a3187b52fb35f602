"""The ledger writes down every change, in chains that show any change of themselves."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.sessions import WriteSession
from app.tables import Account, AccountSecret, Councillor, PlacePrivate, RegisterSetting
from tests.register import AUTHORITY, Register


@pytest.fixture
def register(session: WriteSession) -> Register:
    session.record_as("account:7", via="page", reason="for the test")
    register = Register(session)
    register.add_divisions(1)
    return register


def entries(session: WriteSession, subject: str) -> list[dict[str, object]]:
    rows = session.connection().execute(
        text("SELECT content FROM ledger_entry WHERE subject = :subject ORDER BY chain, sequence"), {"subject": subject}
    )
    return [json.loads(row.content) for row in rows]


def test_a_place_is_written_down_field_by_field(session: WriteSession, register: Register) -> None:
    place = register.add_place("Fernhill Library", audit=False)
    place.name = "Fernhill Hub"
    session.flush()
    added, changed = entries(session, place.reference)
    assert added["operation"] == "added"
    assert added["actor"] == "account:7"
    assert added["via"] == "page"
    assert added["reason"] == "for the test"
    facts = added["changes"]["facts"][1]  # type: ignore[index]  # JSON
    assert facts["name"] == "Fernhill Library"
    assert facts["easting"] == 427_500.0
    assert changed["changes"] == {"name": ["Fernhill Library", "Fernhill Hub"]}


def test_each_kind_of_change_is_written_down(session: WriteSession, register: Register) -> None:
    place = register.add_place()
    session.add(Councillor(authority_code=AUTHORITY, name="Ada Archer", email="ada@example.org"))
    account = Account(authority_code=AUTHORITY, role="officer", name="Olive Officer", email="olive@example.org")
    session.add(account)
    session.add(RegisterSetting(authority_code=AUTHORITY, name="second_person_for_listed_places", value=True))
    session.flush()
    session.add(AccountSecret(account_id=account.id or 0, password_hash="$argon2id$hash"))  # noqa: S106
    session.flush()
    written = session.connection().execute(text("SELECT DISTINCT concept FROM ledger_entry")).scalars().all()
    assert set(written) >= {
        "place", "audit", "division_set", "councillor", "account", "account_secret", "register_setting", "authority",
    }  # fmt: skip
    text_of_all = "".join(session.connection().execute(text("SELECT content FROM ledger_entry")).scalars())
    for private in ("olive@example.org", "Olive Officer", "ada@example.org", "argon2id"):
        assert private not in text_of_all
    assert place.reference in text_of_all


@pytest.mark.usefixtures("register")
def test_signing_in_is_no_change(session: WriteSession) -> None:
    account = Account(authority_code=AUTHORITY, role="officer", name="Olive", email="olive@example.org")
    session.add(account)
    session.flush()
    before = len(entries(session, f"account:{account.id}"))
    session.connection().execute(text("UPDATE account SET signed_in_at = now()"))
    assert len(entries(session, f"account:{account.id}")) == before


def test_a_contact_is_sealed_and_shredded_with_the_key(session: WriteSession, register: Register) -> None:
    place = register.add_place(audit=False)
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="Cora Contact", contact_email="Cora@Example.org"))
    session.flush()
    (_, private) = entries(session, place.reference)
    sealed = private["changes"]["facts"][1]["personal"]  # type: ignore[index]  # JSON
    opened = text("SELECT open_personal(CAST(:id AS uuid))")
    assert session.connection().execute(opened, {"id": sealed}).scalar_one() == {
        "contact_name": "Cora Contact",
        "contact_email": "Cora@Example.org",
    }
    keys = session.connection().execute(text("SELECT person FROM personal_key")).scalars().all()
    assert keys == ["email:cora@example.org"]
    session.connection().execute(text("DELETE FROM personal_key"))
    assert session.connection().execute(opened, {"id": sealed}).scalar_one() is None


def test_a_new_contact_has_a_key_of_their_own(session: WriteSession, register: Register) -> None:
    place = register.add_place(audit=False)
    contact = PlacePrivate(place_id=place.id or 0, contact_name="Cora Contact", contact_email="cora@example.org")
    session.add(contact)
    session.flush()
    contact.contact_name, contact.contact_email = "Dev Deputy", "dev@example.org"
    session.flush()
    before, after = entries(session, place.reference)[-1]["changes"]["contact_name"]  # type: ignore[index]  # JSON
    session.connection().execute(text("DELETE FROM personal_key WHERE person = 'email:cora@example.org'"))
    opened = text("SELECT open_personal(CAST(:id AS uuid))")
    assert session.connection().execute(opened, {"id": before["personal"]}).scalar_one() is None
    assert session.connection().execute(opened, {"id": after["personal"]}).scalar_one() == "Dev Deputy"


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_entry SET subject = 'x'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"]
)
def test_nothing_in_it_is_changed(session: WriteSession, register: Register, statement: str) -> None:
    register.add_place(audit=False)
    with pytest.raises(DBAPIError, match="never changed or deleted"):
        session.connection().execute(text(statement))


def test_many_places_at_once_are_one_chain(session: WriteSession, register: Register) -> None:
    register.add_place(audit=False)
    session.connection().execute(
        text("""
        INSERT INTO place (authority_code, name, kind, schemes, offers, location, lon, lat, location_source,
                           location_quality_m, closures, languages, membership_status, version)
        SELECT authority_code, 'Place ' || n, kind, schemes, offers, location, lon, lat, location_source,
               location_quality_m, closures, languages, 'proposed', 1
        FROM place, generate_series(1, 500) AS n""")
    )
    found = session.connection().execute(
        text("SELECT count(*), max(sequence) - min(sequence) + 1 FROM ledger_entry WHERE chain = :chain"),
        {"chain": AUTHORITY},
    )
    count, span = found.one()
    assert count == span
    assert count >= 500
