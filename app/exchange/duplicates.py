"""Rows that are probably places that the register, or another row, has already under a name that differs a little."""

from math import hypot
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

from app.places.likeness import NEAR_M, SIMILAR, similar_pairs

MOST_REPORTED = 1_000

_NEW = "NOT EXISTS (SELECT FROM import_match WHERE import_match.row = file.row)"
_WITH_REGISTER = f"""
SELECT file.row, file.name, place.reference, NULL::integer, place.name, ST_Distance(place.location, file.location),
       coalesce(place.uprn = file.uprn, false)
FROM import_row AS file JOIN place ON ST_DWithin(place.location, file.location, :near_m)
WHERE place.membership_status <> 'withdrawn' AND place.authority_code = :authority
      AND similarity(place.name, file.name) >= :similar AND {_NEW}
UNION
SELECT file.row, file.name, place.reference, NULL, place.name, ST_Distance(place.location, file.location), true
FROM import_row AS file JOIN place ON place.uprn = file.uprn
WHERE place.membership_status <> 'withdrawn' AND place.authority_code = :authority AND {_NEW}
ORDER BY 1, 3 LIMIT :most
"""
_ROWS = f"SELECT row, name, easting, northing, uprn, {_NEW} AS is_new FROM import_row AS file ORDER BY row"


class Duplicate(NamedTuple):
    """A new row that is probably the same place as another: one of the register, or of an earlier row."""

    row: int
    name: str
    reference: str | None
    other_row: int | None
    other_name: str
    distance_m: float
    same_uprn: bool

    @property
    def what(self) -> str:
        """One sentence about the likeness."""
        other = self.reference or f"row {self.other_row}"
        why = "has the same UPRN" if self.same_uprn else f"is {self.distance_m:.0f} m away and has a similar name"
        return f"It may be the same place as {other}, '{self.other_name}', which {why}."


def find_duplicates(session: Session, authority: str) -> list[Duplicate]:
    """Probable duplicates of the rows that would be new, by row: at most the first thousand of each sort."""
    values = {"near_m": NEAR_M, "similar": SIMILAR, "most": MOST_REPORTED, "authority": authority}
    found = [Duplicate(*row) for row in session.execute(text(_WITH_REGISTER), values)]
    return sorted([*found, *_within_file(session)], key=lambda duplicate: duplicate.row)


def _within_file(session: Session) -> list[Duplicate]:
    rows = session.execute(text(_ROWS)).all()
    if not any(row.is_new for row in rows):
        return []
    pairs: dict[tuple[int, int], bool] = {}
    first_of: dict[str, int] = {}
    for at, row in enumerate(rows):
        if row.uprn and (first := first_of.setdefault(row.uprn, at)) != at:
            pairs[at, first] = True
    near = similar_pairs(
        [row.easting for row in rows],
        [row.northing for row in rows],
        [row.name for row in rows],
        near_m=NEAR_M,
        similar=SIMILAR,
    )
    for later, earlier, _ in near:
        pairs.setdefault((later, earlier), False)
        if len(pairs) >= MOST_REPORTED:
            break
    return [
        Duplicate(
            rows[later].row,
            rows[later].name,
            None,
            rows[earlier].row,
            rows[earlier].name,
            hypot(rows[later].easting - rows[earlier].easting, rows[later].northing - rows[earlier].northing),
            same_uprn,
        )
        for (later, earlier), same_uprn in pairs.items()
        if rows[later].is_new or rows[earlier].is_new
    ]
