"""The table of permissions: every field has an entry, public is what the views show, and the page says the same."""

import pytest
from pydantic import BaseModel

from app.permissions.documentation import PAGE, put_tables
from app.permissions.identity import PUBLIC, Identity
from app.permissions.table import FIELDS, READS, RULES, Action, FieldClass, may, readable_fields, writable_fields
from app.places.register_schemas import PRIVATE_FACTS, RegisterPlace
from app.tables import metadata
from app.tables.published import PUBLIC_COLUMNS
from app.vocabulary import ACCOUNT_ROLES, Role

DERIVED = {"register_place"}
"""Concepts that are no table: what leaves under other names than the columns."""


def test_every_column_has_an_entry_and_every_entry_a_column() -> None:
    columns = {name: set(table.columns.keys()) for name, table in metadata.tables.items()}
    entries = {name: set(fields) for name, fields in FIELDS.items() if name not in DERIVED}
    assert entries == columns


def test_what_leaves_for_those_who_sign_in_has_an_entry() -> None:
    schema: type[BaseModel] = RegisterPlace
    assert set(FIELDS["register_place"]) == set(schema.model_fields)


def test_what_the_public_sees_of_places_is_public() -> None:
    readable = readable_fields(PUBLIC, "place") | {"id", "search"}  # to join and to search with
    assert set(PUBLIC_COLUMNS) == readable
    assert readable_fields(PUBLIC, "place_private") == frozenset()


@pytest.mark.parametrize("role", Role)
def test_private_facts_are_for_those_who_may_read_them(role: Role) -> None:
    identity = Identity(role)
    private = readable_fields(identity, "register_place") & set(PRIVATE_FACTS)
    assert private == (set(PRIVATE_FACTS) if role in {Role.AUDITOR, Role.OFFICER, Role.ADMINISTRATOR} else set())


def test_a_key_reads_and_writes_no_more_than_its_scopes() -> None:
    key = Identity(Role.OFFICER, scopes=frozenset({Action.READ_PLACES}))
    assert not readable_fields(key, "register_place") & set(PRIVATE_FACTS)
    assert writable_fields(key, "register_place") == frozenset()
    assert "name" in writable_fields(Identity(Role.OFFICER), "register_place")


def test_secrets_never_leave() -> None:
    for role in ACCOUNT_ROLES:
        for concept in ("account_secret", "recovery_code", "sign_in_attempt", "outbox_message"):
            assert readable_fields(Identity(role), concept) == frozenset()
        assert "key_hash" not in readable_fields(Identity(role), "api_key")
    assert READS[FieldClass.SECRET] is None


def test_every_action_is_somebodys() -> None:
    for action in Action:
        assert any(action in rules for rules in RULES.values()), action
    assert not may(PUBLIC, Action.READ_PLACES)


def test_the_page_is_made_from_the_table() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == put_tables(written), "run: python -m app.permissions.documentation"
