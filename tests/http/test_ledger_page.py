"""The page of the whole ledger: sentences about everything, filters, its head, its file; nothing for others."""

import csv
from io import StringIO

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.db.sessions import WriteSession
from app.ledger.chain import parse_checkpoints, verify
from app.ledger.queries import stream_entries
from app.office.ledger import to_subject
from app.people import rules as people
from app.tables import Account, Councillor, Place, PlacePrivate, RegisterSetting
from app.vocabulary import Role
from tests.register import AUTHORITY, Register
from tests.signing_in import OTHER_AUTHORITY, SignedIn, SignIn, add_account, add_key

ADDRESS = "/office/ledger"
ROW = 'class="history__entry"'


@pytest.fixture
def reader(sign_in: SignIn) -> SignedIn:
    """An administrator."""
    return sign_in(Role.ADMINISTRATOR)


@pytest.fixture
def place(session: WriteSession, reader: SignedIn) -> Place:
    """Changes of several kinds, by several people, through several ways."""
    register = Register.__new__(Register)
    register.session = session
    session.record_as("import", via="import")
    place = register.add_place("Fernhill Library", audit=False)
    session.record_as(f"account:{reader.account.id}", via="page", reason="They rang us")
    session.add(PlacePrivate(place_id=place.id or 0, contact_name="Cora Contact", contact_email="cora@example.org"))
    session.flush()
    session.record_as("cli:root", via="cli")
    session.add(Councillor(authority_code=AUTHORITY, name="Cleo Council", email="cleo@example.org"))
    session.add(RegisterSetting(authority_code=AUTHORITY, name="second_person", value=True))
    account = add_account(session, Role.OFFICER, name="Otto Officer")
    add_key(session, account, "places:read-all")
    session.flush()
    return place


def read(reader: SignedIn, **asked: str) -> str:
    answer = reader.client.get(ADDRESS, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(reader: SignedIn, **asked: str) -> int:
    return read(reader, **asked).count(ROW)


def head(session: WriteSession) -> tuple[int, str]:
    row = session.connection().execute(
        text(
            "SELECT count(*), encode((array_agg(hash ORDER BY sequence DESC))[1], 'hex')"
            " FROM ledger_entry WHERE chain = :c"
        ),
        {"c": AUTHORITY},
    )
    count, found = row.one()
    return int(count), str(found)


def test_everything_is_told_in_sentences(reader: SignedIn, place: Place) -> None:
    page = read(reader)
    name = reader.account.name
    for sentence in (
        f"an import added the place {place.reference} Fernhill Library with an import",
        f"{name} added the place {place.reference} Fernhill Library on a page",
        "root added the councillor Cleo Council with a command",
        "root added the setting second person with a command",
        "root added the account of Otto Officer with a command",
        "root added the API key ",
    ):
        assert sentence in page
    assert "Cora Contact" in page
    assert "Because: They rang us" in page
    assert f'href="/office/places/{place.reference}/history"' in page
    assert page.index("Otto Officer") < page.index("Cora Contact"), "newest first"


@pytest.mark.usefixtures("place")
def test_the_head_and_how_to_verify_it(reader: SignedIn, session: WriteSession) -> None:
    page = read(reader)
    count, newest = head(session)
    assert f"{count:,} entries" in page
    assert newest in page
    assert "safeplaces ledger verify" in page
    line = page.split('class="ledger-head__line">')[1].split("<")[0]
    (known,) = parse_checkpoints(line)
    (result,) = [one for one in verify(stream_entries(session), [known]) if one.chain == AUTHORITY]
    assert result.broken is None
    assert (known.sequence, known.hash.hex()) == (count, newest)


def test_filters(reader: SignedIn, place: Place, session: WriteSession) -> None:
    count, _ = head(session)
    assert rows(reader) == count
    assert rows(reader, concept="councillor") == 1
    assert rows(reader, concept="place") == 2
    assert rows(reader, concept="place", via="page") == 1
    assert rows(reader, via="import") == 1
    assert rows(reader, actor=f"account:{reader.account.id}") == 1
    assert rows(reader, about=place.reference) == 2
    assert rows(reader, about=f" {place.reference.lower()} ", actor="import") == 1
    assert rows(reader, about=f"account:{reader.account.id}") >= 1
    assert rows(reader, about="SP-9999") == 0
    assert rows(reader, since="2100-01-01") == 0
    assert rows(reader, until="2020-01-01") == 0
    assert rows(reader, since="2020-01-01", until="2100-01-01") == count
    page = read(reader, concept="place", actor="import", via="import", about="SP-1")
    for chosen in ('value="place" selected', 'value="import" selected'):
        assert chosen in page
    assert page.count(" selected") == 3
    assert "Nothing fits" in page
    assert 'href="/office/ledger"' in page


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("SP-0042", "SP-0042"),
        ("sp0042", "SP-0042"),
        (" 42 ", "SP-0042"),
        ("account:12", "account:12"),
        ("spk_1a2b3c4d", "key:spk_1a2b3c4d"),
        ("\x00", ""),
        ("", ""),
    ],
)
def test_what_somebody_types_is_understood(typed: str, subject: str) -> None:
    assert to_subject(typed) == subject


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999-12-31"])
def test_a_day_that_is_none_is_told_beside_its_field(reader: SignedIn, day: str) -> None:
    answer = reader.client.get(ADDRESS, params={"until": day})
    assert answer.status_code == 422
    assert 'id="until-error"' in answer.text
    assert 'href="#until"' in answer.text
    assert 'id="since-error"' not in answer.text


