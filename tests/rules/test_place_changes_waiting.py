"""Edits of listed places that wait for a second person."""

import pytest

from app.db.sessions import WriteSession
from app.errors import Conflict, Forbidden, InvalidInput, NotFound, StaleVersion
from app.permissions.identity import Identity
from app.places.editing import create_place, move_status, patch_place
from app.places.register_rules import get_visible
from app.places.register_settings import read_settings, write_setting
from app.places.waiting import decide_change, get_waiting, list_waiting
from app.tables import Authority, PlaceChange
from app.vocabulary import MembershipStatus, Role
from tests.register import AUTHORITY, Register

FIRST = Identity(Role.OFFICER, account_id=1, authority_code=AUTHORITY)
SECOND = Identity(Role.OFFICER, account_id=2, authority_code=AUTHORITY)
ADMINISTRATOR = Identity(Role.ADMINISTRATOR, account_id=3, authority_code=AUTHORITY)
KEY_OF_SECOND = Identity(
    Role.OFFICER, account_id=2, authority_code=AUTHORITY, via="api", key_prefix="spk_1a2b3c4d",
    scopes=frozenset({"places:read-all", "places:write"}),
)  # fmt: skip


@pytest.fixture
def hall(session: WriteSession) -> str:
    register = Register(session)
    place = register.add_place("Hall", town="Durham")
    write_setting(session, ADMINISTRATOR, "second_person_for_listed_places", True)
    return place.reference


def propose(session: WriteSession, hall: str, identity: Identity = FIRST, version: int = 1, **patch: object) -> int:
    outcome = patch_place(session, identity, hall, patch or {"town": "Seaham"}, base_version=version, reason="Moved")
    assert outcome.waits
    return outcome.change_id or 0


def test_the_setting_is_off_until_somebody_sets_it_and_only_for_their_authority(session: WriteSession) -> None:
    Register(session)
    session.add(Authority(code="E06000005", name="Elsewhere"))
    session.flush()
    assert not read_settings(session, AUTHORITY).second_person_for_listed_places
    write_setting(session, ADMINISTRATOR, "second_person_for_listed_places", True)
    assert read_settings(session, AUTHORITY).second_person_for_listed_places
    assert not read_settings(session, "E06000005").second_person_for_listed_places
    with pytest.raises(Forbidden):
        write_setting(session, FIRST, "second_person_for_listed_places", False)
    for name, value in (("second_person", True), ("second_person_for_listed_places", "yes")):
        with pytest.raises(InvalidInput):
            write_setting(session, ADMINISTRATOR, name, value)


def test_the_approved_version_stays_until_a_second_person_agrees(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall, town="Seaham", contact_name="Zelda")
    place = get_visible(session, FIRST, hall)
    assert (place.town, place.version, place.change_waiting, place.is_published) == ("Durham", 1, True, True)
    (waiting,) = list_waiting(session, SECOND)
    assert (waiting.reference, waiting.proposed_by, waiting.reason) == (hall, "account:1", "Moved")
    assert {one.field: (one.current, one.submitted) for one in waiting.differences} == {
        "town": ("Durham", "Seaham"), "contact_name": (None, "Zelda"),
    }  # fmt: skip
    assert (waiting.may_decide, waiting.may_withdraw) == (True, False)
    assert not get_waiting(session, FIRST, change_id).may_decide
    decided = decide_change(session, SECOND, change_id, "approved")
    assert (decided.decision, decided.decided_by, decided.submitted) == ("approved", "account:2", {})
    place = get_visible(session, FIRST, hall)
    assert (place.town, place.contact_name, place.version, place.change_waiting) == ("Seaham", "Zelda", 2, False)
    assert session.get_one(PlaceChange, change_id).facts is None
    assert list_waiting(session, SECOND) == []
    assert [one.id for one in list_waiting(session, SECOND, decided=True)] == [change_id]
    with pytest.raises(Conflict, match="already"):
        decide_change(session, SECOND, change_id, "refused", reason="No")


