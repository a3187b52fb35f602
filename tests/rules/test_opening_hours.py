"""Opening hours: England's holidays, nights past midnight, clocks that change, and words."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.version import LONDON
from app.errors import InvalidInput
from app.places.bank_holidays import bank_holiday_title, list_bank_holidays
from app.places.open_state import DayHours, OpenState, state_at, week_from
from app.places.opening_hours import day_segments, find_hours, is_open_at, parse_closures, parse_opening_hours

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
OFFICE = "Mo-Fr 09:00-17:30; PH off"
NIGHT = "Mo-Su 22:00-02:00"


def at(text: str, fold: int = 0) -> datetime:
    """A London wall-clock moment."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold)


def words(hours: str | None, moment: str, *closures: dict[str, str]) -> str:
    return state_at(hours, closures, at(moment)).to_words(at(moment))


@pytest.mark.parametrize(
    ("hours", "moment", "said"),
    [
        (OFFICE, "2026-11-23T12:00", "Open until 17:30"),
        (OFFICE, "2026-11-23T09:00", "Open until 17:30"),
        (OFFICE, "2026-11-23T17:30", "Closed, opens tomorrow 09:00"),
        (OFFICE, "2026-11-23T08:59", "Closed, opens 09:00"),
        (OFFICE, "2026-11-27T18:00", "Closed, opens Monday 09:00"),
        (OFFICE, "2026-12-25T12:00", "Closed today: bank holiday (Christmas Day), opens Tuesday 09:00"),
        (OFFICE, "2026-12-28T12:00", "Closed today: bank holiday (Boxing Day (substitute day)), opens tomorrow 09:00"),
        ("24/7", "2026-12-25T03:00", "Open 24 hours"),
        ("Mo-Su 00:00-24:00", "2026-11-25T03:00", "Open 24 hours"),
        (None, "2026-11-25T03:00", "Hours not known"),
        ('Mo-Fr unknown "ring first"', "2026-11-25T03:00", "Hours not known: ring first"),
        ('Mo-Fr 10:00-12:00 "by appointment"', "2026-11-25T11:00", "Open until 12:00 (by appointment)"),
        (NIGHT, "2026-11-25T01:30", "Open until 02:00"),
        (NIGHT, "2026-11-25T23:30", "Open until 02:00"),
        ("Apr-Sep Mo-Su 10:00-16:00", "2026-12-25T11:00", "Closed, opens Thursday 1 April 10:00"),
        ("2020 Mo-Su 10:00-16:00", "2026-12-25T11:00", "Closed"),
    ],
)
def test_words(hours: str | None, moment: str, said: str) -> None:
    assert words(hours, moment) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-24T12:00", "Closed today: staff training, opens Thursday 09:00"),
        ("2026-11-25T23:59", "Closed today: staff training, opens tomorrow 09:00"),
        ("2026-11-23T12:00", "Open until 17:30"),
        ("2026-11-26T12:00", "Open until 17:30"),
    ],
)
def test_dated_closures_cover_both_days(moment: str, said: str) -> None:
    closure = {"first_day": "2026-11-24", "last_day": "2026-11-25", "reason": "staff training"}
    assert words(OFFICE, moment, closure) == said


def test_a_closure_counts_where_no_hours_are_known() -> None:
    assert words(
        None, "2026-11-24T12:00", {"first_day": "2026-11-24", "last_day": "2026-11-24", "reason": "Flood"}
    ) == ("Closed today: Flood")


def test_bank_holidays_are_englands() -> None:
    """The library's own list for GB has no New Year's Day, Easter Monday or August bank holiday."""
    for day in ("2026-01-01", "2026-04-06", "2026-08-31", "2026-12-28", "2027-12-27"):
        assert bank_holiday_title(date.fromisoformat(day))
        assert is_open_at(OFFICE, [], at(f"{day}T12:00")) is False
        assert is_open_at("Mo-Fr 09:00-17:30; PH 10:00-12:00", [], at(f"{day}T11:00")) is True
        assert is_open_at("Mo-Fr 09:00-17:30; PH 10:00-12:00", [], at(f"{day}T12:30")) is False
    for day in ("2026-03-17", "2026-07-12", "2026-08-03", "2026-11-30"):  # Irish and Scottish days
        assert bank_holiday_title(date.fromisoformat(day)) is None


@given(st.sampled_from(sorted(list_bank_holidays())), st.integers(0, 23))
def test_on_every_holiday_ph_rules_hold(day: date, hour: int) -> None:
    moment = datetime.combine(day, time(hour), LONDON)
    assert is_open_at("24/7; PH off", [], moment) is False
    assert is_open_at("Mo-Su,PH 00:00-24:00", [], moment) is True
    assert is_open_at("PH 00:00-24:00", [], moment) is True


