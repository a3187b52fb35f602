"""The register as people who sign in list it: filters, order, pages and counts, over real places."""

from datetime import timedelta

import pytest

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.errors import FaultyFields, Forbidden, InvalidInput, NotSignedIn
from app.permissions.identity import PUBLIC, Identity
from app.places.queries import read_codes
from app.places.register_filters import parse_register_filters, to_query
from app.places.register_rules import count_by_status, list_register
from app.places.register_schemas import Flag, RegisterFilters, RegisterQuery, Sort
from app.places.visibility import visible_places
from app.tables import Councillor, PlaceChange, PlacePrivate, TermOfOffice
from app.vocabulary import Assurance, MembershipStatus, Role, Verdict
from tests.register import AUTHORITY, Register

OFFICER = Identity(Role.OFFICER, account_id=1, authority_code=AUTHORITY)
TODAY = london_today()


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def names(session: WriteSession, identity: Identity = OFFICER, **filters: object) -> list[str]:
    page = list_register(session, identity, RegisterFilters(**filters))  # type: ignore[arg-type]  # each test's own
    assert page.total == len(page.places)
    return [place.name for place in page.places]


def test_officers_see_every_status_of_their_authority_and_the_public_what_is_published(
    register: Register, session: WriteSession
) -> None:
    for status in MembershipStatus:
        register.add_place(status.value, membership_status=status)
    assert names(session) == ["listed", "proposed", "suspended", "withdrawn"]
    for identity in (PUBLIC, Identity(Role.OFFICER, 1, authority_code=AUTHORITY, scopes=frozenset({"audits:write"}))):
        assert [place.name for place in session.scalars(visible_places(identity))] == ["listed"]
        with pytest.raises((NotSignedIn, Forbidden)):
            names(session, identity)
    other = Identity(Role.OFFICER, account_id=2, authority_code="E06000005")
    assert names(session, other) == []
    assert count_by_status(session, OFFICER) == dict.fromkeys(MembershipStatus, 1)


def test_filters_by_status_scheme_kind_and_clock(register: Register, session: WriteSession) -> None:
    register.add_place("Soon", audit=False)
    soon = register.add_place("Due", audit=False, kind="cafe", schemes=["safe_haven"])
    register.add_audit(soon, valid_until=TODAY + timedelta(days=20))
    lapsed = register.add_place("Lapsed", audit=False)
    register.add_audit(lapsed, audited_on=TODAY - timedelta(days=400), valid_until=TODAY - timedelta(days=1))
    failed = register.add_place("Failed", audit=False, membership_status="suspended")
    register.add_audit(failed, Verdict.FIT)
    register.add_audit(failed, Verdict.NOT_FIT)
    register.add_place("Well")
    assert names(session, statuses=(MembershipStatus.SUSPENDED,)) == ["Failed"]
    assert names(session, schemes=("safe_haven",)) == ["Due"]
    assert names(session, kinds=("cafe",)) == ["Due"]
    assert names(session, assurances=(Assurance.DUE,)) == ["Due"]
    assert names(session, assurances=(Assurance.NOT_FIT, Assurance.LAPSED)) == ["Failed", "Lapsed"]
    assert names(session, assurances=(Assurance.UNASSESSED,)) == ["Soon"]
    assert names(session, flags=(Flag.UNASSESSED,)) == ["Soon"]
    assert names(session, within_days=20) == ["Due"]
    assert names(session, within_days=19) == []
    assert names(session, valid_before=TODAY) == ["Lapsed"]


def test_flags_and_divisions(register: Register, session: WriteSession) -> None:
    from app.divisions.rules import assign_places  # noqa: PLC0415

    register.add_divisions(2)
    inside = register.add_place("Inside", east_m=500)
    edge = register.add_place("Edge", east_m=1_997)
    bare = register.add_place("Bare", east_m=3_000, consent_on=None)
    assign_places(session, [place.id or 0 for place in (inside, edge, bare)])
    session.add(
        PlaceChange(
            place_id=inside.id or 0, authority_code=AUTHORITY, base_version=1, facts={}, proposed_by="account:1"
        )
    )
    session.flush()
    assert names(session, division="E05000001") == ["Edge", "Inside"]
    assert names(session, division="E05000002") == ["Bare", "Edge"]
    assert names(session, division="E05999999") == []
    assert names(session, flags=(Flag.NEAR_BOUNDARY,)) == ["Edge"]
    assert names(session, flags=(Flag.NO_CONSENT,)) == ["Bare"]
    assert names(session, flags=(Flag.CHANGE_WAITING,)) == ["Inside"]
    assert names(session, flags=(Flag.CHANGE_WAITING, Flag.NO_CONSENT)) == []
    place = list_register(session, OFFICER, RegisterFilters(text="Edge")).places[0]
    assert place.near_boundary
    assert [(one.gss_code, one.is_assigned) for one in place.divisions] == [("E05000001", True), ("E05000002", False)]
    assert place.divisions[0].distance_m == pytest.approx(3.0, abs=0.1)


