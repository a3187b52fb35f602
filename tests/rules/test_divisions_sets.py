"""The life of a division set."""

from datetime import date
from typing import Any

import orjson
import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy import text
from sqlmodel import select

from app.db.sessions import WriteSession
from app.db.version import london_today
from app.divisions import queries, sets
from app.divisions.boundaries import Moment
from app.divisions.files import DivisionFile
from app.divisions.rules import division_set_at, get_division, list_divisions
from app.errors import Conflict, FaultyFile, InvalidInput, NotFound
from app.tables import Division, DivisionSet, OutboxMessage
from geo.crs import geometry_to_lonlat
from tests.register import AUTHORITY, Register
from tests.rules.boundary_files import description, file_of, square


@pytest.fixture
def register(session: WriteSession) -> Register:
    return Register(session)


def two_squares(first: int = 1) -> DivisionFile:
    return file_of({f"E05{first:06d}": square(0), f"E05{first + 1:06d}": square(1)})


def load(session: WriteSession, file: DivisionFile | None = None, **changes: Any) -> int:  # noqa: ANN401  # fields
    stored = sets.load_set(session, file or two_squares(), description(**changes)).division_set
    assert stored.id is not None
    return stored.id


def test_a_loaded_set_answers_for_nothing(session: WriteSession, register: Register) -> None:
    set_id = load(session)
    assert session.get_one(DivisionSet, set_id).status == "loaded"
    with pytest.raises(NotFound, match="held"):
        division_set_at(session, AUTHORITY, date(2026, 1, 1))
    with pytest.raises(NotFound):
        get_division(session, "E05000001")
    assert register.session.execute(text("SELECT count(*) FROM place_division")).scalar_one() == 0


def test_what_is_stored(session: WriteSession, register: Register) -> None:
    loaded = sets.load_set(session, two_squares(), description())
    assert register
    assert loaded.coverage.is_clean
    assert loaded.pieces == 2
    (first, _) = session.exec(select(Division).order_by(Division.gss_code)).all()
    assert (first.gss_code, first.members, first.area_m2) == ("E05000001", 2, 4_000_000)
    outline = shape(orjson.loads(first.outline_lonlat))
    assert outline.hausdorff_distance(geometry_to_lonlat(square(0))) < 1e-6
    assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_geometry(outline, 0)))


def test_pieces_cover_the_division_and_are_small(session: WriteSession, register: Register) -> None:
    assert register
    circle = shapely.Point(427_000, 543_000).buffer(5_000, quad_segs=500)
    set_id = load(session, file_of({"E05000001": circle.difference(circle.buffer(-4_000))}))
    rows = session.execute(text("SELECT ST_NPoints(geometry), ST_Area(geometry) FROM division_piece")).all()
    assert max(points for points, _ in rows) <= queries.PIECE_VERTICES
    (outline,) = queries.list_outlines(session, set_id)
    assert sum(area for _, area in rows) == pytest.approx(outline.area.area)


def test_activation_assigns_every_place_and_tells(session: WriteSession, register: Register) -> None:
    register.add_place("In the west", east_m=500)
    register.add_place("On the edge", east_m=1_990, location_quality_m=50.0)
    register.add_place("Far away", east_m=90_000)
    set_id = load(session)
    links = sets.activate_set(session, set_id)
    assert links == queries.Links(assigned=2, other=1, near_boundary=1, postcode_disagrees=0, decided=0, without=1)
    (message,) = session.exec(select(OutboxMessage)).all()
    assert message.topic == "division_set.activated"
    assert message.payload == {"division_set_id": set_id, "authority_code": AUTHORITY, "assigned": 2}
    assert division_set_at(session, None, date(2026, 1, 1)).boundaries.id == set_id


