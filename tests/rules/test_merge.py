"""Places that turn out to be one."""

import pytest

from app.db.sessions import WriteSession
from app.errors import Conflict, Forbidden, InvalidInput, NotFound, PlaceMerged
from app.permissions.identity import Identity
from app.places.editing import patch_place
from app.places.merging import list_likely_pairs, merge_places, suggest_duplicates
from app.places.register_rules import get_visible
from app.places.register_settings import write_setting
from app.places.waiting import get_waiting
from app.tables import Authority
from app.vocabulary import MembershipStatus, Role
from tests.register import AUTHORITY, Register

OFFICER = Identity(Role.OFFICER, account_id=1, authority_code=AUTHORITY)
ADMINISTRATOR = Identity(Role.ADMINISTRATOR, account_id=3, authority_code=AUTHORITY)


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def test_the_merged_place_is_withdrawn_and_leads_to_the_other(register: Register, session: WriteSession) -> None:
    double = register.add_place("Seaham Library").reference
    stays = register.add_place("The Library, Seaham").reference
    place = merge_places(session, OFFICER, double, stays, reason="The same building")
    assert place.reference == stays
    with pytest.raises(PlaceMerged) as caught:
        get_visible(session, OFFICER, double)
    assert caught.value.into == stays
    shown = get_visible(session, OFFICER, double, follow_merges=False)
    assert (shown.membership_status, shown.merged_into) == (MembershipStatus.WITHDRAWN, stays)
    with pytest.raises(PlaceMerged):
        patch_place(session, OFFICER, double, {"town": "Seaham"}, base_version=2)
    reason = session.connection().exec_driver_sql(
        "SELECT reason FROM place_revision AS revision JOIN place ON place.id = place_id WHERE reference = %(r)s"
        " ORDER BY revision.version DESC LIMIT 1",
        {"r": double},
    )
    assert reason.scalar_one() == f"Merged into {stays}: The same building"


def test_chains_lead_to_their_end(register: Register, session: WriteSession) -> None:
    one, two, three = (register.add_place(name).reference for name in ("One", "Two", "Three"))
    merge_places(session, OFFICER, one, two, reason="Same")
    merge_places(session, OFFICER, two, three, reason="Same")
    for reference in (one, two):
        with pytest.raises(PlaceMerged) as caught:
            get_visible(session, OFFICER, reference)
        assert caught.value.into == three
    with pytest.raises(PlaceMerged):
        merge_places(session, OFFICER, three, one, reason="Round")
    assert get_visible(session, OFFICER, three).membership_status == "listed"


def test_what_cannot_be_merged(register: Register, session: WriteSession) -> None:
    one, two = (register.add_place(name).reference for name in ("One", "Two"))
    gone = register.add_place("Gone", membership_status="withdrawn").reference
    session.add(Authority(code="E06000005", name="Elsewhere"))
    session.flush()
    theirs = register.add_place("Theirs")
    session.connection().exec_driver_sql(
        "UPDATE place SET authority_code = 'E06000005' WHERE id = %(id)s", {"id": theirs.id}
    )
    with pytest.raises(Conflict, match="itself"):
        merge_places(session, OFFICER, one, one, reason="Same")
    with pytest.raises(Conflict, match="withdrawn"):
        merge_places(session, OFFICER, one, gone, reason="Same")
    with pytest.raises(NotFound):
        merge_places(session, OFFICER, one, theirs.reference, reason="Same")
    with pytest.raises(InvalidInput, match="reason"):
        merge_places(session, OFFICER, one, two, reason="")
    auditor = Identity(Role.AUDITOR, account_id=1, authority_code=AUTHORITY)
    with pytest.raises(Forbidden):
        merge_places(session, auditor, one, two, reason="Same")
    assert merge_places(session, OFFICER, gone, one, reason="Was the same all along").reference == one


def test_the_database_itself_refuses_rings_other_authorities_and_second_thoughts(
    register: Register, session: WriteSession
) -> None:
    from app.db.failures import translated  # noqa: PLC0415

    one, two = register.add_place("One"), register.add_place("Two")
    session.add(Authority(code="E06000005", name="Elsewhere"))
    session.flush()
    merge_places(session, OFFICER, one.reference, two.reference, reason="Same")
    for statement in (
        "DELETE FROM place_merge",
        "UPDATE place_merge SET reason = 'x'",
        f"INSERT INTO place_merge VALUES ({two.id}, {one.id}, now(), 'x', 'x')",
    ):
        with pytest.raises(Conflict), translated(), session.begin_nested():
            session.connection().exec_driver_sql(statement)
    three = register.add_place("Three")
    session.connection().exec_driver_sql(f"UPDATE place SET authority_code = 'E06000005' WHERE id = {three.id}")
    statement = f"INSERT INTO place_merge VALUES ({three.id}, {two.id}, now(), 'x', 'x')"
    with pytest.raises(Conflict, match="authorities"), translated(), session.begin_nested():
        session.connection().exec_driver_sql(statement)


def test_an_edit_that_waits_ends_with_its_place(register: Register, session: WriteSession) -> None:
    one, two = (register.add_place(name).reference for name in ("One", "Two"))
    write_setting(session, ADMINISTRATOR, "second_person_for_listed_places", True)
    change_id = patch_place(session, OFFICER, one, {"town": "X"}, base_version=1).change_id or 0
    merge_places(session, OFFICER, one, two, reason="Same")
    assert get_waiting(session, OFFICER, change_id).decision == "withdrawn"


def test_likely_duplicates_are_near_with_a_similar_name_or_share_a_uprn(
    register: Register, session: WriteSession
) -> None:
    library = register.add_place("Seaham Library", uprn="42").reference
    near = register.add_place("The Library, Seaham", east_m=540).reference
    register.add_place("Seaham Hub", east_m=540)
    register.add_place("Seaham Library", east_m=5_000)
    same = register.add_place("Somewhere else", east_m=9_000, uprn="42").reference
    register.add_place("Seaham Library", membership_status="withdrawn")
    found = suggest_duplicates(session, OFFICER, library)
    assert [(one.reference, one.same_uprn) for one in found] == [(same, True), (near, False)]
    assert found[1].distance_m == pytest.approx(40.0)
    assert {frozenset(pair[:2]) for pair in list_likely_pairs(session, OFFICER)} == {
        frozenset({library, near}),
        frozenset({library, same}),
    }
