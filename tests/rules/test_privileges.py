"""What the web's role may do in the database, tried as that role; and that every table says what it may."""

from typing import Any

import pytest
from sqlalchemy import text

from app.db.sessions import WEB_ROLE, Bounds, WriteSession
from app.tables import PlaceChange, PlacePrivate
from app.tables.base import now_utc
from app.vocabulary import Role
from tests.register import AUTHORITY, Register
from tests.signing_in import OTHER_AUTHORITY, add_account, add_key, add_session
from tests.web_role import changed, count, refused, web

READ = "SELECT"
EXPECTED: dict[str, str] = {
    # Open data, and what everybody may know.
    "alembic_version": READ,
    "authority": READ,
    "councillor": READ,
    "division": READ,
    "division_piece": READ,
    "division_set": READ,
    "listed_place": READ,
    "listed_revision": READ,
    "membership_transition": READ,
    "postcode_unit": READ,
    "premises_kind": READ,
    "published_place": READ,
    "register_version": READ,
    "row_history": READ,
    "scheme": READ,
    "term_of_office": READ,
    # By authority, role or account.
    "account": "INSERT SELECT UPDATE",
    "api_key": "INSERT SELECT UPDATE",
    "audit": READ,
    "idempotent_answer": "INSERT SELECT UPDATE",
    "ledger_entry": READ,
    "place": "INSERT SELECT UPDATE",
    "place_change": "INSERT SELECT UPDATE",
    "place_division": "DELETE INSERT SELECT UPDATE",
    "place_merge": "INSERT SELECT",
    "place_private": "INSERT SELECT UPDATE",
    "place_revision": READ,
    "register_setting": "DELETE INSERT SELECT UPDATE",
    "saved_view": "DELETE INSERT SELECT UPDATE",
    "sign_in_session": "INSERT SELECT UPDATE",
    # Some columns only.
    "mail_message": "",
    "outbox_message": "INSERT",
    "sign_in_link": "INSERT",
    # Reached through functions only.
    "account_secret": "",
    "known_browser": "",
    "ledger_chain": "",
    "personal_key": "",
    "personal_value": "",
    "recovery_code": "",
    "sign_in_attempt": "",
}
"""Every table and view, and what the web's role may do with all of its columns. docs/permissions.md says why."""
_READ_BY_ROW = {"audit", "ledger_entry", "mail_message", "place_revision", "sign_in_link"}
BY_ROW = _READ_BY_ROW | {name for name, may in EXPECTED.items() if "INSERT" in may and name != "outbox_message"}
NEVER_LISTED = "procrastinate"
"""The job library's own tables: the web's role has nothing to do with them."""


OFFICER = Bounds(None, AUTHORITY, Role.OFFICER)
ADMINISTRATOR = Bounds(None, AUTHORITY, Role.ADMINISTRATOR)


@pytest.fixture
def register(session: WriteSession) -> Register:
    """Two authorities, each with a published and a proposed place with private facts."""
    register = Register(session)
    add_account(session, authority_code=OTHER_AUTHORITY)
    scene: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Open", {}),
        ("Hidden", {"membership_status": "proposed"}),
        ("Elsewhere", {"authority_code": OTHER_AUTHORITY}),
        ("Hidden elsewhere", {"authority_code": OTHER_AUTHORITY, "membership_status": "proposed"}),
    )
    for name, facts in scene:
        place = register.add_place(name, **facts)
        session.add(PlacePrivate(place_id=place.id or 0, contact_name=f"Contact of {name}"))
    session.flush()
    return register


# Every table


def test_every_table_says_what_the_web_may_do_with_it(session: WriteSession) -> None:
    rows = session.execute(
        text("""
        SELECT relname, relrowsecurity, relkind = 'r' AS is_table, coalesce((
            SELECT string_agg(kind, ' ' ORDER BY kind)
            FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS kind
            WHERE has_table_privilege(:role, pg_class.oid, kind)), '') AS may
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = pg_class.oid AND d.deptype = 'e')"""),
        {"role": WEB_ROLE},
    ).all()
    found = {row.relname: row.may for row in rows if not row.relname.startswith(NEVER_LISTED)}
    assert found == EXPECTED
    assert {row.relname: row.may for row in rows if row.relname.startswith(NEVER_LISTED) and row.may} == {}
    assert {row.relname for row in rows if row.relrowsecurity} >= BY_ROW