def test_nobody_decides_their_own_not_even_through_a_key(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall)
    for decision in ("approved", "refused"):
        with pytest.raises(Forbidden, match="yourself"):
            decide_change(session, FIRST, change_id, decision, reason="Mine")
    with pytest.raises(Forbidden, match="another"):
        decide_change(session, SECOND, change_id, "withdrawn")
    decide_change(session, FIRST, change_id, "withdrawn")
    by_key = propose(session, hall, KEY_OF_SECOND)
    with pytest.raises(Forbidden, match="yourself"):
        decide_change(session, SECOND, by_key, "approved")
    decide_change(session, FIRST, by_key, "approved")
    assert get_visible(session, FIRST, hall).town == "Seaham"


def test_a_refusal_needs_a_reason_and_changes_nothing(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall)
    with pytest.raises(InvalidInput, match="reason"):
        decide_change(session, SECOND, change_id, "refused")
    decide_change(session, SECOND, change_id, "refused", reason="Wrong town")
    place = get_visible(session, FIRST, hall)
    assert (place.town, place.version, place.change_waiting) == ("Durham", 1, False)


def test_one_change_of_a_place_waits_at_a_time(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall)
    with pytest.raises(Conflict, match=f"number {change_id}"):
        propose(session, hall, SECOND, town="Consett")


def test_status_is_never_delayed_and_withdrawal_ends_what_waits(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall)
    move_status(session, FIRST, hall, MembershipStatus.SUSPENDED, reason="Flood")
    assert get_visible(session, FIRST, hall).change_waiting
    edited = patch_place(session, FIRST, hall, {"description": "Closed"}, base_version=2)
    assert not edited.waits  # only listed places wait
    move_status(session, FIRST, hall, MembershipStatus.WITHDRAWN, reason="Gone")
    assert get_waiting(session, SECOND, change_id).decision == "withdrawn"


def test_what_the_place_became_meanwhile_is_shown_and_kept(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall, town="Seaham")
    move_status(session, SECOND, hall, MembershipStatus.SUSPENDED, reason="Flood")
    patch_place(session, SECOND, hall, {"description": "Ask inside"}, base_version=2)
    assert get_waiting(session, SECOND, change_id).is_stale
    with pytest.raises(StaleVersion) as caught:
        decide_change(session, SECOND, change_id, "approved")
    assert {one["field"]: one["is_conflict"] for one in caught.value.differences} == {
        "town": False, "description": False,
    }  # fmt: skip
    decide_change(session, SECOND, change_id, "approved", version=3)
    place = get_visible(session, FIRST, hall)
    assert (place.town, place.description) == ("Seaham", "Ask inside")


def test_two_changes_of_one_fact_are_never_settled_by_themselves(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall, town="Seaham")
    move_status(session, SECOND, hall, MembershipStatus.SUSPENDED, reason="Flood")
    patch_place(session, SECOND, hall, {"town": "Consett"}, base_version=2)
    with pytest.raises(StaleVersion) as caught:
        decide_change(session, SECOND, change_id, "approved", version=3)
    assert caught.value.current["town"] == "Consett"
    assert caught.value.submitted["town"] == "Seaham"
    assert get_visible(session, FIRST, hall).town == "Consett"


def test_others_do_not_find_it(hall: str, session: WriteSession) -> None:
    change_id = propose(session, hall)
    other = Identity(Role.OFFICER, account_id=9, authority_code="E06000005")
    assert list_waiting(session, other) == []
    for identity in (other,):
        with pytest.raises(NotFound):
            decide_change(session, identity, change_id, "approved")
    auditor = Identity(Role.AUDITOR, account_id=4, authority_code=AUTHORITY)
    with pytest.raises(Forbidden):
        list_waiting(session, auditor)


def test_where_edits_wait_no_place_begins_as_listed(hall: str, session: WriteSession) -> None:  # noqa: ARG001
    from app.errors import FaultyFields  # noqa: PLC0415

    values = {"name": "New", "kind": "library", "schemes": ["safe_place"], "easting": 427_500, "northing": 542_500}
    with pytest.raises(FaultyFields, match="membership_status"):
        create_place(session, FIRST, values | {"membership_status": "listed"})
    assert create_place(session, FIRST, values).membership_status == "proposed"
