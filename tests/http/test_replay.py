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
from app.tables import Councillor, Division, Place, PlaceChange, PlaceMerge, TermOfOffice
from app.vocabulary import MEMBERSHIP_TRANSITIONS, MembershipStatus, Role, Verdict
from geo.crs import point_to_lonlat
from scripts.local.postgis import Cluster
from tests.conftest import clone, settings_for
from tests.register import AUTHORITY, SIDE, SOUTH, WEST, Register
from tests.signing_in import add_account, add_key

POINTS = [point_to_lonlat(WEST + east, SOUTH + 700.0) for east in (300.0, 2_500.0, 4_400.0)]
STEPS = (
    *("add", "move", "rename", "status", "audit", "decide", "boundaries", "councillor", "term"),
    *("merge", "propose", "settle", "consent", "contact"),
)
LISTS = (
    *("sort=name", "sort=reference&direction=desc", "sort=valid_until", "sort=updated&direction=desc", "limit=1"),
    *("status=proposed,suspended", "status=withdrawn", "assurance=due,lapsed,unassessed", "within_days=60"),
    *("valid_before=2027-06-01", "division=E05000001", "division=E05000012&sort=town", "flag=near_boundary"),
    *("flag=no_consent", "flag=unassessed", "flag=change_waiting", "q=place", "q=renmaed", "q=SP-0001&sort=status"),
)
"""What lists of the register are narrowed to and ordered by."""


@dataclass
class History:
    """A register that lives through random changes; `seen` is what was read after each of them."""

    engine: Engine
    client: TestClient
    chance: Random
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sets: list[int] = field(default_factory=list)
    key: str = ""

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
            self.key = add_key(session, add_account(session, Role.OFFICER), "places:read-all")
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
        addresses += [f"/api/v1/register/places/{reference}?" for reference in references]
        addresses += [f"/api/v1/register/places?{asked}" for asked in LISTS]
        addresses += [f"/api/v1/divisions/at?lon={lon}&lat={lat}" for lon, lat in POINTS]
        for code in codes:
            addresses += [f"/api/v1/divisions/{code}{what}" for what in ("?f=json", "/places?f=json", "/councillors?")]
        return addresses

    def read(self, addresses: Iterable[str], asked: dict[str, str]) -> dict[str, Any]:
        """What these addresses answer, without what only says how it was asked for."""
        asking = urlencode(asked)
        found = {}
        for address in addresses:
            key = {"Authorization": f"Bearer {self.key}"} if "/register/" in address else {}
            answer = self.client.get(f"{address}&{asking}".replace("?&", "?"), headers=key)
            assert answer.status_code in ({200} if "/register/places?" in address else {200, 404, 410}), answer.text
            found[address] = {"status": answer.status_code, "body": _without_question(answer.json())}
        return found

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

    def _consent(self, session: WriteSession) -> None:
        place = self.pick(session, Place)
        place.consent_on = self.chance.choice([None, london_today(), london_today() - timedelta(days=30)])

    def _contact(self, session: WriteSession) -> None:
        """Which is no part of the past, and whose change is none of the place's."""
        session.connection().execute(
            text(
                "INSERT INTO place_private (place_id, contact_name) VALUES (:id, :name)"
                " ON CONFLICT (place_id) DO UPDATE SET contact_name = :name"
            ),
            {"id": self.pick(session, Place).id, "name": f"Contact {self.chance.randrange(1000)}"},
        )

    def _merge(self, session: WriteSession) -> None:
        """Two places become one, where there are two that can."""
        places = list(session.exec(select(Place).where(col(Place.membership_status) != "withdrawn")).all())
        if len(places) < 2:
            return
        place, into = self.chance.sample(places, 2)
        place.membership_status = MembershipStatus.WITHDRAWN
        session.add(
            PlaceMerge(place_id=place.id or 0, into_place_id=into.id or 0, merged_by="account:1", reason="The same")
        )

    def _propose(self, session: WriteSession) -> None:
        waiting = set(session.exec(select(PlaceChange.place_id).where(col(PlaceChange.decision).is_(None))).all())
        place = self.pick(session, Place)
        if place.id not in waiting:
            session.add(
                PlaceChange(
                    place_id=place.id,
                    authority_code=AUTHORITY,
                    base_version=place.version,
                    facts={},
                    proposed_by="account:1",
                )
            )

    def _settle(self, session: WriteSession) -> None:
        change = session.exec(select(PlaceChange).where(col(PlaceChange.decision).is_(None))).first()
        if change:
            change.decision, change.decided_by = self.chance.choice(["approved", "refused"]), "account:2"
            change.decided_at = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()


def _without_question(answer: Any) -> Any:  # noqa: ANN401  # JSON of any shape
    """An answer without what differs by how it was asked, and without contacts, which the past does not keep."""
    if isinstance(answer, dict):
        left_out = {"as_at", "next", "email", "phone", "detail", "errors"}
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