def test_pages_go_on_where_the_one_before_ended(
    reader: SignedIn, place: Place, session: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.office.ledger.PAGE", 3)
    count, _ = head(session)
    seen: list[int] = []
    page = read(reader, since="2020-01-01")
    while True:
        seen += [int(part.split("<")[0]) for part in page.split('class="history__number">entry ')[1:]]
        older = [part.split('"')[0] for part in page.split('href="')[1:] if "before=" in part.split('"')[0]]
        if not older:
            break
        place.name += "!"  # what comes meanwhile moves nothing
        session.flush()
        assert "since=2020-01-01" in older[0]
        page = reader.client.get(older[0].replace("&amp;", "&")).text
        assert "Back to the newest" in page
    assert seen == list(range(count, 0, -1))


def test_the_file_holds_every_entry_that_fits(
    reader: SignedIn, place: Place, session: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.office.ledger.BATCH", 2)
    place.name = "=1+1"
    session.flush()
    answer = reader.client.get(f"{ADDRESS}.csv")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    count, _ = head(session)
    assert sorted({int(line["entry"]) for line in lines}) == list(range(1, count + 1))
    renamed = next(line for line in lines if line["field"] == "name" and line["before"] == "Fernhill Library")
    assert (renamed["about"], renamed["after"]) == (place.reference, "'=1+1")
    narrowed = reader.client.get(f"{ADDRESS}.csv", params={"concept": "councillor"})
    found = list(csv.DictReader(StringIO(narrowed.content.decode("utf-8-sig"))))
    assert {line["about"].partition(":")[0] for line in found} == {"councillor"}
    assert ("name", "Cleo Council") in {(line["field"], line["after"]) for line in found}


def test_secrets_are_told_of_and_never_told(reader: SignedIn, session: WriteSession) -> None:
    account = add_account(session, Role.OFFICER, name="Otto Officer")
    account.oidc_issuer, account.oidc_subject = "https://login.example.org", "subject-of-otto"
    session.flush()
    session.execute(
        text("INSERT INTO account_secret (account_id, password_hash, changed_at) VALUES (:id, 'hash-of-otto', now())"),
        {"id": account.id},
    )
    page = read(reader, about=f"account:{account.id}")
    assert "https://login.example.org" in page
    assert "Identity at the sign-in provider" in page
    assert "the value is not shown" in page
    assert "the ledger does not hold what it is" in page
    file = reader.client.get(f"{ADDRESS}.csv", params={"about": f"account:{account.id}"}).text
    assert "(not shown)" in file
    for secret in ("subject-of-otto", "hash-of-otto"):
        assert secret not in page + file


def test_what_was_erased_is_called_so(reader: SignedIn, place: Place, session: WriteSession) -> None:
    assert "Cora Contact" in read(reader, about=place.reference)
    otto = session.exec(select(Account).where(Account.name == "Otto Officer")).one()
    for who in ("cora@example.org", f"account:{otto.id}"):
        people.erase(session, people.find_person(session, who))
    page = read(reader)
    file = reader.client.get(f"{ADDRESS}.csv").text
    assert "Cora Contact" not in page + file
    assert "Otto Officer" not in page + file
    assert "(erased)" in page
    assert "(erased)" in file
    assert "erased a person (" in page
    assert rows(reader, concept="person") == 2
    history = reader.client.get(f"/office/places/{place.reference}/history").text
    assert "Cora Contact" not in history
    assert "(erased)" in history


def test_nobody_else_reads_it(sign_in: SignIn, place: Place) -> None:
    for role in (Role.COUNCILLOR, Role.AUDITOR, Role.OFFICER):
        person = sign_in(role)
        assert ADDRESS not in person.client.get("/office/places").text
        assert person.client.get(ADDRESS).status_code == 403
        assert person.client.get(f"{ADDRESS}.csv").status_code == 403
    assert f'href="{ADDRESS}"' in sign_in(Role.ADMINISTRATOR).client.get("/office/places").text
    other = sign_in(Role.ADMINISTRATOR, authority_code=OTHER_AUTHORITY)
    hint = "Such as SP-0042 or account:12"  # says what may be written; by chance the place of this test is called so
    page = other.client.get(ADDRESS).text
    assert hint in page
    seen = page.replace(hint, "") + other.client.get(f"{ADDRESS}.csv").text
    for foreign in (place.reference, "Fernhill", "Cleo Council", AUTHORITY):
        assert foreign not in seen