@given(st.dates(date(2024, 1, 2), date(2028, 12, 30)))
def test_on_no_other_day_do_they(day: date) -> None:
    if bank_holiday_title(day) is None:
        noon = datetime.combine(day, time(12), LONDON)
        assert is_open_at("24/7; PH off", [], noon) is True
        assert is_open_at("PH 00:00-24:00", [], noon) is False


def test_a_night_that_a_closed_day_would_have_begun_does_not_take_place() -> None:
    closure = {"first_day": "2026-11-24", "last_day": "2026-11-24"}
    assert is_open_at(NIGHT, [closure], at("2026-11-25T01:00")) is False
    assert is_open_at(NIGHT, [closure], at("2026-11-25T23:00")) is True
    assert is_open_at("24/7", [closure], at("2026-11-25T01:00")) is True
    holiday_night = "Mo-Su 22:00-02:00; PH off"
    assert is_open_at(holiday_night, [], at("2026-05-05T01:00")) is False
    assert is_open_at(holiday_night, [], at("2026-05-05T23:00")) is True
    assert is_open_at(holiday_night, [], at("2026-05-06T01:00")) is True


def test_quoted_text_is_not_read_as_a_rule() -> None:
    hours = parse_opening_hours('Mo-Fr 09:00-17:00 "PH by sunset, SH too"')
    assert not hours.names_bank_holidays
    assert is_open_at(hours.text, [], at("2026-12-25T12:00")) is True


# The clocks


def test_when_the_clocks_go_forward() -> None:
    """On 29 March 2026 the hour from 01:00 to 02:00 does not exist."""
    state = state_at("Mo-Su 22:00-01:30", [], at("2026-03-29T00:30"))
    assert state.until == at("2026-03-29T02:00")
    assert is_open_at("Mo-Su 01:15-01:45", [], at("2026-03-29T02:00")) is False
    assert state_at("Mo-Su 01:30-05:00", [], at("2026-03-29T00:30")).next_open == at("2026-03-29T02:00")


def test_when_the_clocks_go_back_a_closing_time_counts_the_first_time() -> None:
    """On 25 October 2026 the hour from 01:00 to 02:00 comes twice."""
    assert is_open_at("Mo-Su 22:00-01:30", [], at("2026-10-25T01:15")) is True
    assert is_open_at("Mo-Su 22:00-01:30", [], at("2026-10-25T01:45")) is False
    assert is_open_at("Mo-Su 22:00-01:30", [], at("2026-10-25T01:15", fold=1)) is False
    assert is_open_at(NIGHT, [], at("2026-10-25T01:45", fold=1)) is True
    assert state_at(NIGHT, [], at("2026-10-25T00:00")).until == at("2026-10-25T02:00")


def test_a_moment_in_utc_is_read_in_london() -> None:
    assert is_open_at(OFFICE, [], datetime(2026, 7, 1, 8, 30, tzinfo=UTC)) is True
    assert is_open_at(OFFICE, [], datetime(2026, 11, 25, 8, 30, tzinfo=UTC)) is False


SPANS = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30]), st.integers(1, 23))
NEAR_CHANGES = st.sampled_from([date(2026, 3, 28), date(2026, 10, 24), date(2027, 3, 27), date(2025, 10, 25)]).flatmap(
    lambda day: st.integers(0, 2).map(lambda more: day + more * DAY)
) | st.dates(date(2025, 1, 1), date(2027, 12, 30))


def hours_text(begin: int, minute: int, length: int) -> str:
    end = begin + length
    return f"Mo-Su {begin:02d}:{minute:02d}-{end % 24:02d}:{minute:02d}"


@given(NEAR_CHANGES, SPANS)
def test_a_day_is_covered_without_gap_or_overlap(day: date, span: tuple[int, int, int]) -> None:
    hours = find_hours(hours_text(*span))
    assert hours
    segments = day_segments(hours, (), day)
    assert segments[0].start == datetime.combine(day, time(), LONDON).astimezone(UTC)
    assert segments[-1].end == datetime.combine(day + DAY, time(), LONDON).astimezone(UTC)
    for before, after in pairwise(segments):
        assert before.end == after.start
        assert before.start < before.end


