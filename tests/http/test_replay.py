"""The register at any moment reads as it read then: random histories, replayed by `as_at`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text
from sqlmodel import col, select

from app.db.sessions import WriteSession
from app.db.version import forget_version, london_today
from app.divisions.rules import assign_places
from app.divisions.sets import activate_set, retire_set
from app.main import create_app
from app.tables import Councillor, Division, Place, TermOfOffice
from app.vocabulary import MEMBERSHIP_TRANSITIONS, MembershipStatus, Verdict
from geo.crs import point_to_lonlat
from scripts.local.postgis import Cluster
from tests.conftest import clone, settings_for
from tests.register import AUTHORITY, SIDE, SOUTH, WEST, Register

POINTS = [point_to_lonlat(WEST + east, SOUTH + 700.0) for east in (300.0, 2_500.0, 4_400.0)]
STEPS = ("add", "move", "rename", "status", "audit", "decide", "boundaries", "councillor", "term")


@dataclass
class History:
    """A register that lives through random changes; `seen` is what was read after each of them."""

    engine: Engine
    client: TestClient
    chance: Random
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sets: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Two divisions with a councillor, and another set of three that is not active yet."""
        with WriteSession(self.engine) as session, session.begin():
            register = Register(session)
            begun = date(2020, 1, 1)
            self.sets = [
                register.add_divisions(2, valid_from=begun),
                register.add_divisions(3, first_code=11, status="loaded"),
            ]
            session.connection().execute(text("UPDATE division_set SET recorded_at = statement_timestamp()"))
            register.add_place("First")
            session.add(Councillor(authority_code=AUTHORITY, name="Ada Archer", email="ada@example.org"))
        self.change(lambda session: assign_places(session, [self.pick(session, Place).id or 0]))

    def pick(self, session: WriteSession, table: type[Any]) -> Any:  # noqa: ANN401  # any table's row
        """A row at random."""
        return self.chance.choice(session.exec(select(table).order_by(col(table.id))).all())

    def change(self, act: Callable[[WriteSession], object]) -> None:
        """Make a change, commit it, and write down what anybody reads then."""
        with WriteSession(self.engine) as session, session.begin():
            act(session)
        with self.engine.connect() as connection:
            now = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        forget_version(self.client.app.state.engine)  # type: ignore[attr-defined]  # TestClient knows any application
        self.seen.append((now.isoformat(), self.read(self.list_addresses(), {})))

    def list_addresses(self) -> list[str]:
        """All that `as_at` replays, for every place and division that there is."""
        with self.engine.connect() as connection:
            references = connection.execute(text("SELECT reference FROM place ORDER BY id")).scalars().all()
            codes = connection.execute(text("SELECT gss_code FROM division ORDER BY 1")).scalars().all()
        addresses = ["/api/v1/places?f=json", "/api/v1/divisions?f=json"]
        addresses += [f"/api/v1/places/{reference}?f=json" for reference in references]
        addresses += [f"/api/v1/divisions/at?lon={lon}&lat={lat}" for lon, lat in POINTS]
        for code in codes:
            addresses += [f"/api/v1/divisions/{code}{what}" for what in ("?f=json", "/places?f=json", "/councillors?")]
        return addresses

    def read(self, addresses: Iterable[str], asked: dict[str, str]) -> dict[str, Any]:
        """What these addresses answer, without what only says how it was asked for."""
        asking = urlencode(asked)
        return {address: _without_question(self.client.get(f"{address}&{asking}").json()) for address in addresses}

    def step(self, name: str) -> None:
        """One random change."""
        self.change(getattr(self, f"_{name}"))

    def _add(self, session: WriteSession) -> None:
        register = Register.__new__(Register)
        register.session = session
        place = register.add_place(
            f"Place {self.chance.randrange(1000)}",
            east_m=self.chance.uniform(0, 3 * SIDE),
            north_m=self.chance.uniform(0, SIDE),
        )
        assign_places(session, [place.id or 0])

    def _move(self, session: WriteSession) -> None:
        place = self.pick(session, Place)
        easting, northing = WEST + self.chance.uniform(0, 3 * SIDE), SOUTH + self.chance.uniform(0, SIDE)
        place.location = f"SRID=27700;POINT({easting} {northing})"
        place.lon, place.lat = point_to_lonlat(easting, northing)
        assign_places(session, [place.id])

    def _rename(self, session: WriteSession) -> None:
        self.pick(session, Place).name = f"Renamed {self.chance.randrange(1000)}"

    def _status(self, session: WriteSession) -> None:
        place = self.pick(session, Place)
        allowed = sorted(MEMBERSHIP_TRANSITIONS[MembershipStatus(place.membership_status)])
        if allowed:
            place.membership_status = self.chance.choice(allowed)

    def _audit(self, session: WriteSession) -> None:
        register = Register.__new__(Register)
        register.session = session
        now = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
        register.add_audit(
            self.pick(session, Place),
            self.chance.choice(list(Verdict)),
            audited_on=london_today() - timedelta(days=400),
            valid_until=london_today() + timedelta(days=self.chance.choice([-1, 0, 30, 300])),
            effective_at=now,
        )

    def _decide(self, session: WriteSession) -> None:
        session.connection().execute(
            text(
                "UPDATE place_division SET basis = 'decided', decided_by = 'account:1', decided_at = clock_timestamp()"
                " WHERE is_assigned AND place_id = :place"
            ),
            {"place": self.pick(session, Place).id},
        )

    def _boundaries(self, session: WriteSession) -> None:
        active, other = self.sets
        retire_set(session, active)
        activate_set(session, other)
        self.sets = [other, active]

    def _councillor(self, session: WriteSession) -> None:
        self.pick(session, Councillor).name = f"Councillor {self.chance.randrange(1000)}"

    def _term(self, session: WriteSession) -> None:
        running = session.exec(select(TermOfOffice).where(col(TermOfOffice.ends_on).is_(None))).first()
        if running and self.chance.random() < 0.5:
            session.delete(running)
        elif running:
            running.seat = 3 - running.seat
        else:
            session.add(
                TermOfOffice(
                    councillor_id=self.pick(session, Councillor).id,
                    division_id=self.pick(session, Division).id,
                    seat=self.chance.choice([1, 2]),
                    starts_on=date(2024, 5, 2),
                )
            )


def _without_question(answer: Any) -> Any:  # noqa: ANN401  # JSON of any shape
    """An answer without what differs by how it was asked, and without contacts, which the past does not keep."""
    if isinstance(answer, dict):
        # Of a place that has gone, the nearest others are told from where it stands now: help, no fact.
        left_out = {"as_at", "next", "email", "phone", "detail", "errors", "nearest"}
        return {name: _without_question(value) for name, value in answer.items() if name not in left_out}
    return [_without_question(one) for one in answer] if isinstance(answer, list) else answer


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=9), seed=st.integers(0, 10_000))
def test_every_moment_reads_as_it_read_then(cluster: Cluster, template: str, steps: list[str], seed: int) -> None:
    with clone(cluster, template) as url:
        engine = create_engine(url)
        with TestClient(create_app(settings_for(url))) as client:
            history = History(engine, client, Random(seed))  # noqa: S311  # a random history, not a secret
            history.begin()
            for step in steps:
                history.step(step)
            for moment, read in history.seen:
                assert history.read(read, {"as_at": moment}) == read
        engine.dispose()
