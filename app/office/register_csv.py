"""The list of the register as CSV: what its reader may see of each place, private facts only for those who may."""

import csv
from collections.abc import Callable, Sequence
from io import StringIO

from app.http.spreadsheets import guarded
from app.office.words import closure_lines, counted_in, flags_of
from app.places.register_schemas import PRIVATE_FACTS, RegisterPlace
from app.vocabulary import ACCESSIBILITY_FACTS

YES_NO = {True: "yes", False: "no", None: ""}

Read = Callable[[RegisterPlace], object]


def _fact(name: str) -> Read:
    return lambda place: getattr(place, name)


def _yes_no(name: str) -> Read:
    return lambda place: YES_NO[getattr(place, name)]


COLUMNS: dict[str, Read] = {
    **{name: _fact(name) for name in ("reference", "name", "kind", "kind_label")},
    "schemes": lambda place: "; ".join(place.schemes),
    "offers": lambda place: "; ".join(place.offers),
    **{name: _fact(name) for name in ("membership_status", "assurance", "valid_until", "consent_on")},
    "is_published": lambda place: YES_NO[place.is_published],
    "division": counted_in,
    "flags": lambda place: "; ".join(flags_of(place)),
    **{name: _fact(name) for name in ("address_1", "address_2", "town", "postcode", "uprn")},
    **{name: _fact(name) for name in ("easting", "northing", "lon", "lat", "location_source", "location_quality_m")},
    **{name: _fact(name) for name in ("phone", "email", "website", "opening_hours")},
    "closures": lambda place: "; ".join(closure_lines(place.closures)),
    **{name: _yes_no(name) for name in ACCESSIBILITY_FACTS},
    "languages": lambda place: "; ".join(place.languages),
    "description": _fact("description"),
    "version": _fact("version"),
}


def to_register_csv(places: Sequence[RegisterPlace]) -> bytes:
    """Places as a CSV file (RFC 4180, UTF-8 with a byte order mark) with a heading line.

    Cells that a spreadsheet could run as a formula get an apostrophe in front. The columns of private facts are there
    only where the reader may see them.
    """
    columns = dict(COLUMNS)
    if any(place.shows_private for place in places):
        columns |= {name: _fact(name) for name in PRIVATE_FACTS}
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([guarded(read(place)) for read in columns.values()] for place in places)
    return out.getvalue().encode("utf-8-sig")
