"""Places as CSV (RFC 4180), for spreadsheets.

UTF-8 with a byte order mark, without which Excel misreads accents. Text that a spreadsheet could take for a formula
gets an apostrophe in front. Several values in a cell are separated by "; ". Not known is empty, which differs from
"no".
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from io import StringIO
from operator import itemgetter
from typing import Any

from app.http.spreadsheets import guarded
from app.vocabulary import ACCESSIBILITY_FACTS

Row = Mapping[str, Any]

_PLAIN = ("reference", "name", "kind", "kind_label")
_CONTACT = ("town", "postcode", "uprn", "phone", "email", "website", "opening_hours")
_CHECKED = ("assurance", "assessed_on", "valid_until")
_POSITION = (
    "location_source",
    "location_quality_m",
    "lon",
    "lat",
    "easting",
    "northing",
    "url",
    "distance_m",
    "linked_by",
)


def _where_given(name: str) -> Callable[[Row], object]:
    return lambda place: place.get(name)


def _fact(name: str) -> Callable[[Row], object]:
    return lambda place: {True: "yes", False: "no", None: ""}[place["accessibility"][name]]


def _closure_words(closure: Mapping[str, str]) -> str:
    return f"{closure['first_day']}/{closure['last_day']} {closure.get('reason') or ''}".rstrip()


COLUMNS: dict[str, Callable[[Row], object]] = {
    **{name: itemgetter(name) for name in _PLAIN},
    "schemes": lambda place: "; ".join(place["schemes"]),
    "offers": lambda place: "; ".join(place["offers"]),
    "description": itemgetter("description"),
    "address": lambda place: ", ".join(place["address"]),
    **{name: itemgetter(name) for name in _CONTACT},
    "closures": lambda place: "; ".join(_closure_words(closure) for closure in place["closures"]),
    **{fact: _fact(fact) for fact in ACCESSIBILITY_FACTS},
    "languages": lambda place: "; ".join(place["accessibility"]["languages"]),
    **{name: itemgetter(name) for name in _CHECKED},
    "division_code": lambda place: (place["division"] or {}).get("gss_code"),
    "division_name": lambda place: (place["division"] or {}).get("name"),
    **{name: _where_given(name) for name in _POSITION},
}


def to_csv(places: Iterable[Row]) -> bytes:
    """Places (flat properties with lon and lat) as a CSV file with a heading line."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(read(place)) for read in COLUMNS.values()] for place in places)
    return out.getvalue().encode("utf-8-sig")
