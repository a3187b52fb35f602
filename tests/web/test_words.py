"""Values as people read them."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import words
from web.views import BoundaryNotice, DayHours, DivisionRow, OpenNow

NOW = datetime(2026, 11, 23, 10, 20, tzinfo=ZoneInfo("Europe/London"))


def test_dates_are_written_out() -> None:
    assert words.date_words(date(2026, 11, 22)) == "22 November 2026"
    assert words.weekday_words(date(2026, 11, 23)) == "Monday 23 November"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (3, "Thursday"),
        (6, "Sunday"),
        (7, "Monday 30 November"),
        (9, "Wednesday 2 December"),
    ],
)
def test_days_are_named_as_people_name_them(days: int, expected: str) -> None:
    assert words.day_words(NOW.date() + timedelta(days=days), NOW.date()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (time(9), "9am"),
        (time(9, 5), "9:05am"),
        (time(12), "midday"),
        (time(12, 30), "12:30pm"),
        (time(0), "midnight"),
        (time(0, 15), "12:15am"),
        (time(17, 30), "5:30pm"),
    ],
)
def test_times(value: time, expected: str) -> None:
    assert words.time_words(value) == expected


@given(st.times())
def test_different_minutes_have_different_words(value: time) -> None:
    other = (datetime.combine(date(2026, 1, 1), value) + timedelta(hours=12)).time()
    assert words.time_words(value) != words.time_words(other)


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        (0, "10 metres"),
        (244, "240 metres"),
        (400, "0.2 miles"),
        (1609.344, "1 mile"),
        (3300, "2.1 miles"),
        (32187, "20 miles"),
    ],
)
def test_distances(metres: float, expected: str) -> None:
    assert words.distance_words(metres) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (OpenNow("always"), "Open day and night"),
        (OpenNow("unknown"), "Opening hours not known"),
        (OpenNow("open"), "Open now"),
        (OpenNow("open", NOW.replace(hour=17, minute=0)), "Open now until 5pm"),
        (OpenNow("open", datetime(2026, 11, 23, 23, 30, tzinfo=NOW.tzinfo)), "Open now until 11:30pm"),
        (OpenNow("open", datetime(2026, 11, 25, 9, 0, tzinfo=NOW.tzinfo)), "Open now until 9am Wednesday"),
        (OpenNow("closed"), "Closed now"),
        (OpenNow("closed", NOW.replace(hour=13, minute=0)), "Closed, opens at 1pm"),
        (OpenNow("closed", datetime(2026, 11, 24, 9, 0, tzinfo=NOW.tzinfo)), "Closed, opens tomorrow at 9am"),
        (OpenNow("closed", datetime(2026, 12, 1, 9, 0, tzinfo=NOW.tzinfo)), "Closed, opens Tuesday 1 December at 9am"),
    ],
)
def test_open_or_closed_in_one_line(status: OpenNow, expected: str) -> None:
    assert words.open_words(status, NOW) == expected


def test_a_night_that_ends_after_midnight_names_only_the_time() -> None:
    evening = NOW.replace(hour=22)
    assert words.open_words(OpenNow("open", evening + timedelta(hours=4)), evening) == "Open now until 2:20am"


def test_hours_of_a_day() -> None:
    day = date(2026, 11, 23)
    assert words.hours_words(DayHours(day)) == "Closed"
    assert words.hours_words(DayHours(day, ((time(0), time(0)),))) == "Open 24 hours"
    both = DayHours(day, ((time(9), time(12)), (time(13), time(17))))
    assert words.hours_words(both) == "9am to midday and 1pm to 5pm"


@pytest.mark.parametrize(
    ("value", "shown", "link"),
    [
        ("01914960123", "0191 496 0123", "tel:+441914960123"),
        ("+44 191 496 0123", "0191 496 0123", "tel:+441914960123"),
        ("+33 1 42 68 53 00", "+33 1 42 68 53 00", "tel:+33142685300"),
        ("999", "999", "tel:999"),
        ("116 123", "116 123", "tel:116123"),
    ],
)
def test_phone_numbers(value: str, shown: str, link: str) -> None:
    assert words.phone_words(value) == shown
    assert words.phone_link(value) == link


@given(st.text(max_size=60))
def test_whatever_stands_as_a_phone_number_links_only_to_digits(value: str) -> None:
    assert set(words.phone_link(value).removeprefix("tel:")) <= set("+") | {c for c in value if c.isdigit()} | set(
        "0123456789"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://www.durham.example/", True),
        ("http://durham.example", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//durham.example", False),
        ("https://", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(value: str, *, expected: bool) -> None:
    assert words.is_web_address(value) is expected


def test_web_addresses_are_written_short() -> None:
    assert words.web_address_words("https://www.crossgate.example/rooms/") == "crossgate.example/rooms"


def test_old_boundaries_say_until_when_they_were_in_force() -> None:
    notice = BoundaryNotice(date(2013, 5, 2), date(2025, 5, 1), is_approximate=True)
    assert "until 1 May 2025" in words.boundary_words(notice)
    assert "approximate" in words.boundary_words(notice)
    assert words.boundary_words(BoundaryNotice(date(2025, 5, 1), None, is_approximate=False)) == ""


def test_numbers_agree_with_their_noun() -> None:
    assert words.count_words(0, "place") == "no places"
    assert words.count_words(1, "place") == "1 place"
    assert words.count_words(1204, "place") == "1,204 places"


def test_divisions_stand_under_their_letters() -> None:
    rows = tuple(
        DivisionRow(f"E0500{n}", name, 2, 0) for n, name in enumerate(["Brandon", "Élan", "Annfield", "Easington"])
    )
    found = [(letter, [row.name for row in group]) for letter, group in words.by_letter(rows)]
    assert found == [("A", ["Annfield"]), ("B", ["Brandon"]), ("E", ["Easington", "Élan"])]