def test_an_overlap_in_time_is_refused_and_named(session: WriteSession, register: Register) -> None:
    assert register
    first = load(session, two_squares(1), valid_from=date(2013, 5, 2), title="The old divisions")
    sets.activate_set(session, first)
    second = load(session, two_squares(11), valid_from=date(2025, 5, 1))
    with pytest.raises(Conflict) as caught:
        sets.activate_set(session, second)
    assert (
        f"overlaps set {first}, 'The old divisions', which is in force from 2 May 2013, with no end"
        in caught.value.what
    )
    assert f"safeplaces divisions end {first} --on 2025-05-01" in caught.value.remedy
    sets.end_set(session, first, date(2025, 5, 1))
    sets.activate_set(session, second)
    assert division_set_at(session, AUTHORITY, date(2025, 4, 30)).boundaries.id == first
    assert division_set_at(session, AUTHORITY, date(2025, 5, 1)).boundaries.id == second
    with pytest.raises(Conflict, match=f"would overlap set {second}"):
        sets.end_set(session, first, date(2025, 5, 2))


def test_a_retired_set_makes_room(session: WriteSession, register: Register) -> None:
    assert register
    first = load(session, two_squares(1))
    sets.activate_set(session, first)
    with pytest.raises(Conflict, match="active already"):
        sets.activate_set(session, first)
    sets.retire_set(session, first)
    second = load(session, two_squares(1), title="Again")
    sets.activate_set(session, second)
    assert division_set_at(session, AUTHORITY, london_today()).boundaries.title == "Again"


def test_the_same_divisions_are_not_loaded_twice(session: WriteSession, register: Register) -> None:
    assert register
    first = load(session)
    with pytest.raises(Conflict, match=rf"already held as set {first} .*activate {first}"):
        load(session)
    load(session, valid_from=date(2013, 5, 2), valid_to=date(2025, 5, 1))  # another period is another set


def test_divisions_that_overlap_on_the_ground_need_a_word(session: WriteSession, register: Register) -> None:
    assert register
    set_id = load(session, file_of({"E05000001": square(0), "E05000002": square(0, side=3_000)}))
    report = sets.check_set(session, set_id)
    assert [overlap.area_m2 for overlap in report.overlaps] == [4_000_000]
    with pytest.raises(Conflict, match=rf"1 pairs.*divisions check {set_id}"):
        sets.activate_set(session, set_id)
    sets.activate_set(session, set_id, accept_faults=True)


def test_a_file_with_faults_stores_nothing(session: WriteSession, register: Register) -> None:
    assert register
    file = two_squares()
    file.faults = [f"Feature {number} is wrong." for number in range(12)]
    with pytest.raises(FaultyFile, match="and 2 more"):
        sets.load_set(session, file, description())
    assert queries.list_sets(session) == []


def test_periods_and_authorities_are_checked(session: WriteSession, register: Register) -> None:
    assert register
    with pytest.raises(InvalidInput, match="end before they begin"):
        load(session, valid_to=date(2025, 5, 1))
    with pytest.raises(InvalidInput, match="--authority-name"):
        load(session, authority_code="E06000005")
    set_id = load(session, authority_code="E06000005", authority_name="Darlington")
    with pytest.raises(InvalidInput, match="only since 1 May 2025"):
        sets.end_set(session, set_id, date(2025, 5, 1))
    with pytest.raises(NotFound, match="divisions list"):
        sets.get_set(session, 999_999)


def test_lists_and_old_codes(session: WriteSession, register: Register) -> None:
    assert register
    old = load(session, two_squares(1), valid_from=date(2013, 5, 2), valid_to=date(2025, 5, 1))
    new = load(session, two_squares(11))
    sets.activate_set(session, old)
    sets.activate_set(session, new)
    today = london_today()
    assert [one.gss_code for one in list_divisions(session, Moment(today))] == ["E05000011", "E05000012"]
    assert [one.gss_code for one in list_divisions(session, Moment(date(2020, 1, 1)))] == ["E05000001", "E05000002"]
    assert list_divisions(session, Moment(today), query="division nowhere") == []
    assert [one.gss_code for one in list_divisions(session, Moment(today), query="DIVISION e05000012")] == ["E05000012"]
    found = get_division(session, " e05000001 ")
    assert found.answering.notice == "These boundaries were in force until 1 May 2025."
    with pytest.raises(NotFound, match="at that date"):
        get_division(session, "E05000001", Moment(date(2026, 1, 1)))
    with pytest.raises(InvalidInput, match="at most 100"):
        list_divisions(session, Moment(today), query="x" * 101)
    assert [(one.title, divisions) for one, divisions in queries.list_sets(session)] == [("Test divisions", 2)] * 2
