"""Lists of published places by every filter, against what the test put there."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.divisions.rules import assign_places
from app.errors import InvalidInput, NotFound, PlaceGone
from app.places import filters as parse
from app.places import rules
from app.places.filters import PlaceFilters
from app.places.rules import Position
from app.tables import Place
from app.vocabulary import MembershipStatus, Verdict
from tests.register import SIDE, SOUTH, WEST, Register

DAY = timedelta(days=1)
NOW = datetime.now(UTC)


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def names(session: WriteSession, filters: PlaceFilters, limit: int = 100) -> list[str]:
    return [rules.to_public(place).name for place in rules.list_places(session, filters, limit=limit).places]


def all_pages(session: WriteSession, filters: PlaceFilters, limit: int) -> list[str]:
    """References of every page, followed to the end."""
    found: list[str] = []
    after: Position | None = None
    for _ in range(200):
        page = rules.list_places(session, filters, limit=limit, after=after)
        assert len(page.places) <= limit
        found += [place.fragment.reference for place in page.places]
        if page.following is None:
            return found
        after = page.following
    raise AssertionError("the list does not end")


def unpublish(register: Register) -> list[Callable[[], Place]]:
    """Ways in which a place is not public."""
    return [
        lambda: register.add_place("Not yet agreed", consent_on=None),
        lambda: register.add_place("Proposed", membership_status=MembershipStatus.PROPOSED),
        lambda: register.add_place("Suspended", membership_status=MembershipStatus.SUSPENDED),
        lambda: register.add_place("Withdrawn", membership_status=MembershipStatus.WITHDRAWN),
        lambda: register.add_place("Never checked", audit=False),
    ]


def failed(register: Register) -> Place:
    place = register.add_place("Failed", audit=False)
    register.add_audit(place, Verdict.NOT_FIT)
    return place


def test_no_list_shows_what_is_not_public(session: WriteSession, register: Register) -> None:
    register.add_divisions()
    places = [make() for make in unpublish(register)] + [failed(register)]
    public = register.add_place("Public")
    assign_places(session, [place.id or 0 for place in [*places, public]])
    origin = parse.origin_at(WEST, SOUTH)
    asked = [
        PlaceFilters(),
        PlaceFilters(bbox=parse.parse_box("-2,54,-1,55")),
        PlaceFilters(division="E05000001"),
        PlaceFilters(origin=origin),
        PlaceFilters(origin=origin, radius_m=5000),
        PlaceFilters(schemes=("safe_place",), kinds=("library",)),
    ]
    for filters in asked:
        assert names(session, filters) == ["Public"], filters
    for words in ("proposed", "suspended", "failed", "never checked"):
        assert names(session, PlaceFilters(text=words)) == []
    assert rules.count_by_division(session, _set_id(session)) == {"E05000001": 1, "E05000002": 0}


def _set_id(session: WriteSession) -> int:
    return int(session.execute(text("SELECT id FROM division_set")).scalar_one())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    corner=st.tuples(st.floats(-1.60, -1.50), st.floats(54.74, 54.80)),
    size=st.tuples(st.floats(0, 0.08), st.floats(0, 0.05)),
)
def test_a_box_holds_what_its_numbers_say(
    session: WriteSession, grid_of_places: list[Place], corner: tuple[float, float], size: tuple[float, float]
) -> None:
    west, south, east, north = *corner, corner[0] + size[0], corner[1] + size[1]
    box = parse.parse_box(f"{west!r},{south!r},{east!r},{north!r}")
    expected = [
        place.reference for place in grid_of_places if west <= place.lon <= east and south <= place.lat <= north
    ]
    assert all_pages(session, PlaceFilters(bbox=box), limit=7) == expected
    nearest = all_pages(session, PlaceFilters(bbox=box, origin=parse.origin_at(WEST, SOUTH)), limit=7)
    assert sorted(nearest) == sorted(expected)


@pytest.fixture
def grid_of_places(register: Register) -> list[Place]:
    return [
        register.add_place(f"Place {east}-{north}", east_m=east * 700.0, north_m=north * 700.0)
        for east in range(7)
        for north in range(7)
    ]


def test_a_box_far_away_holds_nothing(session: WriteSession, grid_of_places: list[Place]) -> None:
    assert grid_of_places
    assert names(session, PlaceFilters(bbox=parse.parse_box("100,10,101,11"))) == []


@pytest.mark.parametrize("limit", [1, 2, 5, 48, 49, 50])
def test_pages_by_distance_are_complete_and_in_order(
    session: WriteSession, grid_of_places: list[Place], limit: int
) -> None:
    """The grid has many ties: places at the same distance are told apart by their ids."""
    origin = parse.origin_at(WEST + 2100, SOUTH + 2100)
    found = all_pages(session, PlaceFilters(origin=origin), limit)
    assert sorted(found) == sorted(place.reference for place in grid_of_places)
    distances = [
        place.distance_m for place in rules.list_places(session, PlaceFilters(origin=origin), limit=100).places
    ]
    assert distances == sorted(distances, key=lambda distance: distance or 0)
    assert distances[0] == pytest.approx(0, abs=0.01)


def test_a_radius_is_in_metres_and_includes_its_edge(session: WriteSession, register: Register) -> None:
    register.add_place("At 300 m", east_m=300, north_m=0)
    register.add_place("At 301 m", east_m=301, north_m=0)
    origin = parse.Origin(WEST, SOUTH, 0, 0)
    assert names(session, PlaceFilters(origin=origin, radius_m=300)) == ["At 300 m"]


def test_a_division_lists_what_is_linked_to_it_and_says_why(session: WriteSession, register: Register) -> None:
    register.add_divisions()
    inside = register.add_place("Well inside")
    near = register.add_place("By the line", east_m=SIDE + 10, location_quality_m=50.0)
    assign_places(session, [inside.id or 0, near.id or 0])
    found = {place.name: place for place in rules.list_division_places(session, "E05000001")}
    assert {name: place.linked_by for name, place in found.items()} == {"Well inside": "covers", "By the line": "near"}
    division = found["By the line"].division
    assert division
    assert division.gss_code == "E05000002"
    with pytest.raises(NotFound, match="E05999999"):
        rules.list_division_places(session, "E05999999")


def test_accessibility_is_known_to_be_so(session: WriteSession, register: Register) -> None:
    register.add_place("Yes", step_free_entrance=True, bsl=True, languages=["Polish"])
    register.add_place("No", step_free_entrance=False, bsl=True)
    register.add_place("Not known", bsl=True)
    assert names(session, PlaceFilters(accessibility=("step_free_entrance",))) == ["Yes"]
    assert names(session, PlaceFilters(accessibility=("bsl",))) == ["Yes", "No", "Not known"]
    assert names(session, PlaceFilters(accessibility=("bsl", "hearing_loop"))) == []
    assert names(session, PlaceFilters(language="polish")) == ["Yes"]


def test_schemes_and_kinds(session: WriteSession, register: Register) -> None:
    register.add_place("Library", schemes=["safe_place", "reporting_centre"])
    register.add_place("Shop", kind="shop")
    assert names(session, PlaceFilters(schemes=("reporting_centre",))) == ["Library"]
    assert names(session, PlaceFilters(schemes=("reporting_centre", "safe_place"))) == ["Library", "Shop"]
    assert names(session, PlaceFilters(kinds=("shop",))) == ["Shop"]
    assert names(session, PlaceFilters(kinds=("shop",), schemes=("reporting_centre",))) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fernhill", ["Fernhill Library"]),
        ("fernh", ["Fernhill Library"]),
        ("hill lib", ["Fernhill Library"]),
        ("fernhil", ["Fernhill Library"]),
        ("Oak Street", ["Corner Shop"]),
        ("libraries", ["Fernhill Library"]),
        ("DH1 1RH", ["Corner Shop"]),
        ("100%", ["100% Vegan"]),
        ("_", []),
        ("library -fernhill", []),
        ("quiet", ["Corner Shop"]),
        ("'; DROP TABLE place; --", []),
    ],
)
def test_words(session: WriteSession, register: Register, words: str, found: list[str]) -> None:
    register.add_place("Fernhill Library")
    register.add_place("Corner Shop", address_1="12 Oak Street", postcode="DH1 1RH", description="A quiet corner.")
    register.add_place("100% Vegan")
    assert names(session, PlaceFilters(text=words)) == found


def test_the_best_match_comes_first_and_pages_are_complete(session: WriteSession, register: Register) -> None:
    for number in range(9):
        register.add_place(f"Hall {number}", description="Beside the library" if number % 2 else None)
    register.add_place("Library")
    assert names(session, PlaceFilters(text="library"))[0] == "Library"
    assert len(set(all_pages(session, PlaceFilters(text="library"), limit=2))) == 5


def test_open_at_pages_over_those_that_are_closed(
    session: WriteSession, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "BATCH", 3)
    for number in range(20):
        register.add_place(f"{number}", opening_hours="Mo-Su 09:00-17:00" if number % 4 else "Mo-Su 18:00-23:00")
    register.add_place("unknown")
    register.add_place(
        "closed today", opening_hours="24/7", closures=[{"first_day": "2026-11-25", "last_day": "2026-11-25"}]
    )
    evening = PlaceFilters(open_at=datetime(2026, 11, 25, 19, tzinfo=UTC))
    assert names(session, evening) == ["0", "4", "8", "12", "16"]
    for limit in (1, 2, 3, 5, 6):
        assert len(all_pages(session, evening, limit)) == 5
    nearest = PlaceFilters(open_at=evening.open_at, origin=parse.origin_at(WEST, SOUTH))
    assert len(all_pages(session, nearest, 2)) == 5


def test_open_at_looks_at_so_many_and_leads_on(
    session: WriteSession, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "BATCH", 2)
    monkeypatch.setattr(rules, "EXAMINED_AT_MOST", 4)
    for number in range(9):
        register.add_place(f"{number}", opening_hours="24/7" if number == 8 else "2020 Mo 10:00-11:00")
    open_now = PlaceFilters(open_at=NOW)
    first = rules.list_places(session, open_now, limit=10)
    assert first.places == []
    assert first.following is not None
    assert len(all_pages(session, open_now, 10)) == 1


# The past


def test_the_past_has_its_places_positions_and_boundaries(session: WriteSession, register: Register) -> None:
    old, new = date(2024, 1, 1), date(2026, 1, 1)
    register.add_divisions(1, first_code=100, valid_from=old, valid_to=new)
    register.add_divisions(2, first_code=200, valid_from=new)
    place = register.add_place("Moved since", audit=False, consent_on=old)
    assign_places(session, [place.id or 0])
    register.backdate(place, datetime(2025, 1, 1, tzinfo=UTC))
    register.add_audit(
        place, audited_on=date(2025, 1, 1), effective_at=datetime(2025, 1, 2, tzinfo=UTC), valid_until=date(2030, 1, 1)
    )
    elsewhere = register.add_place("Only a position", east_m=SIDE + 500, membership_status=MembershipStatus.PROPOSED)
    place.location, place.lon, place.lat = elsewhere.location, elsewhere.lon, elsewhere.lat
    session.flush()
    assign_places(session, [place.id or 0])
    register.backdate(place, datetime(2026, 6, 1, tzinfo=UTC), version=2)

    def division_at(moment: datetime | None) -> str | None:
        shown = rules.to_public(rules.get_place(session, place.reference, as_at=moment)[0])
        return shown.division.gss_code if shown.division else None

    assert division_at(datetime(2025, 6, 1, tzinfo=UTC)) == "E05000100"
    assert division_at(datetime(2026, 2, 1, tzinfo=UTC)) == "E05000200"
    assert division_at(datetime(2026, 7, 1, tzinfo=UTC)) == "E05000201"
    assert division_at(None) == "E05000201"
    then = PlaceFilters(division="E05000100", as_at=datetime(2025, 6, 1, tzinfo=UTC))
    assert names(session, then) == ["Moved since"]
    box = PlaceFilters(bbox=parse.parse_box("-1.58,54.77,-1.55,54.79"), as_at=datetime(2025, 6, 1, tzinfo=UTC))
    assert names(session, box) == ["Moved since"]
    near = PlaceFilters(origin=parse.origin_at(WEST, SOUTH), radius_m=1000, as_at=datetime(2025, 6, 1, tzinfo=UTC))
    assert names(session, near) == ["Moved since"]
    assert names(session, PlaceFilters(as_at=datetime(2024, 6, 1, tzinfo=UTC))) == []


# One place


def test_gone_or_never_there(session: WriteSession, register: Register) -> None:
    """Gone is said only of what was public at some moment; all else is as if it did not exist."""
    never = [make() for make in unpublish(register)] + [failed(register)]
    for place in never:
        with pytest.raises(NotFound) as unknown:
            rules.get_place(session, place.reference)
        with pytest.raises(NotFound) as absent:
            rules.get_place(session, "SP-999999")
        assert unknown.value.what.replace(place.reference, "") == absent.value.what.replace("SP-999999", "")
    place = register.add_place("Was here")
    assert rules.get_public_place(session, place.reference).name == "Was here"
    place.membership_status = MembershipStatus.SUSPENDED
    session.flush()
    with pytest.raises(PlaceGone) as gone:
        rules.get_place(session, place.reference)
    assert (gone.value.easting, gone.value.northing) == (WEST + 500, SOUTH + 500)
    other = register.add_place("Next door", east_m=600)
    assert [near.fragment.reference for near in rules.list_instead(session, gone.value)] == [other.reference]


def lapsed(register: Register) -> Place:
    place = register.add_place("Lapsed", audit=False, consent_on=date(2024, 1, 1))
    register.backdate(place, datetime(2024, 1, 2, tzinfo=UTC))
    register.add_audit(
        place, audited_on=date(2024, 1, 3), effective_at=datetime(2024, 1, 4, tzinfo=UTC), valid_until=date(2025, 1, 3)
    )
    return place


def failed_later(register: Register) -> Place:
    place = register.add_place("Failed later")
    register.add_audit(place, Verdict.NOT_FIT, effective_at=datetime.now(UTC) - timedelta(minutes=1))
    register.backdate(place, datetime.now(UTC) - timedelta(hours=2))
    return place


def lapsed_before_it_was_listed(register: Register) -> Place:
    place = register.add_place("Too late", audit=False, consent_on=date(2024, 1, 1))
    register.add_audit(
        place, audited_on=date(2024, 1, 3), effective_at=datetime(2024, 1, 4, tzinfo=UTC), valid_until=date(2025, 1, 3)
    )
    return place


def consent_still_to_come(register: Register) -> Place:
    return register.add_place("Next week", consent_on=london_today() + 7 * DAY)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lapsed, PlaceGone),
        (failed_later, PlaceGone),
        (lapsed_before_it_was_listed, NotFound),
        (consent_still_to_come, NotFound),
    ],
)
def test_gone_follows_from_revisions_and_audits(
    session: WriteSession, register: Register, make: Callable[[Register], Place], kind: type[Exception]
) -> None:
    place = make(register)
    with pytest.raises(kind):
        rules.get_place(session, place.reference)


def test_gone_is_not_known_before_it_was_public(session: WriteSession, register: Register) -> None:
    place = lapsed(register)
    with pytest.raises(NotFound):
        rules.get_place(session, place.reference, as_at=datetime(2024, 1, 3, tzinfo=UTC))
    rules.get_place(session, place.reference, as_at=datetime(2024, 6, 1, tzinfo=UTC))
    with pytest.raises(PlaceGone):
        rules.get_place(session, place.reference, as_at=datetime(2025, 6, 1, tzinfo=UTC))


# Values


@pytest.mark.parametrize("moment", ["2026-13-01", "yesterday", "01/11/2026", "2026-11-01T25:00", "", "9999999"])
def test_moments_that_are_none(moment: str) -> None:
    with pytest.raises(InvalidInput):
        parse.parse_as_at(moment, NOW)
    with pytest.raises(InvalidInput):
        parse.parse_open_at(moment, NOW)


def test_a_date_of_the_past_is_its_end_in_london() -> None:
    assert parse.parse_as_at("2026-07-01", NOW) == datetime(2026, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)
    assert parse.parse_as_at("2026-07-01T12:00", NOW) == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert parse.parse_as_at("2026-07-01T12:00+05:00", NOW) == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert parse.parse_as_at(f"{london_today()}", NOW) is None
    for wrong in (f"{london_today() + DAY}", "1066-10-14", "2999-01-01T00:00"):
        with pytest.raises(InvalidInput):
            parse.parse_as_at(wrong, NOW)


def test_open_at_is_london_time_unless_it_says_otherwise() -> None:
    now = datetime(2026, 7, 1, 12, 0, 40, tzinfo=UTC)
    assert parse.parse_open_at("now", now) == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert parse.parse_open_at("2026-07-02T18:30", now) == datetime(2026, 7, 2, 17, 30, tzinfo=UTC)
    assert parse.parse_open_at("2026-07-02T18:30Z", now) == datetime(2026, 7, 2, 18, 30, tzinfo=UTC)
    for wrong in ("2026-07-02", "2036-07-02T18:30"):
        with pytest.raises(InvalidInput):
            parse.parse_open_at(wrong, now)
