"""A small register to test with: an authority, square divisions, places and audits, each in one line."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.db.version import LONDON, london_today
from app.tables import Audit, Authority, Place
from app.vocabulary import MembershipStatus, Verdict
from geo.crs import point_to_lonlat

AUTHORITY = "E06000047"
WEST, SOUTH = 427_000.0, 542_000.0
"""South-west corner of the first square division, in the middle of Durham: EPSG:27700, metres."""
SIDE = 2_000.0


@dataclass
class Register:
    """Fills a register in the test's transaction."""

    session: Session

    def __post_init__(self) -> None:
        self.session.add(Authority(code=AUTHORITY, name="Testshire"))
        self.session.flush()

    def add_divisions(  # noqa: PLR0913  # named facts of a set, each with the usual value
        self,
        count: int = 2,
        *,
        first_code: int = 1,
        valid_from: date = date(2020, 1, 1),
        valid_to: date | None = None,
        approximate: bool = False,
        status: str = "active",
    ) -> int:
        """A set of `count` squares in a row, west to east: E05000001 "Division 1", …. Its id."""
        set_id: int = self.session.execute(
            text(
                "INSERT INTO division_set (authority_code, title, valid_from, valid_to, source, licence, attribution,"
                " approximate, status, content_sha256, recorded_at) VALUES (:authority, 'Test divisions', :valid_from,"
                " :valid_to, 'drawn for tests', 'none', 'Nobody', :approximate, :status, :content, :valid_from)"
                " RETURNING id"
            ),
            {
                "authority": AUTHORITY,
                "valid_from": valid_from,
                "valid_to": valid_to,
                "approximate": approximate,
                "content": f"test {first_code}",
                "status": status,
            },
        ).scalar_one()
        for at in range(count):
            self.session.execute(
                text("""
                WITH made AS (
                    INSERT INTO division (division_set_id, gss_code, name, members, geometry, outline_lonlat, area_m2)
                    SELECT :set_id, :code, :name, 2, ST_Multi(square), '{}', ST_Area(square)
                    FROM ST_MakeEnvelope(:west, :south, :east, :north, 27700) AS square RETURNING id, geometry)
                INSERT INTO division_piece (division_id, division_set_id, geometry)
                SELECT id, :set_id, ST_GeometryN(geometry, 1) FROM made"""),
                {
                    "set_id": set_id,
                    "code": f"E05{first_code + at:06d}",
                    "name": f"Division {first_code + at}",
                    "west": WEST + at * SIDE,
                    "south": SOUTH,
                    "east": WEST + (at + 1) * SIDE,
                    "north": SOUTH + SIDE,
                },
            )
        return set_id

    def add_place(
        self,
        name: str = "Fernhill Library",
        *,
        east_m: float = 500.0,
        north_m: float = 500.0,
        audit: bool = True,
        **facts: Any,  # noqa: ANN401 - columns of Place
    ) -> Place:
        """A place so many metres from `WEST`, `SOUTH`: listed, consented, found fit yesterday unless said otherwise.

        Its revision begins with the test's transaction; use `backdate` for a longer history.
        """
        easting, northing = WEST + east_m, SOUTH + north_m
        lon, lat = point_to_lonlat(easting, northing)
        standard: dict[str, Any] = {
            "authority_code": AUTHORITY,
            "kind": "library",
            "schemes": ["safe_place"],
            "consent_on": london_today() - timedelta(days=30),
            "membership_status": MembershipStatus.LISTED,
            "location_source": "survey",
            "location_quality_m": 5.0,
        }
        place = Place(
            name=name,
            location=f"SRID=27700;POINT({easting} {northing})",
            lon=lon,
            lat=lat,
            **(standard | facts),
        )
        self.session.add(place)
        self.session.flush()
        self.session.refresh(place)
        if audit:
            self.add_audit(place)
        return place

    def add_audit(
        self,
        place: Place,
        verdict: Verdict = Verdict.FIT,
        *,
        audited_on: date | None = None,
        valid_until: date | None = None,
        effective_at: datetime | None = None,
    ) -> Audit:
        """An audit that was signed off: yesterday at noon and valid for a year, unless said otherwise."""
        yesterday = london_today() - timedelta(days=1)
        audit = Audit(
            place_id=place.id or 0,
            audited_on=audited_on or yesterday,
            auditor="Ada Auditor",
            verdict=verdict,
            valid_until=valid_until or yesterday + timedelta(days=365),
            signed_off_by="Sam Second",
            effective_at=effective_at or datetime.combine(yesterday, time(12), LONDON).astimezone(UTC),
        )
        self.session.add(audit)
        self.session.flush()
        return audit

    def backdate(self, place: Place, recorded_at: datetime, *, version: int = 1) -> None:
        """Let a revision begin (and the one before it end) at an earlier moment, past the trigger that forbids it.

        The place's links to divisions, as they are now, begin at that moment too.
        """
        self.session.execute(text("SET LOCAL session_replication_role = replica"))
        values = {"at": recorded_at, "place": place.id, "version": version}
        self.session.execute(
            text("UPDATE place_revision SET recorded_at = :at WHERE place_id = :place AND version = :version"), values
        )
        self.session.execute(
            text("UPDATE place_revision SET superseded_at = :at WHERE place_id = :place AND version = :version - 1"),
            values,
        )
        self.session.execute(text("UPDATE place_division SET recorded_at = :at WHERE place_id = :place"), values)
        self.session.execute(
            text(
                "UPDATE row_history SET superseded_at = :at WHERE relation = 'place_division' AND key = :place"
                " AND superseded_at > :at"
            ),
            values,
        )
        self.session.execute(text("SET LOCAL session_replication_role = DEFAULT"))

    def published(self) -> set[str]:
        """References of the places that the public sees now."""
        return set(self.session.execute(text("SELECT reference FROM published_place")).scalars())

    def published_at(self, at: datetime) -> set[str]:
        """References of the places that the public saw at a moment."""
        statement = text("SELECT reference FROM published_place_as_at(:at)")
        return set(self.session.execute(statement, {"at": at}).scalars())