def test_the_role_is_nobody_in_particular(session: WriteSession) -> None:
    role = session.execute(text("SELECT * FROM pg_roles WHERE rolname = :role"), {"role": WEB_ROLE}).one()
    assert not any(
        (role.rolcanlogin, role.rolsuper, role.rolbypassrls, role.rolcreaterole, role.rolcreatedb, role.rolreplication)
    )


def test_functions_that_work_as_the_owner_are_named_one_by_one(session: WriteSession) -> None:
    rows = session.execute(
        text("""
        SELECT p.proname, has_function_privilege('public', p.oid, 'EXECUTE') AS by_all,
               coalesce(p.proconfig @> ARRAY['search_path=public, pg_temp'], false) AS is_fixed
        FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')""")
    ).all()
    triggers = {"record_place_revision", "bump_register_version"}
    assert {row.proname for row in rows if row.by_all} <= triggers
    assert {row.proname for row in rows if not row.is_fixed} == set()


# What it cannot do


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE place DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE place DISABLE TRIGGER ALL",
        "DROP POLICY seen_by_authority ON place",
        "TRUNCATE place_revision CASCADE",
        "UPDATE place_revision SET reason = 'another'",
        "DELETE FROM place_revision",
        "INSERT INTO place_revision (place_id, version, actor, via, snapshot) VALUES (1, 9, 'account:1', 'page', '{}')",
        "DELETE FROM place",
        "UPDATE ledger_entry SET content = 'another'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "INSERT INTO ledger_entry (chain, sequence) VALUES ('register', 1)",
        "INSERT INTO ledger_chain (chain) VALUES ('another')",
        "SELECT key FROM personal_key",
        "SELECT sealed FROM personal_value",
        "SELECT append_to_ledger('register', 'place', 'SP-0001', 'changed', '{}')",
        "SELECT open_personal(gen_random_uuid())",
        "INSERT INTO audit (place_id, audited_on, auditor, verdict, valid_until) VALUES (1, now(), 'a', 'fit', now())",
        "UPDATE register_version SET version = 1",
        "UPDATE row_history SET key = 1",
        "INSERT INTO row_history (relation, key, recorded_at, superseded_at) VALUES ('a', 1, now(), now())",
        "SELECT password_hash FROM account_secret",
        "SELECT code_hash FROM recovery_code",
        "SELECT token_hash FROM known_browser",
        "SELECT subject_hash FROM sign_in_attempt",
        "SELECT token_hash FROM sign_in_link",
        "SELECT text FROM mail_message",
        "SELECT payload FROM outbox_message",
        "INSERT INTO mail_message (kind, to_address, expires_at) VALUES ('a', 'b', now())",
        "SELECT * FROM procrastinate_jobs",
        "SELECT defer_job('mail', 'mail.send', '{}')",
        "SELECT lo_create(0) FROM pg_read_file('/etc/hostname')",
        "COPY place TO PROGRAM 'cat'",
        "CREATE ROLE another",
    ],
)
def test_is_refused_whoever_asks(session: WriteSession, statement: str) -> None:
    for bounds in (Bounds(), OFFICER, ADMINISTRATOR):
        with web(session, bounds) as connection:
            refused(connection, statement)


# Rows


@pytest.mark.usefixtures("register")
def test_without_anybody_no_place_is_seen_but_the_published(session: WriteSession) -> None:
    with web(session) as connection:
        for table in ("place", "place_private", "audit", "place_revision", "place_change", "account", "api_key"):
            assert count(connection, table) == 0, table
        assert count(connection, "published_place") == 2
        assert count(connection, "published_place_as_at(now() + interval '1 second')") == 2
        assert count(connection, "listed_place") == 2


