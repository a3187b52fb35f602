"""Locations before they are saved, and decisions on doubtful divisions."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.db.sessions import WriteSession
from app.divisions.rules import assign_places, assign_register
from app.errors import Conflict, FaultyFields, InvalidInput
from app.permissions.identity import Identity
from app.places.division_decisions import decide_division
from app.places.editing import create_place, patch_place
from app.places.location_preview import preview_location
from app.places.register_rules import get_visible
from app.tables import PostcodeUnit
from app.vocabulary import Role
from tests.register import AUTHORITY, SIDE, SOUTH, WEST, Register

OFFICER = Identity(Role.OFFICER, account_id=1, authority_code=AUTHORITY)


@pytest.fixture
def register(session: WriteSession) -> Register:
    register = Register(session)
    register.add_divisions(3)
    easting, northing = int(WEST) + 2_500, int(SOUTH) + 500
    session.add(
        PostcodeUnit(
            postcode="DH1 1RH", easting=easting, northing=northing, source="test",
            location=f"SRID=27700;POINT({easting} {northing})", division_code="E05000001",
        )
    )  # fmt: skip
    session.flush()
    return register


def test_by_postcode_grid_reference_metres_and_pin(register: Register, session: WriteSession) -> None:  # noqa: ARG001
    by_postcode = preview_location(session, {"postcode": "dh11rh"})
    assert (by_postcode.easting, by_postcode.location_source, by_postcode.location_quality_m) == (
        WEST + 2_500, "postcode", 50,
    )  # fmt: skip
    assert by_postcode.division is not None
    assert (by_postcode.division.gss_code, by_postcode.division.basis) == ("E05000002", "covers")
    assert [(one.gss_code, one.basis) for one in by_postcode.neighbours] == [("E05000001", "postcode")]
    assert (by_postcode.postcode_disagrees, by_postcode.near_boundary) == (True, False)
    assert by_postcode.distance_to_boundary_m == pytest.approx(500)
    lettered = preview_location(session, {"grid_reference": "NZ 294 424"})
    assert (lettered.easting, lettered.northing, lettered.location_quality_m) == (429_450, 542_450, 70.7)
    assert lettered.grid_reference == "NZ 29450 42450"
    pin = preview_location(
        session, {"lon": by_postcode.lon, "lat": str(by_postcode.lat), "location_source": "entrance_pin"}
    )
    assert (pin.location_quality_m, round(pin.easting)) == (3, WEST + 2_500)
    metres = preview_location(session, {"easting": "428,998", "northing": 542_500, "postcode": "DH1 1RH", "lon": ""})
    assert metres.near_boundary
    assert [one.gss_code for one in metres.neighbours] == ["E05000002"]
    assert metres.distance_to_postcode_m == pytest.approx(502)
    assert not metres.is_far_from_postcode
    assert not metres.postcode_disagrees
    nowhere = preview_location(session, {"easting": 300_000, "northing": 300_000, "postcode": "DH1 1RH"})
    assert nowhere.division is None
    assert nowhere.is_far_from_postcode
    assert nowhere.postcode_disagrees


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "postcode"),
        ({"postcode": "DH1 9ZZ"}, "postcode"),
        ({"postcode": "DH1"}, "postcode"),
        ({"uprn": "100"}, "postcode"),
        ({"grid_reference": "NZ 277"}, "grid_reference"),
        ({"grid_reference": "NZ 274 425", "easting": 1, "northing": 1}, "grid_reference"),
        ({"lon": 54.7, "lat": -1.5}, "lon"),
        ({"lon": 2.3, "lat": 48.8}, "lon"),
        ({"easting": 427_000}, "northing"),
        ({"easting": 700_000, "northing": 5}, "easting"),
    ],
)
def test_what_is_nowhere(register: Register, session: WriteSession, values: dict[str, object], field: str) -> None:  # noqa: ARG001
    with pytest.raises(FaultyFields) as caught:
        preview_location(session, values)
    assert [fault.field for fault in caught.value.faults] == [field]
    assert caught.value.faults[0].remedy


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {
            "easting": st.floats(WEST - 60, WEST + 3 * SIDE + 60),
            "northing": st.floats(SOUTH - 60, SOUTH + SIDE + 60),
            "postcode": st.sampled_from([None, "DH1 1RH"]),
            "location_quality_m": st.sampled_from([3.0, 50.0, 300.0]),
        }
    )
)
@example({"easting": WEST + SIDE, "northing": SOUTH + 10, "postcode": "DH1 1RH", "location_quality_m": 3.0})
@example({"easting": WEST, "northing": SOUTH, "postcode": None, "location_quality_m": 50.0})
def test_a_preview_says_what_the_assignment_then_does(
    register: Register,  # noqa: ARG001
    session: WriteSession,
    values: dict[str, float | str | None],
) -> None:
    preview = preview_location(session, values)
    with session.begin_nested() as savepoint:
        place = create_place(session, OFFICER, {"name": "X", "kind": "library", "schemes": ["safe_place"], **values})
        savepoint.rollback()
    expected = [(one.gss_code, one.basis, one.is_assigned, one.distance_m) for one in place.divisions]
    listed = ([preview.division] if preview.division else []) + preview.neighbours
    assert sorted((one.gss_code, one.basis, one.is_assigned, one.distance_m) for one in listed) == sorted(expected)
    assert (preview.near_boundary, preview.postcode_disagrees) == (place.near_boundary, place.postcode_disagrees)


def test_an_officer_decides_and_new_assignments_respect_it(register: Register, session: WriteSession) -> None:
    place = register.add_place("Edge", east_m=SIDE - 2)
    assign_places(session, [place.id or 0])
    reference = place.reference
    decided = decide_division(session, OFFICER, reference, "E05000002", reason="The door is there")
    (link,) = decided.divisions
    assert (link.gss_code, link.basis, link.is_assigned, link.decided_by) == ("E05000002", "decided", True, "account:1")
    assert link.decided_at is not None
    assert (decided.near_boundary, decided.version) == (False, 2)
    assign_register(session)
    assert get_visible(session, OFFICER, reference).divisions == decided.divisions
    again = decide_division(session, OFFICER, reference, None, reason="Looked again")
    assert [(one.gss_code, one.basis) for one in again.divisions] == [("E05000001", "covers"), ("E05000002", "near")]
    assert again.near_boundary
    decide_division(session, OFFICER, reference, "E05000001", reason="After all")
    moved = patch_place(session, OFFICER, reference, {"easting": WEST + 5_000, "northing": SOUTH + 500}, base_version=4)
    assert [(one.gss_code, one.basis) for one in moved.place.divisions] == [("E05000003", "covers")]


def test_what_cannot_be_decided(register: Register, session: WriteSession) -> None:
    place = register.add_place("Inside", east_m=500)
    assign_places(session, [place.id or 0])
    with pytest.raises(Conflict, match="E05000001"):
        decide_division(session, OFFICER, place.reference, "E05000003", reason="Wish")
    with pytest.raises(Conflict, match="no decision"):
        decide_division(session, OFFICER, place.reference, None, reason="None")
    with pytest.raises(InvalidInput, match="reason"):
        decide_division(session, OFFICER, place.reference, "E05000001", reason="")
