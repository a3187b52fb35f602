"""People change the register: new places, edits from a version, conflicts, moves of the status."""

from typing import Any

import pytest
from sqlmodel import select

from app.db.sessions import WriteSession
from app.errors import Conflict, FaultyFields, Forbidden, InvalidInput, NotFound, StaleVersion
from app.permissions.identity import Identity
from app.places.editable import editable_facts
from app.places.editing import create_place, move_status, patch_place, submit_change
from app.places.register_rules import get_visible
from app.tables import PlacePrivate, PlaceRevision, PostcodeUnit
from app.vocabulary import MembershipStatus, Role
from tests.register import AUTHORITY, SOUTH, WEST, Register

OFFICER = Identity(Role.OFFICER, account_id=1, authority_code=AUTHORITY)
BLIND = Identity(
    Role.OFFICER, account_id=1, authority_code=AUTHORITY, via="api", key_prefix="spk_1a2b3c4d",
    scopes=frozenset({"places:read-all", "places:write"}),
)  # fmt: skip
HALL: dict[str, Any] = {
    "name": "Gilesgate Hall",
    "kind": "library",
    "schemes": ["safe_place"],
    "easting": WEST + 500,
    "northing": SOUTH + 500,
    "contact_name": "Zelda Quux",
    "closures": [{"first_day": "2026-12-24", "last_day": "2026-12-31", "reason": "Heating"}],
}


@pytest.fixture
def register(session: WriteSession) -> Register:
    register = Register(session)
    register.add_divisions(2)
    return register


@pytest.fixture
def hall(register: Register, session: WriteSession) -> str:  # noqa: ARG001 - the authority must be there
    return create_place(session, OFFICER, HALL).reference


def revisions(session: WriteSession) -> list[tuple[int, str, str, str | None]]:
    session.flush()
    rows = session.connection().exec_driver_sql(
        "SELECT version, actor, via, reason FROM place_revision ORDER BY place_id, version"
    )
    return [tuple(row) for row in rows]


def test_a_new_place_is_proposed_linked_and_recorded_with_who_and_why(
    register: Register,  # noqa: ARG001
    session: WriteSession,
) -> None:
    place = create_place(session, OFFICER, HALL, reason="Offered by the owner")
    assert place.membership_status is MembershipStatus.PROPOSED
    assert place.authority_code == AUTHORITY
    assert place.contact_name == "Zelda Quux"
    assert [one.gss_code for one in place.divisions] == ["E05000001"]
    assert place.etag == f'"{place.reference}.1"'
    assert revisions(session) == [(1, "account:1", "page", "Offered by the owner")]
    assert editable_facts(place)["easting"] == HALL["easting"]


def test_every_fault_of_a_new_place_is_told_at_once(register: Register, session: WriteSession) -> None:  # noqa: ARG001
    values = HALL | {
        "kind": "palace", "phone": "1", "reference": "SP-0001", "colour": "red", "languages": [""],
        "closures": [{"from": "x"}],
    }  # fmt: skip
    with pytest.raises(FaultyFields) as caught:
        create_place(session, OFFICER, values)
    fields = {fault.field for fault in caught.value.faults}
    assert fields == {"kind", "phone", "reference", "colour", "languages", "closures"}
    with pytest.raises(FaultyFields) as caught:
        create_place(session, OFFICER, HALL | {"easting": None, "northing": None, "postcode": "DH1 1ZZ"})
    assert [fault.field for fault in caught.value.faults] == ["postcode"]
    with pytest.raises(FaultyFields) as caught:
        create_place(session, OFFICER, HALL | {"membership_status": "withdrawn"})
    assert [fault.field for fault in caught.value.faults] == ["membership_status"]
    with pytest.raises(FaultyFields):
        create_place(session, BLIND, HALL | {"membership_status": "listed", "contact_name": None})
    auditor = Identity(Role.AUDITOR, account_id=1, authority_code=AUTHORITY)
    with pytest.raises(Forbidden):
        create_place(session, auditor, HALL)


def test_an_edit_changes_what_differs_and_nothing_else(hall: str, session: WriteSession) -> None:
    before = get_visible(session, OFFICER, hall)
    same = submit_change(session, OFFICER, hall, editable_facts(before), base_version=1)
    assert same.place == before
    done = submit_change(
        session, OFFICER, hall, editable_facts(before) | {"town": "Durham"}, base_version=1, reason="Known now"
    )
    assert not done.waits
    assert (done.place.town, done.place.version) == ("Durham", 2)
    assert done.place.model_dump(exclude={"town", "version", "updated_at"}) == before.model_dump(
        exclude={"town", "version", "updated_at"}
    )
    assert revisions(session)[-1] == (2, "account:1", "page", "Known now")


def test_a_change_of_private_facts_alone_is_another_version(hall: str, session: WriteSession) -> None:
    done = patch_place(session, OFFICER, hall, {"contact_name": "Yves Corge"}, base_version=1)
    assert (done.place.contact_name, done.place.version) == ("Yves Corge", 2)
    with pytest.raises(StaleVersion) as caught:
        patch_place(session, OFFICER, hall, {"contact_name": None}, base_version=1)
    (difference,) = caught.value.differences
    assert difference == {
        "field": "contact_name", "base": None, "current": "Yves Corge", "submitted": None, "is_conflict": True,
    }  # fmt: skip


def test_a_key_without_private_facts_neither_reads_nor_sets_nor_wipes_them(hall: str, session: WriteSession) -> None:
    place = get_visible(session, BLIND, hall)
    assert not place.shows_private
    done = submit_change(session, BLIND, hall, editable_facts(place) | {"town": "Durham"}, base_version=1)
    assert done.place.town == "Durham"
    assert not done.place.shows_private
    assert get_visible(session, OFFICER, hall).contact_name == "Zelda Quux"
    with pytest.raises(FaultyFields, match="contact_name"):
        patch_place(session, BLIND, hall, {"contact_name": "Me"}, base_version=2)
    with pytest.raises(StaleVersion) as caught:
        patch_place(session, BLIND, hall, {"town": "Seaham"}, base_version=1)
    assert "Zelda" not in repr((caught.value.current, caught.value.submitted, caught.value.differences))