@pytest.mark.usefixtures("register")
def test_each_authority_sees_its_own(session: WriteSession) -> None:
    with web(session, OFFICER) as connection:
        assert count(connection, "place") == 2
        assert count(connection, "place_private") == 2
        assert count(connection, f"place WHERE authority_code <> '{AUTHORITY}'") == 0
        assert count(connection, "place_private WHERE contact_name LIKE '%lsewhere'") == 0
        assert count(connection, "audit") == 2
        assert count(connection, "place_revision") == 2


@pytest.mark.usefixtures("register")
def test_councillors_reach_no_private_facts(session: WriteSession) -> None:
    with web(session, Bounds(None, AUTHORITY, Role.COUNCILLOR)) as connection:
        assert count(connection, "place") == 2
        assert count(connection, "place_private") == 0
        assert count(connection, "place_change") == 0


@pytest.mark.usefixtures("register")
def test_nothing_is_written_outside_of_the_authority(session: WriteSession) -> None:
    elsewhere = session.execute(text("SELECT id FROM place WHERE name = 'Elsewhere'")).scalar_one()
    place = "INSERT INTO place (authority_code, name, kind, location, lon, lat, location_source, location_quality_m,"
    with web(session, OFFICER) as connection:
        assert changed(connection, "UPDATE place SET town = 'Ours'") == 2
        assert changed(connection, f"UPDATE place SET town = 'Ours' WHERE id = {elsewhere}") == 0
        assert changed(connection, f"UPDATE place_private SET notes = 'x' WHERE place_id = {elsewhere}") == 0
        refused(connection, f"UPDATE place SET authority_code = '{OTHER_AUTHORITY}'")
        refused(connection, f"INSERT INTO place_private (place_id) VALUES ({elsewhere})")
        refused(
            connection,
            f"{place} schemes, offers, closures, languages, membership_status, version)"
            f" SELECT '{OTHER_AUTHORITY}', name, kind, location, lon, lat, location_source, location_quality_m,"
            " schemes, offers, closures, languages, 'proposed', 1 FROM place LIMIT 1",
        )
        refused(
            connection,
            "INSERT INTO place_merge (place_id, into_place_id, merged_at, merged_by, reason)"
            f" VALUES ({elsewhere}, {elsewhere + 1}, now(), 'account:1', 'x')",
        )
    for role in (Role.AUDITOR, Role.COUNCILLOR, Role.PUBLIC):
        with web(session, Bounds(None, AUTHORITY, role)) as connection:
            assert changed(connection, "UPDATE place SET town = 'Ours'") == 0


@pytest.mark.usefixtures("register")
def test_a_place_is_changed_with_its_revision_and_its_version(session: WriteSession) -> None:
    """The triggers reach what the role itself cannot."""
    before = session.execute(text("SELECT version FROM register_version")).scalar_one()
    with web(session, OFFICER) as connection:
        connection.execute(text("UPDATE place SET town = 'Durham' WHERE name = 'Open'"))
        towns = connection.execute(text("SELECT snapshot ->> 'town' FROM place_revision WHERE version = 2")).scalars()
        assert list(towns) == ["Durham"]
        assert connection.execute(text("SELECT version FROM register_version")).scalar_one() > before


def test_accounts_are_changed_by_administrators_and_nobody_rises_by_himself(session: WriteSession) -> None:
    officer, colleague = add_account(session), add_account(session)
    stranger = add_account(session, authority_code=OTHER_AUTHORITY)
    own = Bounds(officer.id, AUTHORITY, Role.OFFICER)
    with web(session, own) as connection:
        assert count(connection, "account") == 2
        assert changed(connection, f"UPDATE account SET signed_in_at = now() WHERE id = {officer.id}") == 1
        assert changed(connection, f"UPDATE account SET name = 'x' WHERE id = {colleague.id}") == 0
        refused(connection, f"UPDATE account SET role = 'administrator' WHERE id = {officer.id}")
        refused(connection, f"UPDATE account SET authority_code = '{OTHER_AUTHORITY}' WHERE id = {officer.id}")
        refused(
            connection,
            "INSERT INTO account (authority_code, role, name, is_active, created_at)"
            f" VALUES ('{AUTHORITY}', 'administrator', 'x', true, now())",
        )
    with web(session, ADMINISTRATOR) as connection:
        assert changed(connection, "UPDATE account SET role = 'auditor'") == 2
        assert changed(connection, f"UPDATE account SET name = 'x' WHERE id = {stranger.id}") == 0


