"""Bank holidays of England, from the list that is bundled with the project.

opening-hours-py's own list for "GB" holds only the days that all four nations share (no Easter Monday, no August bank
holiday, no New Year's Day), so it is not used.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path

import orjson

from app.settings import PROJECT_ROOT

BUNDLED = PROJECT_ROOT / "data" / "bank_holidays_england.json"


@lru_cache
def list_bank_holidays(file: Path = BUNDLED) -> dict[date, str]:
    """Bank holidays of England: the day, and what it is called ("Boxing Day (substitute day)").

    The file holds a list of objects with `date` (ISO) and `title`, alone or under the key `bank_holidays`.
    """
    content = orjson.loads(file.read_bytes())
    days = content["bank_holidays"] if isinstance(content, dict) else content
    return {date.fromisoformat(day["date"]): day["title"] for day in days}


def bank_holiday_title(day: date) -> str | None:
    """What the bank holiday on this day is called; None on other days and beyond the list's years."""
    return list_bank_holidays().get(day)