def test_text_finds_reference_postcode_parts_of_names_and_contacts_only_for_those_who_read_them(
    register: Register, session: WriteSession
) -> None:
    hall = register.add_place("Gilesgate Hall", postcode="DH1 1RH", reference="SP-4242")
    register.add_place("Hundred % Shop")
    session.add(PlacePrivate(place_id=hall.id or 0, contact_name="Zelda Quux"))
    session.flush()
    for words in ("gilesgate", "esgat", "SP-4242", "4242", "sp4242", "dh1 1", "DH11RH"):
        assert names(session, text=words) == ["Gilesgate Hall"], words
    assert names(session, text="100%") == []
    assert names(session, text="d % s") == ["Hundred % Shop"]
    assert names(session, text="quux") == ["Gilesgate Hall"]
    blind = Identity(Role.OFFICER, account_id=1, authority_code=AUTHORITY, scopes=frozenset({"places:read-all"}))
    assert names(session, blind, text="quux") == []
    page = list_register(session, blind, RegisterFilters(text="gilesgate"))
    assert not page.places[0].shows_private
    assert "contact_name" not in page.places[0].to_json()
    assert list_register(session, OFFICER, RegisterFilters(text="quux")).places[0].contact_name == "Zelda Quux"


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(Sort))
def test_every_order_pages_through_all_without_gap_or_repeat(
    register: Register, session: WriteSession, sort: Sort, *, descending: bool
) -> None:
    for at in range(7):
        place = register.add_place(f"Place {at % 3}", audit=at % 2 == 0, town=[None, "Consett", "Seaham"][at % 3])
        if at % 3 == 0:
            register.add_audit(place, valid_until=TODAY + timedelta(days=at + 1))
    filters = RegisterFilters(sort=sort, descending=descending)
    everything = [place.reference for place in list_register(session, OFFICER, filters).places]
    found: list[str] = []
    after = None
    for _ in range(5):
        page = list_register(session, OFFICER, filters, limit=2, after=after)
        assert page.total == 7
        found += [place.reference for place in page.places]
        after = page.following
        if after is None:
            break
    assert found == everything
    assert len(set(found)) == 7
    reverse = RegisterFilters(sort=sort, descending=not descending)
    assert [place.reference for place in list_register(session, OFFICER, reverse).places] == everything[::-1]


def test_a_cursor_of_another_order_is_refused(register: Register, session: WriteSession) -> None:
    for name in ("A", "B"):
        register.add_place(name)
    cursor = list_register(session, OFFICER, RegisterFilters(), limit=1).following
    for filters, after in (
        (RegisterFilters(sort=Sort.TOWN), cursor),
        (RegisterFilters(descending=True), cursor),
        (RegisterFilters(), "nonsense"),
        (RegisterFilters(), "W10"),
    ):
        with pytest.raises(InvalidInput, match="cursor"):
            list_register(session, OFFICER, filters, after=after)


@pytest.fixture
def councillor(register: Register, session: WriteSession) -> Identity:
    register.add_divisions(2)
    member = Councillor(authority_code=AUTHORITY, name="Cllr C")
    session.add(member)
    session.flush()
    division = session.connection().exec_driver_sql("SELECT id FROM division WHERE gss_code='E05000001'").scalar_one()
    session.add(
        TermOfOffice(councillor_id=member.id or 0, division_id=division, seat=1, starts_on=TODAY - timedelta(days=9))
    )
    session.flush()
    return Identity(Role.COUNCILLOR, account_id=3, authority_code=AUTHORITY, councillor_id=member.id)


def test_councillors_see_their_divisions_today_marked_where_doubtful_and_nothing_private(
    councillor: Identity, register: Register, session: WriteSession
) -> None:
    from app.divisions.rules import assign_places  # noqa: PLC0415

    places = [
        register.add_place("Mine", east_m=500, membership_status="suspended", reference="SP-9001"),
        register.add_place("Doubtful", east_m=2_003, reference="SP-9002"),
        register.add_place("Theirs", east_m=3_000, reference="SP-9003"),
    ]
    session.add(PlacePrivate(place_id=places[0].id or 0, contact_name="Zelda Quux"))
    assign_places(session, [place.id or 0 for place in places])
    assert names(session, councillor) == ["Doubtful", "Mine"]
    assert names(session, councillor, text="quux") == []
    assert count_by_status(session, councillor)["suspended"] == 1
    found = list_register(session, councillor, RegisterFilters()).places
    assert found[0].near_boundary
    assert not any(place.shows_private for place in found)
    session.connection().exec_driver_sql("UPDATE term_of_office SET ends_on = %(day)s", {"day": TODAY})
    assert names(session, councillor) == []


def test_a_query_becomes_filters_and_a_query_again(session: WriteSession) -> None:
    codes = read_codes(session)
    query = RegisterQuery(
        status=["listed,suspended"],
        flag=["no_consent"],
        within_days="60",
        q="hall",
        sort="valid_until",
        direction="desc",
    )
    filters = parse_register_filters(query, codes)
    assert filters == RegisterFilters(
        statuses=(MembershipStatus.LISTED, MembershipStatus.SUSPENDED),
        flags=(Flag.NO_CONSENT,),
        within_days=60,
        text="hall",
        sort=Sort.VALID_UNTIL,
        descending=True,
    )
    again = to_query(filters)
    assert (
        parse_register_filters(
            RegisterQuery(**{k: [v] if k in {"status", "flag"} else v for k, v in again.items()}), codes
        )
        == filters
    )
    assert to_query(RegisterFilters()) == {}


def test_every_faulty_part_of_a_query_is_told_at_once(session: WriteSession) -> None:
    query = RegisterQuery(
        status=["gone"], assurance=["x"], valid_before="soon", within_days="-1", division="7", scheme=["z"], q="a",
        sort="contact_name", direction="up", flag=["y"], kind=["q"],
    )  # fmt: skip
    with pytest.raises(FaultyFields) as caught:
        parse_register_filters(query, read_codes(session))
    assert {fault.field for fault in caught.value.faults} == {
        "status", "assurance", "valid_before", "within_days", "division", "scheme", "q", "sort", "direction", "flag",
        "kind",
    }  # fmt: skip
    assert all(fault.remedy for fault in caught.value.faults)
