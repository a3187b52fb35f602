"""Who is added to an authority's accounts, with what role, who leaves; and the command for it."""

import re

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from app.accounts import queries, rules
from app.accounts.browsers import name_of_browser
from app.accounts.destinations import START, to_destination
from app.accounts.rules import AccountDraft
from app.cli.main import app as cli
from app.db.sessions import Bounds, WriteSession, confine, make_engine
from app.errors import Conflict, InvalidInput, NotFound, RegisterError
from app.tables import Authority, Councillor
from tests.conftest import settings_for
from tests.register import AUTHORITY

ANN = AccountDraft("Ann Admin", "ann@example.gov.uk", "administrator")
BOB = AccountDraft("Bob Boss", "bob@example.gov.uk", "administrator")


@pytest.fixture
def register(session: WriteSession) -> WriteSession:
    session.add(Authority(code=AUTHORITY, name="Testshire"))
    session.add(Authority(code="E06000001", name="Othershire"))
    session.flush()
    return session


def councillor(session: WriteSession, authority: str = AUTHORITY) -> int:
    added = Councillor(authority_code=authority, name="Alex Example")
    session.add(added)
    session.flush()
    assert added.id is not None
    return added.id


def test_the_last_administrator_stays(register: WriteSession) -> None:
    ann = rules.add_account(register, AUTHORITY, ANN)
    rules.add_account(register, "E06000001", AccountDraft("Else Where", "else@example.org", "administrator"))
    with pytest.raises(Conflict, match="last administrator"):
        rules.deactivate(register, ann)
    with pytest.raises(Conflict, match="last administrator"):
        rules.change_role(register, ann, "officer", None)
    bob = rules.add_account(register, AUTHORITY, BOB)
    confine(register, Bounds(ann.id, AUTHORITY, "administrator"))
    rules.change_role(register, bob, "administrator", None)
    rules.deactivate(register, bob)
    assert not bob.is_active
    with pytest.raises(Conflict, match="last administrator"):
        rules.deactivate(register, ann)


def test_two_administrators_cannot_remove_each_other_at_once(empty_database_url: str) -> None:
    engine = make_engine(settings_for(empty_database_url))
    with WriteSession(engine) as first, first.begin():
        first.add(Authority(code=AUTHORITY, name="Testshire"))
        first.flush()
        ids = [rules.add_account(first, AUTHORITY, draft).id for draft in (ANN, BOB)]
    with WriteSession(engine) as one, one.begin():
        assert queries.lock_administrators(one, AUTHORITY) == ids
        assert _locked(engine)
    engine.dispose()


def _locked(engine: Engine) -> bool:
    with engine.connect() as other:
        rows = other.exec_driver_sql("SELECT id FROM account WHERE role = 'administrator' FOR UPDATE SKIP LOCKED")
        return not list(rows)