def test_a_stale_edit_shows_both_versions_and_what_both_changed(hall: str, session: WriteSession) -> None:
    patch_place(session, OFFICER, hall, {"town": "Durham", "phone": "0191 496 0000"}, base_version=1)
    with pytest.raises(StaleVersion) as caught:
        patch_place(session, OFFICER, hall, {"town": "Seaham", "description": "Ask"}, base_version=1)
    error = caught.value
    assert (error.current["town"], error.submitted["town"]) == ("Durham", "Seaham")
    by_field = {one["field"]: one for one in error.differences}
    assert by_field.keys() == {"town", "phone", "description"}
    assert [name for name, one in by_field.items() if one["is_conflict"]] == ["town"]
    assert by_field["phone"]["submitted"] is None
    assert by_field["description"]["current"] is None
    with pytest.raises(StaleVersion) as caught:
        patch_place(session, OFFICER, hall, {"town": "Seaham"}, base_version=99)
    assert [one["field"] for one in caught.value.differences] == ["town"]


def test_where_a_patch_puts_a_place(hall: str, session: WriteSession) -> None:
    session.add(
        PostcodeUnit(
            postcode="DH1 1RH", easting=int(WEST) + 2_500, northing=int(SOUTH) + 500, source="test",
            location=f"SRID=27700;POINT({int(WEST) + 2_500} {int(SOUTH) + 500})", division_code="E05000001",
        )
    )  # fmt: skip
    session.flush()
    place = patch_place(session, OFFICER, hall, {"postcode": "dh11rh"}, base_version=1).place
    assert (place.easting, place.location_source) == (HALL["easting"], "survey")
    place = patch_place(session, OFFICER, hall, {"easting": None, "northing": None}, base_version=2).place
    assert (place.easting, place.location_source, place.location_quality_m) == (WEST + 2_500, "postcode", 50)
    assert (place.divisions[0].gss_code, place.divisions[0].is_assigned) == ("E05000002", True)
    assert place.postcode_disagrees
    place = patch_place(
        session, OFFICER, hall, {"lon": place.lon, "lat": place.lat, "location_source": "entrance_pin"}, base_version=3
    ).place
    assert (place.location_source, place.location_quality_m) == ("entrance_pin", 3)
    assert place.easting == pytest.approx(WEST + 2_500, abs=0.01)
    as_it_went_out = {name: editable_facts(place)[name] for name in ("easting", "northing", "location_source")}
    same = patch_place(session, OFFICER, hall, as_it_went_out, base_version=4)
    assert same.place.version == 4


def test_an_edit_moves_neither_status_nor_reference(hall: str, session: WriteSession) -> None:
    with pytest.raises(FaultyFields) as caught:
        patch_place(session, OFFICER, hall, {"membership_status": "listed", "reference": "SP-9999"}, base_version=1)
    assert {fault.field for fault in caught.value.faults} == {"membership_status", "reference"}


def test_the_status_moves_with_a_reason_from_the_version_that_was_seen(hall: str, session: WriteSession) -> None:
    with pytest.raises(InvalidInput, match="reason"):
        move_status(session, OFFICER, hall, MembershipStatus.LISTED, reason=" ")
    with pytest.raises(Conflict, match="listed or withdrawn"):
        move_status(session, OFFICER, hall, MembershipStatus.SUSPENDED, reason="Closed")
    place = move_status(session, OFFICER, hall, MembershipStatus.LISTED, reason="Checked", base_version=1)
    assert (place.membership_status, place.version) == ("listed", 2)
    with pytest.raises(StaleVersion) as caught:
        move_status(session, OFFICER, hall, MembershipStatus.SUSPENDED, reason="Closed", base_version=1)
    assert caught.value.current == {"membership_status": "listed"}
    assert revisions(session)[-1] == (2, "account:1", "page", "Checked")
    with pytest.raises(Forbidden):
        move_status(session, BLIND, hall, MembershipStatus.SUSPENDED, reason="Closed")


def test_another_authority_finds_nothing_to_change(hall: str, session: WriteSession) -> None:
    other = Identity(Role.OFFICER, account_id=9, authority_code="E06000005")
    for change in (
        lambda: get_visible(session, other, hall),
        lambda: patch_place(session, other, hall, {"town": "Mine"}, base_version=1),
        lambda: move_status(session, other, hall, MembershipStatus.LISTED, reason="Mine"),
    ):
        with pytest.raises(NotFound):
            change()


def test_a_place_keeps_its_position_when_its_postcode_is_no_longer_held(
    register: Register, session: WriteSession
) -> None:
    place = register.add_place("Old", postcode="DH9 9ZZ", location_source="postcode", location_quality_m=50)
    done = patch_place(session, OFFICER, place.reference, {"town": "Stanley"}, base_version=1)
    assert (done.place.easting, done.place.town) == (WEST + 500, "Stanley")
    with pytest.raises(FaultyFields, match="postcode"):
        patch_place(session, OFFICER, place.reference, {"postcode": "DH9 9ZX"}, base_version=2)


def test_private_facts_are_not_in_revisions(hall: str, session: WriteSession) -> None:  # noqa: ARG001
    assert [private.contact_name for private in session.exec(select(PlacePrivate))] == ["Zelda Quux"]
    assert "Zelda" not in repr([revision.snapshot for revision in session.exec(select(PlaceRevision))])
