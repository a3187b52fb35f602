"""Rows that are probably places that the register, or another row, has already under a name that differs a little."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session

NEAR_M = 150.0
SIMILAR = 0.5
"""Trigram similarity of two names. "Seaham Library" and "The Library, Seaham" have 1.0, "Seaham Hub" 0.37."""
MOST_REPORTED = 1_000
MOST_AT_ONE_POINT = 200
"""Rows of one file at one point beyond which they are compared with the register only: too many pairs."""

_NEW = "NOT EXISTS (SELECT FROM import_match WHERE import_match.row = file.row)"
_WITH_REGISTER = f"""
SELECT file.row, file.name, place.reference, NULL::integer, place.name, ST_Distance(place.location, file.location),
       similarity(place.name, file.name), place.uprn = file.uprn
FROM import_row AS file JOIN place ON place.membership_status <> 'withdrawn' AND place.authority_code = :authority
     AND ST_DWithin(place.location, file.location, :near_m) AND similarity(place.name, file.name) >= :similar
WHERE {_NEW}
UNION
SELECT file.row, file.name, place.reference, NULL, place.name, ST_Distance(place.location, file.location),
       similarity(place.name, file.name), true
FROM import_row AS file JOIN place ON place.membership_status <> 'withdrawn' AND place.authority_code = :authority
     AND place.uprn = file.uprn
WHERE {_NEW}
ORDER BY 1 LIMIT :most
"""
_WITHIN_FILE = f"""
WITH crowded AS (SELECT easting, northing FROM import_row GROUP BY 1, 2 HAVING count(*) > :most_at_point)
SELECT file.row, file.name, NULL, other.row, other.name, ST_Distance(other.location, file.location),
       similarity(other.name, file.name), coalesce(other.uprn = file.uprn, false)
FROM import_row AS file JOIN import_row AS other ON other.row < file.row
     AND ST_DWithin(other.location, file.location, :near_m) AND similarity(other.name, file.name) >= :similar
WHERE {_NEW} AND (file.easting, file.northing) NOT IN (SELECT easting, northing FROM crowded)
UNION
SELECT file.row, file.name, NULL, other.row, other.name, ST_Distance(other.location, file.location),
       similarity(other.name, file.name), true
FROM import_row AS file JOIN import_row AS other ON other.row < file.row AND other.uprn = file.uprn
WHERE {_NEW}
ORDER BY 1 LIMIT :most
"""


class Duplicate(NamedTuple):
    """A new row that is probably the same place as another: one of the register, or of an earlier row."""

    row: int
    name: str
    reference: str | None
    other_row: int | None
    other_name: str
    distance_m: float
    similarity: float
    same_uprn: bool

    @property
    def what(self) -> str:
        """One sentence about the likeness."""
        other = self.reference or f"row {self.other_row}"
        why = "has the same UPRN" if self.same_uprn else f"is {self.distance_m:.0f} m away and has a similar name"
        return f"It may be the same place as {other}, '{self.other_name}', which {why}."


def find_duplicates(session: Session, authority: str) -> list[Duplicate]:
    """Probable duplicates of the rows that would be new: at most the first thousand of each sort, by row."""
    limits = {"near_m": NEAR_M, "similar": SIMILAR, "most": MOST_REPORTED}
    session.execute(text("CREATE INDEX ON import_row USING gist (location)"))
    held = session.execute(text(_WITH_REGISTER), limits | {"authority": authority})
    found = [Duplicate(*row) for row in held]
    within = session.execute(text(_WITHIN_FILE), limits | {"most_at_point": MOST_AT_ONE_POINT})
    found += [Duplicate(*row) for row in within]
    return sorted(found, key=lambda duplicate: duplicate.row)
