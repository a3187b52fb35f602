"""Bank holidays of England and Wales, worked out from the rules of law.

- Banking and Financial Dealings Act 1971, section 1 and schedule 1: Easter Monday; the last Monday in May; the last
  Monday in August; 26 December, if it is not a Sunday; 27 December in a year in which 25 or 26 December is a Sunday.
- Good Friday and Christmas Day: holidays by common law.
- By royal proclamation under section 1(3) of the Act, every year: New Year's Day, the first Monday in May, and a
  weekday in place of a holiday that falls on a weekend.

The list holds the day itself as well when it falls on a weekend and a weekday stands in for it: a place that closes on
bank holidays is closed on Christmas Day, whatever day of the week that is. Holidays that are proclaimed once (a
jubilee, a coronation) belong in `PROCLAIMED_ONCE`; there is none from 2024 to 2028.
"""

from datetime import date, timedelta

YEARS = range(2024, 2029)

PROCLAIMED_ONCE: dict[date, str] = {}

_MONDAY, _SATURDAY = 0, 5
_DAY = timedelta(days=1)


def easter_sunday(year: int) -> date:
    """Easter Sunday by the Gregorian rule (the algorithm of Meeus, Jones and Butcher)."""
    golden, century, of_century = year % 19, year // 100, year % 100
    leap_centuries, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def first_monday(year: int, month: int) -> date:
    """The first Monday of a month."""
    first = date(year, month, 1)
    return first + _DAY * ((_MONDAY - first.weekday()) % 7)


def last_monday(year: int, month: int) -> date:
    """The last Monday of a month that has 31 days."""
    last = date(year, month, 31)
    return last - _DAY * ((last.weekday() - _MONDAY) % 7)


def bank_holidays(year: int) -> dict[date, str]:
    """The bank holidays of one year, substitute days included, in order."""
    easter = easter_sunday(year)
    days = {
        date(year, 1, 1): "New Year's Day",
        easter - 2 * _DAY: "Good Friday",
        easter + _DAY: "Easter Monday",
        first_monday(year, 5): "Early May bank holiday",
        last_monday(year, 5): "Spring bank holiday",
        last_monday(year, 8): "Summer bank holiday",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }
    days |= {day: title for day, title in PROCLAIMED_ONCE.items() if day.year == year}
    weekend = [day for day in sorted(days) if day.weekday() >= _SATURDAY]
    # A Christmas Day on Sunday is made up for on Tuesday, since Monday is Boxing Day: the loop below finds that.
    for day in weekend:
        stand_in = day
        while stand_in.weekday() >= _SATURDAY or stand_in in days:
            stand_in += _DAY
        days[stand_in] = f"{days[day]} (substitute day)"
    return dict(sorted(days.items()))


def bank_holidays_file() -> dict[str, object]:
    """The content of data/bank_holidays_england.json."""
    return {
        "division": "england-and-wales",
        "source": (
            "Worked out from the Banking and Financial Dealings Act 1971, section 1 and schedule 1, the common law "
            "holidays, and the yearly proclamations (scripts/data/bank_holidays.py)"
        ),
        "note": "A holiday that falls on a weekend is listed on its own day and on the weekday that stands in for it.",
        "years": [YEARS.start, YEARS.stop - 1],
        "bank_holidays": [
            {"date": day.isoformat(), "title": title} for year in YEARS for day, title in bank_holidays(year).items()
        ],
    }
