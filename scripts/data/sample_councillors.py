"""126 invented members for the 63 divisions.

How many members a division has in the sample is illustrative: the total is true, its spread over the divisions follows
the number of postcode units, one to three each. Nothing here is a fact about a real councillor.
"""

import random
from collections.abc import Mapping

from scripts.data.people import landline, names, slug

COLUMNS = ("name", "division_code", "party", "email", "phone", "starts_on", "ends_on", "seat")

TOTAL_MEMBERS = 126
_MOST = 3
_ELECTED_ON = "2021-05-06"
_SEED = 20_130_502


def seats_by_division(units_by_division: Mapping[str, int], known: Mapping[str, int]) -> dict[str, int]:
    """Members of each division: what is known, and for the others a spread of the rest, 1 to 3 each.

    Each seat goes where the most postcode units are left for each member (the Webster method), so that the total is
    exactly `TOTAL_MEMBERS`.
    """
    seats = {code: known.get(code, 1) for code in sorted(units_by_division)}
    while sum(seats.values()) < TOTAL_MEMBERS:
        open_codes = [code for code in seats if code not in known and seats[code] < _MOST]
        fullest = max(open_codes, key=lambda code: (units_by_division[code] / (seats[code] + 0.5), code))
        seats[fullest] += 1
    return seats


def councillor_rows(units_by_division: Mapping[str, int], known: Mapping[str, int]) -> list[tuple[object, ...]]:
    """One row for each member, in order of division and seat. Terms are open-ended: see data/README.md."""
    chance = random.Random(_SEED)  # noqa: S311 - sample data, to be the same every time
    people = names(chance)
    rows: list[tuple[object, ...]] = []
    for code, seats in seats_by_division(units_by_division, known).items():
        for seat in range(1, seats + 1):
            name = next(people)
            party = "Independent" if chance.random() < 0.4 else ""  # noqa: PLR2004 - a share, to show both
            email = f"{slug(name).replace('-', '.')}@councillors.example.org"
            rows.append((name, code, party, email, landline(500 + len(rows)), _ELECTED_ON, "", seat))
    return rows
