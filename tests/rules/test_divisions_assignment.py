"""Places and their divisions: covered, near, official for the postcode, decided by an officer."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.divisions import queries, sets
from app.divisions.memory import index_set
from app.divisions.rules import assign_places, assign_register
from app.tables import Place
from geo.point_index import NOWHERE
from tests.register import SIDE, SOUTH, WEST, Register
from tests.rules.boundary_files import description, file_of, thiessen_areas


class Link(NamedTuple):
    code: str
    basis: str
    is_assigned: bool
    distance_m: float
    near_boundary: bool
    postcode_disagrees: bool


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def writing(register: Register) -> WriteSession:
    assert isinstance(register.session, WriteSession)
    return register.session


def links(register: Register, place: Place) -> list[Link]:
    rows = register.session.execute(
        text("""SELECT gss_code, basis, is_assigned, distance_m, near_boundary, postcode_disagrees
                FROM place_division JOIN division ON division.id = division_id
                WHERE place_id = :id ORDER BY is_assigned DESC, gss_code"""),
        {"id": place.id},
    )
    return [Link(*row) for row in rows]


def add_postcode(register: Register, code: str | None, *, east_m: float = 500, north_m: float = 500) -> str:
    register.session.execute(
        text("""INSERT INTO postcode_unit (postcode, easting, northing, location, division_code, source)
                VALUES ('DH1 1AA', :e, :n, ST_SetSRID(ST_MakePoint(:e, :n), 27700), :code, 'a test')"""),
        {"e": WEST + east_m, "n": SOUTH + north_m, "code": code},
    )
    return "DH1 1AA"


def assign(register: Register) -> None:
    assign_register(writing(register))


def test_a_place_in_the_middle_has_one_division(register: Register) -> None:
    register.add_divisions(2)
    place = register.add_place(east_m=500, north_m=700)
    assign(register)
    assert links(register, place) == [Link("E05000001", "covers", True, 500.0, False, False)]


def test_near_the_boundary_both_divisions_see_it(register: Register) -> None:
    register.add_divisions(2)
    place = register.add_place(east_m=SIDE - 30, location_quality_m=50.0)
    assign(register)
    assert links(register, place) == [
        Link("E05000001", "covers", True, 30.0, True, False),
        Link("E05000002", "near", False, 30.0, True, False),
    ]


def test_as_near_as_the_location_is_certain_is_not_near(register: Register) -> None:
    register.add_divisions(2)
    place = register.add_place(east_m=SIDE - 50, location_quality_m=50.0)
    assign(register)
    assert links(register, place) == [Link("E05000001", "covers", True, 50.0, False, False)]


def test_on_the_boundary_the_first_code_has_it(register: Register) -> None:
    register.add_divisions(2)
    place = register.add_place(east_m=SIDE)
    assign(register)
    assert links(register, place) == [
        Link("E05000001", "covers", True, 0.0, True, False),
        Link("E05000002", "near", False, 0.0, True, False),
    ]


def test_the_postcodes_official_division_sees_it_too(register: Register) -> None:
    register.add_divisions(2)
    postcode = add_postcode(register, "E05000002")
    place = register.add_place(postcode=postcode)
    assign(register)
    assert links(register, place) == [
        Link("E05000001", "covers", True, 500.0, False, True),
        Link("E05000002", "postcode", False, 1500.0, False, False),
    ]


def test_an_official_code_of_other_boundaries_says_nothing(register: Register) -> None:
    register.add_divisions(1)
    place = register.add_place(postcode=add_postcode(register, "E05099999"))
    assign(register)
    assert links(register, place) == [Link("E05000001", "covers", True, 500.0, False, False)]


def test_just_off_the_coast_goes_to_the_nearest(register: Register) -> None:
    register.add_divisions(1)
    pier = register.add_place("Pier", east_m=-40, location_quality_m=50.0)
    ship = register.add_place("Ship", east_m=-400, location_quality_m=50.0)
    assign(register)
    assert links(register, pier) == [Link("E05000001", "near", True, 40.0, True, False)]
    assert links(register, ship) == []


def decide(register: Register, place: Place, code: str) -> None:
    register.session.execute(text("DELETE FROM place_division WHERE place_id = :place"), {"place": place.id})
    register.session.execute(
        text("""INSERT INTO place_division (place_id, division_id, division_set_id, basis, is_assigned, distance_m,
                                            near_boundary, postcode_disagrees, decided_at, decided_by)
                SELECT :place, id, division_set_id, 'decided', true, 0, true, false, now(), 'An Officer'
                FROM division WHERE gss_code = :code"""),
        {"place": place.id, "code": code},
    )


def test_an_officers_decision_stays_while_it_may_be_true(register: Register) -> None:
    register.add_divisions(2)
    place = register.add_place(east_m=SIDE - 30, location_quality_m=50.0)
    decide(register, place, "E05000002")
    assign(register)
    assert links(register, place) == [Link("E05000002", "decided", True, 30.0, True, False)]
    by = register.session.execute(text("SELECT decided_by FROM place_division")).scalar_one()
    assert by == "An Officer"


def test_a_decision_falls_when_the_place_moves_away(register: Register) -> None:
    register.add_divisions(2)
    place = register.add_place(east_m=300, location_quality_m=50.0)
    decide(register, place, "E05000002")
    assign(register)
    assert links(register, place) == [Link("E05000001", "covers", True, 300.0, False, False)]


def test_assigning_again_changes_nothing(register: Register) -> None:
    register.add_divisions(3)
    places = [register.add_place(f"P{at}", east_m=at * 90.0, location_quality_m=100.0) for at in range(1, 60)]
    assign(register)
    first = [links(register, place) for place in places]
    assign(register)
    assert [links(register, place) for place in places] == first


def test_some_places_are_assigned_without_touching_others(register: Register) -> None:
    register.add_divisions(2)
    first, second = register.add_place("A"), register.add_place("B")
    assert first.id is not None
    assign_places(writing(register), [first.id])
    assert len(links(register, first)) == 1
    assert links(register, second) == []


def test_every_active_set_is_assigned(register: Register) -> None:

    register.add_divisions(1, first_code=1, valid_from=date(2013, 5, 2), valid_to=date(2025, 5, 1))
    register.add_divisions(1, first_code=7, valid_from=date(2025, 5, 1))
    place = register.add_place()
    assert place.id is not None
    assign_places(writing(register), [place.id])
    assert [link.code for link in links(register, place)] == ["E05000001", "E05000007"]


distances = st.floats(-500, 8_500) | st.integers(-5, 85).map(lambda hundreds: hundreds * 100.0)
seeds = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 80)).map(lambda at: (at[0] * 100.0, at[1] * 100.0)),
    min_size=3,
    max_size=12,
    unique=True,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seeds=seeds, places=st.lists(st.tuples(distances, distances), min_size=1, max_size=40))
def test_memory_pieces_and_assignment_agree(
    register: Register, seeds: list[tuple[float, float]], places: list[tuple[float, float]]
) -> None:
    with register.session.begin_nested() as savepoint:
        stored = sets.load_set(writing(register), file_of(thiessen_areas(seeds)), description()).division_set
        assert stored.id is not None
        sets.activate_set(writing(register), stored.id, accept_faults=True)
        (boundaries,) = queries.list_active_sets(register.session)
        indexed = index_set(boundaries, queries.list_outlines(register.session, stored.id))
        eastings = np.array([WEST + x for x, _ in places])
        northings = np.array([SOUTH + y for _, y in places])
        positions = indexed.index.locate(eastings, northings).tolist()
        remembered = [None if at == NOWHERE else indexed.index.labels[at] for at in positions]
        stated = [
            queries.find_covering(register.session, stored.id, easting, northing)
            for easting, northing in zip(eastings.tolist(), northings.tolist(), strict=True)
        ]
        assert remembered == stated
        added = [register.add_place(f"P{i}", east_m=x, north_m=y, audit=False) for i, (x, y) in enumerate(places)]
        queries.assign_register(register.session, stored.id)
        for place, code in zip(added, remembered, strict=True):
            assigned = [link for link in links(register, place) if link.is_assigned and link.basis == "covers"]
            assert [link.code for link in assigned] == ([code] if code else [])
        savepoint.rollback()