def test_sessions_links_and_keys_are_ones_own_or_the_administrators(session: WriteSession) -> None:
    officer, colleague = add_account(session), add_account(session)
    stranger = add_account(session, authority_code=OTHER_AUTHORITY)
    for account in (officer, colleague, stranger):
        add_session(session, account)
        add_key(session, account, "places:read-all")
    with web(session, Bounds(officer.id, AUTHORITY, Role.OFFICER)) as connection:
        assert count(connection, "sign_in_session") == 1
        assert count(connection, "api_key") == 0
        refused(
            connection,
            "INSERT INTO sign_in_link (account_id, token_hash, purpose, created_at, expires_at)"
            f" VALUES ({colleague.id}, 'x', 'invitation', now(), now())",
        )
    with web(session, ADMINISTRATOR) as connection:
        assert count(connection, "sign_in_session") == 2
        assert count(connection, "api_key") == 2
        refused(
            connection,
            "INSERT INTO sign_in_link (account_id, token_hash, purpose, created_at, expires_at)"
            f" VALUES ({stranger.id}, 'x', 'invitation', now(), now())",
        )
        refused(
            connection,
            "INSERT INTO sign_in_session (account_id, token_hash, csrf_token, method, browser, created_at, seen_at,"
            f" expires_at) VALUES ({colleague.id}, 'x', 'x', 'password', '', now(), now(), now())",
        )


@pytest.mark.usefixtures("register")
def test_waiting_changes_answers_views_and_settings(session: WriteSession) -> None:
    ours, theirs = add_account(session), add_account(session, authority_code=OTHER_AUTHORITY)
    place = session.execute(text("SELECT id FROM place WHERE name = 'Elsewhere'")).scalar_one()
    session.add(
        PlaceChange(
            place_id=place,
            authority_code=OTHER_AUTHORITY,
            base_version=1,
            facts={},
            proposed_by="account:1",
            proposed_at=now_utc(),
        )
    )
    session.flush()
    for account in (ours, theirs):
        session.execute(
            text("INSERT INTO saved_view (account_id, name, query, created_at) VALUES (:id, 'Mine', '', now())"),
            {"id": account.id},
        )
        session.execute(
            text(
                "INSERT INTO idempotent_answer (actor, key, request_hash, status, headers, body, created_at)"
                " VALUES (:actor, 'k', '', 200, '{}', '', now())"
            ),
            {"actor": f"account:{account.id}"},
        )
        session.execute(
            text("INSERT INTO register_setting VALUES (:code, 'name', '1', now())"), {"code": account.authority_code}
        )
    own = Bounds(ours.id, AUTHORITY, Role.OFFICER, actor=f"account:{ours.id}")
    with web(session, own) as connection:
        for table in ("saved_view", "idempotent_answer", "register_setting"):
            assert count(connection, table) == 1, table
        assert count(connection, "place_change") == 0
        assert changed(connection, "UPDATE register_setting SET value = '2'") == 0
    with web(session, ADMINISTRATOR) as connection:
        assert changed(connection, "UPDATE register_setting SET value = '2'") == 1


def test_key_hashes_are_reached_by_prefix_only(session: WriteSession) -> None:
    token = add_key(session, add_account(session), "places:read-all")
    with web(session) as connection:
        found = connection.execute(text("SELECT prefix FROM key_of(:prefix)"), {"prefix": token[:12]}).scalars()
        assert list(found) == [token[:12]]
    session.execute(text("UPDATE api_key SET revoked_at = now()"))
    with web(session) as connection:
        assert count(connection, f"key_of('{token[:12]}')") == 0