@given(NEAR_CHANGES, SPANS, st.integers(0, 24 * 4 - 1))
def test_against_a_naive_clock_away_from_the_changes(day: date, span: tuple[int, int, int], quarter: int) -> None:
    """Outside the two hours a year that are skipped or repeated, a wall clock and arithmetic agree with us."""
    begin, minute, length = span
    moment = datetime.combine(day, time(quarter // 4, quarter % 4 * 15), LONDON)
    if moment.hour == 1:
        return
    now, start, end = quarter * 15, begin * 60 + minute, (begin + length) * 60 + minute
    open_by_arithmetic = start <= now < end or now < end - 24 * 60
    assert is_open_at(hours_text(*span), [], moment) is open_by_arithmetic


@given(NEAR_CHANGES, SPANS, st.integers(0, 24 * 12 - 1))
def test_until_and_next_open_are_when_the_state_changes(day: date, span: tuple[int, int, int], five: int) -> None:
    text = hours_text(*span)
    moment = datetime.combine(day, time(), LONDON).astimezone(UTC) + timedelta(minutes=5 * five)
    state = state_at(text, [], moment)
    change = state.until or state.next_open
    assert change is not None
    assert change > moment
    just_before = change.astimezone(UTC) - timedelta(seconds=1)
    assert is_open_at(text, [], just_before) is state.open
    assert is_open_at(text, [], change) is (not state.open)


# The week


def spans_of(day: DayHours) -> list[tuple[str, str]]:
    return [(f"{start:%a %H:%M}", f"{end:%a %H:%M}") for start, end in day.spans]


def test_a_week_with_christmas_in_it() -> None:
    week = week_from("Mo-Fr 09:00-12:00,13:00-17:00; Sa 22:00-02:00; PH off", [], date(2026, 12, 24))
    assert [spans_of(day) for day in week] == [
        [("Thu 09:00", "Thu 12:00"), ("Thu 13:00", "Thu 17:00")],
        [],
        [],
        [],
        [],
        [("Tue 09:00", "Tue 12:00"), ("Tue 13:00", "Tue 17:00")],
        [("Wed 09:00", "Wed 12:00"), ("Wed 13:00", "Wed 17:00")],
    ]
    assert [day.note for day in week[1:5]] == ["Christmas Day", "Boxing Day", "", "Boxing Day (substitute day)"]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    week = week_from("Fr-Sa 22:00-02:00", [], date(2026, 11, 26), days=4)
    assert [spans_of(day) for day in week] == [[], [("Fri 22:00", "Sat 02:00")], [("Sat 22:00", "Sun 02:00")], []]


def test_day_and_night_is_the_whole_day_each_day() -> None:
    week = week_from("24/7", [], date(2026, 11, 26), days=2)
    assert [spans_of(day) for day in week] == [[("Thu 00:00", "Fri 00:00")], [("Fri 00:00", "Sat 00:00")]]


def test_the_week_shows_closures_holidays_and_ignorance() -> None:
    closure = {"first_day": "2026-12-24", "last_day": "2026-12-24", "reason": "Stocktaking"}
    closed, holiday = week_from("Mo-Fr 09:00-17:00", [closure], date(2026, 12, 24), days=2)
    assert (closed.spans, closed.note) == ((), "Stocktaking")
    assert (len(holiday.spans), holiday.note) == (1, "Christmas Day: hours may differ")
    assert not week_from(None, [], date(2026, 11, 23), days=1)[0].is_known


# Reading


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("9-5", '"9-5"'),
        ("Mo-Fr 9am to 5pm", "9am to 5pm"),
        ("Mon-Fri 9:00 - 17:00", "cannot be read"),
        ("", "empty"),
        ("   ", "empty"),
        ("Mo-Fr 09:00-17:00; SH off", "school holidays"),
        ("sunrise-sunset", "sunrise"),
        ("PH -1 day off", "beside a bank holiday"),
        ("Mo 09:00-10:00; " * 60, "longer than"),
    ],
)
def test_what_cannot_be_read_is_explained(text: str, part: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_opening_hours(text)
    assert part in caught.value.what
    assert caught.value.remedy
    assert caught.value.field == "opening_hours"


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        hours = parse_opening_hours(text).text
    except InvalidInput:
        hours = None
    assert state_at(hours, [], at("2026-11-23T12:00")).open in {True, False, None}


def test_hours_from_old_data_that_cannot_be_read_are_not_known() -> None:
    assert state_at("whenever", [], at("2026-11-23T12:00")) == OpenState(None)


@pytest.mark.parametrize(
    "closure",
    [{}, {"first_day": "soon"}, {"first_day": "2026-11-24", "last_day": "2026-11-23"}, {"last_day": "2026-11-23"}],
)
def test_faulty_closures_are_refused(closure: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        parse_closures([closure])


def test_hours_that_would_search_the_whole_calendar_answer_at_once() -> None:
    started = datetime.now(UTC)
    assert words("2050 Feb 29 Mo 09:00-17:00", "2026-11-23T12:00") == "Closed"
    assert datetime.now(UTC) - started < timedelta(seconds=2)
