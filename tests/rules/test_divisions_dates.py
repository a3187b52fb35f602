"""Which boundaries answer for a date, and what is said of them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.divisions.boundaries import EARLIEST, LATEST, BoundarySet, answering, answering_for, check_date, in_words
from app.errors import InvalidInput, NotFound

DURHAM, DARLINGTON = "E06000047", "E06000005"


def boundary_set(
    number: int, valid_from: date, valid_to: date | None, *, authority: str = DURHAM, approximate: bool = False
) -> BoundarySet:
    return BoundarySet(
        id=number,
        authority_code=authority,
        authority_name="County Durham",
        title=f"Set {number}",
        valid_from=valid_from,
        valid_to=valid_to,
        source="a test",
        licence="none",
        attribution="",
        approximate=approximate,
        content_sha256=str(number),
    )


OLD = boundary_set(1, date(2013, 5, 2), date(2025, 5, 1))
NEW = boundary_set(2, date(2025, 5, 1), None)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2013, 5, 2), OLD),
        (date(2025, 4, 30), OLD),
        (date(2025, 5, 1), NEW),  # periods are half open
        (date(2026, 11, 23), NEW),
    ],
)
def test_the_set_in_force_answers_without_a_notice(on: date, expected: BoundarySet) -> None:
    (found,) = answering([NEW, OLD], on)
    assert found.boundaries is expected
    assert found.in_force
    assert found.notice is None


def test_the_newest_answers_when_none_is_in_force_and_says_so() -> None:
    found = answering_for([OLD], DURHAM, date(2026, 11, 23))
    assert found.boundaries is OLD
    assert found.notice == "These boundaries were in force until 1 May 2025."


def test_before_all_sets_the_first_answers_and_says_so() -> None:
    found = answering_for([NEW, OLD], DURHAM, date(2000, 1, 1))
    assert found.boundaries is OLD
    assert found.notice == "These boundaries have been in force only since 2 May 2013."


def test_approximate_boundaries_say_so_too() -> None:
    drawn = boundary_set(3, date(2013, 5, 2), date(2025, 5, 1), approximate=True)
    notice = answering_for([drawn], DURHAM, date(2026, 11, 23)).notice
    assert notice == ("These boundaries were in force until 1 May 2025. They are approximate, not the official lines.")


def test_each_authority_has_its_own() -> None:
    other = boundary_set(4, date(2019, 5, 2), None, authority=DARLINGTON)
    found = answering([OLD, other], date(2026, 11, 23))
    assert [(one.boundaries.authority_code, one.in_force) for one in found] == [(DARLINGTON, True), (DURHAM, False)]
    with pytest.raises(NotFound, match="E06000001"):
        answering_for([OLD, other], "E06000001", date(2026, 11, 23))


days = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@given(st.lists(days, min_size=2, max_size=8, unique=True), st.sets(st.integers(0, 6)), days)
def test_one_set_answers_for_any_history(bounds: list[date], missing: set[int], on: date) -> None:
    ordered = sorted(bounds)
    sets = [
        boundary_set(number, first, after)
        for number, (first, after) in enumerate(pairwise(ordered))
        if number not in missing
    ]
    found = answering(sets, on)
    assert len(found) == bool(sets)
    for one in found:
        covering = [candidate for candidate in sets if candidate.is_in_force(on)]
        assert one.boundaries in (covering or sets)
        assert (one.notice is None) == bool(covering)
        begun = [candidate for candidate in sets if candidate.valid_from <= on]
        if begun:
            assert one.boundaries is max(begun, key=lambda candidate: candidate.valid_from)


@given(st.dates())
def test_dates_out_of_range_are_refused_in_words(on: date) -> None:
    if EARLIEST <= on <= LATEST:
        assert check_date(on) == on
    else:
        with pytest.raises(InvalidInput, match="year-month-day"):
            check_date(on)


def test_dates_in_words() -> None:
    assert in_words(date(2025, 5, 1)) == "1 May 2025"
    assert in_words(date(2025, 5, 1) + timedelta(days=30)) == "31 May 2025"
