"""Adding, changing and moving a place: what is written, who wrote it, what is announced, what is refused."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.db.sessions import WriteSession
from app.errors import Conflict, InvalidInput, NotFound
from app.places import rules
from app.places.changes import STATUS_CHANGED, Author, add_place, change_place, change_status
from app.places.drafts import PlaceDraft
from app.tables import OutboxMessage, Place, PlacePrivate, PlaceRevision
from app.vocabulary import MEMBERSHIP_TRANSITIONS, MembershipStatus
from tests.register import AUTHORITY, SIDE, SOUTH, WEST, Register

OFFICER = Author("Olive Officer", "page", "Applied in writing")


def draft(**facts: object) -> PlaceDraft:
    standard = {
        "name": "Fernhill Library",
        "kind": "library",
        "schemes": ["safe_place"],
        "easting": WEST + 500,
        "northing": SOUTH + 500,
        "opening_hours": "Mo-Fr 09:00-17:00",
        "contact_name": "Carla Contact",
    }
    return PlaceDraft.model_validate(standard | facts)


@pytest.fixture
def register(session: WriteSession) -> Register:
    register = Register(session)
    register.add_divisions()
    return register


@pytest.fixture
def place(session: WriteSession, register: Register) -> Place:
    assert register
    return add_place(session, draft(), authority_code=AUTHORITY, author=OFFICER)


def divisions_of(session: WriteSession, place: Place) -> list[str]:
    statement = text(
        "SELECT gss_code FROM place_division JOIN division ON division.id = division_id"
        " WHERE place_id = :id AND is_assigned"
    )
    return list(session.execute(statement, {"id": place.id}).scalars())


def test_a_new_place_is_proposed_located_and_assigned(session: WriteSession, place: Place) -> None:
    assert place.reference.startswith("SP-")
    assert place.membership_status == MembershipStatus.PROPOSED
    assert place.lon == pytest.approx(-1.5740, abs=0.0001)
    assert place.lat == pytest.approx(54.7765, abs=0.001)
    assert place.location_source == "survey"
    assert divisions_of(session, place) == ["E05000001"]
    revision = session.exec(select(PlaceRevision)).one()
    assert (revision.actor, revision.via, revision.reason) == ("Olive Officer", "page", "Applied in writing")


def test_what_is_private_stays_apart(session: WriteSession, place: Place) -> None:
    private = session.exec(select(PlacePrivate)).one()
    assert (private.place_id, private.contact_name) == (place.id, "Carla Contact")
    assert "Carla" not in session.exec(select(PlaceRevision)).one().model_dump_json()


def test_the_postcode_locates_where_nothing_better_is_known(session: WriteSession, register: Register) -> None:
    assert register
    session.execute(
        text(
            "INSERT INTO postcode_unit (postcode, easting, northing, location, source) VALUES"
            " ('DH1 1RH', 427500, 542600, ST_SetSRID(ST_MakePoint(427500, 542600), 27700), 'test')"
        )
    )
    by_postcode = draft(postcode="dh11rh", easting=None, northing=None)
    place = add_place(session, by_postcode, authority_code=AUTHORITY, author=OFFICER)
    assert (place.postcode, place.location_source, place.location_quality_m) == ("DH1 1RH", "postcode", 50.0)
    elsewhere = draft(postcode="DH1 9ZZ", easting=None, northing=None)
    with pytest.raises(NotFound):
        add_place(session, elsewhere, authority_code=AUTHORITY, author=OFFICER)


def test_a_new_place_cannot_choose_its_reference(session: WriteSession, register: Register) -> None:
    assert register
    with pytest.raises(InvalidInput):
        add_place(session, draft(reference="SP-0001"), authority_code=AUTHORITY, author=OFFICER)


def test_a_place_that_moves_is_assigned_anew(session: WriteSession, place: Place) -> None:
    change_place(session, place, draft(easting=WEST + SIDE + 500, name="Moved"), author=OFFICER)
    assert divisions_of(session, place) == ["E05000002"]
    assert (place.name, place.version) == ("Moved", 2)


def test_a_change_that_changes_nothing_adds_no_revision(session: WriteSession, place: Place) -> None:
    change_place(session, place, draft(), author=OFFICER)
    assert place.version == 1


def test_facts_of_another_place_are_refused(session: WriteSession, place: Place) -> None:
    with pytest.raises(InvalidInput, match="SP-0999"):
        change_place(session, place, draft(reference="SP-0999"), author=OFFICER)


def test_a_change_shows_to_the_public(session: WriteSession, place: Place, register: Register) -> None:
    change_place(session, place, draft(consent_on="2026-01-05"), author=OFFICER)
    change_status(session, place, MembershipStatus.LISTED, author=OFFICER)
    register.add_audit(place)
    assert rules.get_public_place(session, place.reference).name == "Fernhill Library"


@pytest.mark.parametrize("before", list(MembershipStatus))
@pytest.mark.parametrize("after", list(MembershipStatus))
def test_every_move(
    session: WriteSession, register: Register, before: MembershipStatus, after: MembershipStatus
) -> None:
    place = register.add_place(membership_status=before)
    if after in MEMBERSHIP_TRANSITIONS[before]:
        change_status(session, place, after, author=OFFICER)
        message = session.exec(select(OutboxMessage)).one()
        assert message.topic == STATUS_CHANGED
        assert message.payload == {"reference": place.reference, "before": before, "after": after}
        assert place.version == 2
    else:
        with pytest.raises(Conflict) as refused:
            change_status(session, place, after, author=OFFICER)
        assert refused.value.remedy
        assert all(allowed in refused.value.remedy for allowed in MEMBERSHIP_TRANSITIONS[before])
        assert session.exec(select(OutboxMessage)).all() == []


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_move_needs_a_reason(session: WriteSession, place: Place, reason: str | None) -> None:
    with pytest.raises(InvalidInput):
        change_status(session, place, MembershipStatus.LISTED, author=Author("Olive Officer", "page", reason))