def test_a_councillors_account_stands_for_a_councillor(register: WriteSession) -> None:
    alex = councillor(register)
    stranger = councillor(register, "E06000001")
    draft = AccountDraft("Alex Example", "alex@example.gov.uk", "councillor", alex)
    for wrong in (None, stranger, 999):
        with pytest.raises(InvalidInput, match="Choose the councillor"):
            rules.add_account(register, AUTHORITY, AccountDraft("A", "a@example.gov.uk", "councillor", wrong))
    with pytest.raises(InvalidInput, match="Only a councillor's account"):
        rules.add_account(register, AUTHORITY, AccountDraft("A", "a@example.gov.uk", "officer", alex))
    account = rules.add_account(register, AUTHORITY, draft)
    with pytest.raises(InvalidInput, match="Choose the councillor"):
        rules.add_account(register, AUTHORITY, AccountDraft("B", "b@example.gov.uk", "councillor", alex))
    rules.change_role(register, account, "councillor", alex)
    rules.change_role(register, account, "auditor", None)
    assert account.councillor_id is None


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (AccountDraft("", "a@example.gov.uk", "officer"), "name"),
        (AccountDraft("x" * 101, "a@example.gov.uk", "officer"), "name"),
        (AccountDraft("A", "not an address", "officer"), "email"),
        (AccountDraft("A", "a@example.gov.uk", "public"), "role"),
        (AccountDraft("A", "a@example.gov.uk", ""), "role"),
    ],
)
def test_what_is_wrong_is_named(register: WriteSession, draft: AccountDraft, field: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        rules.add_account(register, AUTHORITY, draft)
    assert raised.value.field == field


def test_an_address_has_one_account(register: WriteSession) -> None:
    rules.add_account(register, AUTHORITY, ANN)
    with pytest.raises(Conflict, match="Somebody has an account"):
        rules.add_account(register, "E06000001", AccountDraft("Ann", " ANN@example.GOV.uk", "officer"))


def test_an_invitation_is_good_once_and_for_accounts_in_use(register: WriteSession) -> None:
    ann = rules.add_account(register, AUTHORITY, ANN)
    bob = rules.add_account(register, AUTHORITY, BOB)
    token = rules.invite(register, bob)
    found = queries.find_link(register.connection(), token, "invitation")
    assert found is not None
    assert found.account.account_id == bob.id
    assert queries.find_link(register.connection(), token, "code") is None, "for this purpose only"
    assert queries.use_link(register, token, "invitation")
    assert not queries.use_link(register, token, "invitation")
    second = rules.invite(register, bob)
    confine(register, Bounds(ann.id, AUTHORITY, "administrator"))
    rules.deactivate(register, bob)
    assert queries.find_link(register.connection(), second, "invitation") is None
    with pytest.raises(Conflict, match="not in use"):
        rules.invite(register, bob)


def test_an_account_of_another_authority_is_not_there(register: WriteSession) -> None:
    ann = rules.add_account(register, AUTHORITY, ANN)
    with pytest.raises(NotFound):
        rules.get_account(register, "E06000001", rules.id_of(ann))


def test_secrets_are_removed_by_administrators_of_the_same_authority_only(register: WriteSession) -> None:
    ann = rules.add_account(register, AUTHORITY, ANN)
    bob = rules.add_account(register, AUTHORITY, AccountDraft("Bob", "bob@example.gov.uk", "officer"))
    other = rules.add_account(register, "E06000001", AccountDraft("E", "else@example.org", "administrator"))
    for asker in (bob, other):
        confine(register, Bounds(asker.id, asker.authority_code, "administrator"))
        with pytest.raises(Exception, match="Only an administrator of the same authority"), register.begin_nested():
            queries.remove_secrets(register, rules.id_of(ann), password=True)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_browsers_are_named_in_a_few_words(user_agent: str, name: str) -> None:
    assert name_of_browser(user_agent) == name


@pytest.mark.parametrize("wanted", ["/office", "/account/password?a=1%202", "/office/places?status=listed&page=2"])
def test_pages_of_ours_are_led_back_to(wanted: str) -> None:
    assert to_destination(wanted) == wanted
    assert to_destination("https://example.org" + wanted) == START


# The command


@pytest.fixture
def command(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    monkeypatch.setenv("SAFEPLACES_PUBLIC_ADDRESS", "https://places.example.org/")
    engine = make_engine(settings_for(empty_database_url))
    with WriteSession(engine) as session, session.begin():
        session.add(Authority(code=AUTHORITY, name="Testshire"))
    engine.dispose()
    return CliRunner()


def say(command: CliRunner, *words: str, given: str | None = None) -> str:
    done = command.invoke(cli, ["users", *words], input=given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_adds_lists_resets_and_ends(command: CliRunner) -> None:
    added = say(command, "add", "ann@example.gov.uk", "--name", "Ann Admin")
    assert re.search(r"https://places\.example\.org/sign-in/invitation/[\w-]{43}\n", added)
    password = "crumpet lantern estuary"  # noqa: S105 - nobody's
    added = say(command, "add", "bob@example.gov.uk", "--name", "Bob", "--password-stdin", given=f"{password}\n")
    assert added == "bob@example.gov.uk can sign in as administrator.\n"
    listed = say(command, "list")
    assert "ann@example.gov.uk" in listed
    assert "never" in listed
    assert "/sign-in/invitation/" in say(command, "reset", "ann@example.gov.uk", "--without-authenticator")
    reset = say(command, "reset", "ann@example.gov.uk", "--password-stdin", given=f"{password}s\n")
    assert "new password" in reset
    assert "signed in nowhere" in say(command, "sessions", "bob@example.gov.uk")
    assert "0 sessions" in say(command, "sessions", "bob@example.gov.uk", "--end")
    assert "cannot sign in any more" in say(command, "deactivate", "bob@example.gov.uk")
    with pytest.raises(RegisterError, match="last administrator"):
        say(command, "deactivate", "ann@example.gov.uk")


def test_the_command_takes_no_password_as_an_argument_and_no_weak_one(command: CliRunner) -> None:
    for words in (["--password", "crumpet lantern estuary"], ["--password=crumpet"]):
        done = command.invoke(cli, ["users", "add", "ann@example.gov.uk", "--name", "Ann", *words])
        assert done.exit_code == 2, "a usage fault"
    with pytest.raises(InvalidInput, match="guessed early"):
        say(command, "add", "ann@example.gov.uk", "--name", "Ann", "--password-stdin", given="Password2026!\n")
    with pytest.raises(NotFound):
        say(command, "reset", "ann@example.gov.uk")
