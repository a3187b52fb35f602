"""A usual week, there and back between the form's fourteen times and the OpenStreetMap syntax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.office.weeks import DAYS, UsualWeek, parse_week, read_week, write_week
from app.places.opening_hours import parse_opening_hours

TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda at: f"{at[0]:02d}:{at[1]:02d}")
HOURS = st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] < pair[1])
WEEKS = st.tuples(*[st.none() | HOURS for _ in DAYS])


@given(WEEKS, st.booleans())
def test_every_week_comes_back_as_it_was_and_the_register_can_read_it(
    days: tuple[tuple[str, str] | None, ...],
    closed: bool,  # noqa: FBT001 - Hypothesis gives it
) -> None:
    week = UsualWeek(days, closed)
    text = write_week(week)
    if not any(days):
        assert text == ""
        return
    assert parse_opening_hours(text).text == text
    assert read_week(text) == week


@pytest.mark.parametrize(
    ("text", "monday", "sunday", "closed"),
    [
        ("Mo-Fr 09:00-17:00; PH off", ("09:00", "17:00"), None, True),
        ("Mo,Tu 08:00-12:00; Su 10:00-16:00", ("08:00", "12:00"), ("10:00", "16:00"), False),
        ("Mo-Su 00:00-24:00", ("00:00", "24:00"), ("00:00", "24:00"), False),
    ],
)
def test_known_weeks(text: str, monday: tuple[str, str], sunday: tuple[str, str] | None, closed: bool) -> None:  # noqa: FBT001 - a row
    week = read_week(text)
    assert week
    assert (week.days[0], week.days[6], week.closed_on_bank_holidays) == (monday, sunday, closed)


@pytest.mark.parametrize(
    "text",
    [
        "24/7",
        "Mo-Fr 09:00-12:00,13:00-17:00",
        "Mo-Su 22:00-02:00",
        "Apr-Oct Mo 09:00-17:00",
        "Mo 09:00-10:00; Mo 11:00-12:00",
        "PH off",
        "",
    ],
)
def test_what_one_week_cannot_say_stays_text(text: str) -> None:
    assert read_week(text) is None


@pytest.mark.parametrize(
    "pair",
    [("09:00", ""), ("", "17:00"), ("nine", "17:00"), ("17:00", "09:00"), ("09:00", "09:00"), ("25:00", "26:00")],
)
def test_a_day_that_makes_no_sense_is_named(pair: tuple[str, str]) -> None:
    times = [("", "")] * 7
    times[2] = pair
    with pytest.raises(InvalidInput) as refused:
        parse_week(times, closed_on_bank_holidays=True)
    assert "Wednesday" in refused.value.what
    assert refused.value.field == "hours_by"
