"""What the database itself keeps of places: references, revisions, transitions, versions."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.db.failures import translated
from app.db.sessions import WriteSession
from app.errors import Conflict, InvalidInput, RegisterError
from app.tables import Place
from app.vocabulary import MEMBERSHIP_TRANSITIONS, MembershipStatus
from tests.register import Register


def refuses(session: WriteSession, statement: str, kind: type[RegisterError] = Conflict) -> RegisterError:
    """Run a statement that must be refused; the transaction goes on."""
    with pytest.raises(kind) as caught, translated(), session.begin_nested():
        session.execute(text(statement))
    return caught.value


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


@pytest.fixture
def place(register: Register) -> Place:
    return register.add_place()


def test_a_place_cannot_be_deleted(session: WriteSession, place: Place) -> None:
    error = refuses(session, "DELETE FROM place")
    assert place.reference in error.what
    assert "Withdraw" in error.remedy


def test_a_reference_never_changes(session: WriteSession, place: Place) -> None:
    refuses(session, "UPDATE place SET reference = 'SP-9999'")
    refuses(session, "UPDATE place SET id = id + 1")
    session.refresh(place)


def test_references_count_up_and_keep_their_digits_beyond_9999(session: WriteSession, register: Register) -> None:
    first, second = register.add_place(), register.add_place()
    assert int(second.reference.removeprefix("SP-")) == int(first.reference.removeprefix("SP-")) + 1
    session.execute(text("SELECT setval('place_reference', 123455)"))
    try:
        assert register.add_place().reference == "SP-123456"
    finally:  # sequences do not roll back
        session.execute(text("SELECT setval('place_reference', 1000)"))


def test_the_same_reference_twice_is_refused(session: WriteSession, place: Place) -> None:
    columns = "authority_code, name, kind, schemes, offers, closures, languages, location, lon, lat, location_source"
    refuses(
        session,
        f"INSERT INTO place (reference, version, membership_status, location_quality_m, {columns}) "
        f"SELECT reference, 1, 'proposed', 5, {columns} FROM place WHERE id = {place.id}",
    )


@pytest.mark.parametrize("before", list(MembershipStatus))
@pytest.mark.parametrize("after", list(MembershipStatus))
def test_only_allowed_transitions(
    session: WriteSession, register: Register, before: MembershipStatus, after: MembershipStatus
) -> None:
    place = register.add_place(membership_status=before)
    statement = f"UPDATE place SET membership_status = '{after}' WHERE id = {place.id}"
    if before == after or after in MEMBERSHIP_TRANSITIONS[before]:
        session.execute(text(statement))
        session.refresh(place)
        assert place.membership_status == after
    else:
        error = refuses(session, statement)
        assert before in error.what
        assert after in error.what


def test_each_change_is_a_revision_with_actor_door_and_reason(session: WriteSession, place: Place) -> None:
    session.record_as("Olive Officer", via="page", reason="Moved next door")
    place.name = "New name"
    session.flush()
    rows = session.execute(
        text(
            "SELECT version, actor, via, reason, superseded_at, snapshot->>'name' FROM place_revision ORDER BY version"
        )
    ).all()
    assert [row[0] for row in rows] == [1, 2]
    assert rows[1][1:4] == ("Olive Officer", "page", "Moved next door")
    assert rows[0][4] is not None
    assert rows[1][4] is None
    assert [row[5] for row in rows] == ["Fernhill Library", "New name"]
    session.refresh(place)
    assert place.version == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM place_revision",
        "UPDATE place_revision SET actor = 'somebody else'",
        "UPDATE place_revision SET snapshot = '{}'",
        "UPDATE place_revision SET superseded_at = now(), reason = 'x'",
    ],
)
def test_revisions_are_immutable(session: WriteSession, place: Place, statement: str) -> None:
    assert place.id
    refuses(session, statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET verdict = 'not_fit'", "UPDATE audit SET effective_at = NULL", "DELETE FROM audit"]
)
def test_an_effective_audit_is_immutable(session: WriteSession, place: Place, statement: str) -> None:
    assert place.id
    refuses(session, statement)


@pytest.mark.parametrize(
    "change",
    [
        "name = '  '",
        "postcode = 'dh1 1aa'",
        "uprn = '1234567890123'",
        "offers = ARRAY['gold']",
        "kind = 'castle'",
        "membership_status = 'lost'",
        "location_source = 'guess'",
        "location_quality_m = 0",
        "lon = lat, lat = lon",
        "lon = lon + 0.001",
        "closures = '{}'",
    ],
)
def test_values_that_the_database_refuses(session: WriteSession, place: Place, change: str) -> None:
    assert place.id
    kinds = (InvalidInput, Conflict)
    with pytest.raises(kinds), translated(), session.begin_nested():
        session.execute(text(f"UPDATE place SET {change}"))


def test_an_unknown_scheme_is_refused_in_words(session: WriteSession, place: Place) -> None:
    assert place.id
    error = refuses(session, "UPDATE place SET schemes = ARRAY['safe_place', 'secret']")
    assert "secret" in error.what


@pytest.mark.parametrize(
    "change",
    [
        lambda register: register.add_place(),
        lambda register: register.add_divisions(),
        lambda register: register.session.execute(text("UPDATE scheme SET label = 'Other'")),
    ],
    ids=["place", "divisions", "scheme"],
)
def test_the_register_version_grows(
    session: WriteSession, register: Register, change: Callable[[Register], object]
) -> None:
    statement = text("SELECT version FROM register_version")
    before = session.execute(statement).scalar_one()
    change(register)
    assert session.execute(statement).scalar_one() > before
