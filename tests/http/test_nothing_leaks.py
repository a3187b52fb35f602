"""Nothing private or unpublished stands in any public answer, whatever the register holds (Hypothesis makes it)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.db.version import forget_version, london_today
from app.tables import Place, PlaceDivision, PlacePrivate
from app.vocabulary import MembershipStatus, Role, Verdict
from tests.register import SIDE, Register
from tests.signing_in import SignIn

pytestmark = pytest.mark.usefixtures("built_assets")

PRIVATE = "Qxprivate"
"""Begins every private fact of these registers."""
HIDDEN = "Qxhidden"
"""Begins the name of every place that may or may not be published; each has a number of its own."""
PRIVATE_FACTS = ("contact_name", "contact_role", "contact_phone", "contact_email", "notes", "consent_by")


@dataclass(frozen=True)
class Drawn:
    """A place as Hypothesis drew it: days are counted from today."""

    status: MembershipStatus
    consent: int | None
    verdict: Verdict | None
    valid_for: int
    has_private: bool
    later_withdrawn: bool


PLACES = st.builds(
    Drawn,
    status=st.sampled_from(MembershipStatus),
    consent=st.sampled_from([None, -30, 0, 1]),
    verdict=st.sampled_from([None, *Verdict]),
    valid_for=st.sampled_from([-1, 0, 1, 59, 60, 300]),
    has_private=st.booleans(),
    later_withdrawn=st.booleans(),
)


def fill(session: WriteSession, drawn: list[Drawn]) -> list[Place]:
    """Put the drawn places on the register, with markers in their private facts."""
    register = Register(session)
    set_id = register.add_divisions(2)
    division = session.execute(
        text("SELECT id FROM division WHERE division_set_id = :id ORDER BY id LIMIT 1"), {"id": set_id}
    ).scalar_one()
    today = london_today()
    places = []
    for number, each in enumerate(drawn):
        place = register.add_place(
            f"{HIDDEN}{number}x",
            audit=False,
            east_m=100.0 + 10 * number,
            membership_status=each.status,
            consent_on=None if each.consent is None else today + timedelta(days=each.consent),
            description=f"{HIDDEN}{number}x",
            town="Durham",
            postcode="DH1 1AA",
            website=f"https://example.org/{HIDDEN}{number}x",
        )
        session.add(
            PlaceDivision(
                place_id=place.id or 0,
                division_id=division,
                division_set_id=set_id,
                basis="covers",
                is_assigned=True,
                distance_m=50.0,
            )
        )
        if each.verdict:
            register.add_audit(
                place,
                each.verdict,
                audited_on=today - timedelta(days=400),
                valid_until=today + timedelta(days=each.valid_for),
            )
        if each.has_private:
            facts = {name: f"{PRIVATE}{name}" for name in PRIVATE_FACTS}
            session.add(PlacePrivate(place_id=place.id or 0, **facts))
        if each.later_withdrawn and each.status is MembershipStatus.LISTED:
            place.membership_status = MembershipStatus.WITHDRAWN
            session.add(place)
        session.flush()
        places.append(place)
    return places


def addresses(references: list[str]) -> Iterator[str]:
    """Every public answer in which a place could stand: JSON, GeoJSON, CSV, HTML, the map, errors, the past."""
    lists = "/api/v1/places"
    box = "bbox=-1.7,54.7,-1.4,54.9"
    for query in (
        "", "?f=geojson", "?f=csv", f"?{box}", "?near=-1.57,54.78", "?near=-1.57,54.78&radius_m=5000",
        f"?text={HIDDEN}", f"?text={PRIVATE}", f"?text={PRIVATE}contact_name", "?text=Durham&f=csv",
        "?text=example.org",
        "?division=E05000001", "?division=E05000001&f=geojson", "?kind=library", "?scheme=safe_place",
        "?limit=1", f"?{box}&limit=1",
        f"?as_at={london_today():%Y-%m-%d}", "?sort=notes", f"?contact_name={PRIVATE}",
    ):  # fmt: skip
        yield f"{lists}{query}"
    yield from (
        "/api/v1/divisions", "/api/v1/divisions/E05000001", "/api/v1/divisions/E05000001/places", "/divisions",
        "/divisions/E05000001", "/", f"/?q={HIDDEN}", f"/?q={PRIVATE}", "/?q=Durham", "/?near=-1.57,54.78",
        "/map/places.geojson", "/map/divisions.geojson", "/about", "/about/data", "/problems", "/api", "/health/ready",
    )  # fmt: skip
    for reference in references:
        yield f"{lists}/{reference}"
        yield f"{lists}/{reference}?f=geojson"
        yield f"/places/{reference}"


@given(drawn=st.lists(PLACES, min_size=2, max_size=5))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_private_and_nothing_unpublished_is_in_any_public_answer(
    client: TestClient, session: WriteSession, drawn: list[Drawn]
) -> None:
    """Each example is made and taken back in a savepoint; the pages are asked as the public, as the web's role."""
    with session.connection().begin_nested() as savepoint:
        places = fill(session, drawn)
        references = [place.reference for place in places]
        published = {
            row.reference: row.name for row in session.execute(text("SELECT reference, name FROM published_place"))
        }
        hidden = {place.name for place in places} - set(published.values())
        # The register's number goes on from example to example, so that nothing kept of another one answers.
        session.execute(text("UPDATE register_version SET version = :n"), {"n": next(_numbers)})
        forget_version(client.app.state.engine)  # type: ignore[attr-defined]  # TestClient hides FastAPI
        shown: set[str] = set()
        for address in addresses(references):
            accept = "text/html" if not address.startswith(("/api", "/map", "/health")) else "*/*"
            answer = client.get(address, headers={"Accept": accept}, follow_redirects=True)
            said = answer.text.replace(address.split("?")[-1], "") if PRIVATE in address else answer.text
            assert f"{PRIVATE}contact_" not in said, address
            assert f"{PRIVATE}notes" not in said, address
            assert f"{PRIVATE}consent" not in said, address
            for name in hidden:
                assert name not in answer.text, (address, name)
            shown |= {name for name in published.values() if name in answer.text}
        assert shown == set(published.values())
        counts = client.get("/api/v1/divisions").json()
        first = next(each for each in counts["divisions"] if each["gss_code"] == "E05000001")
        assert first["places"] == len(published)
        savepoint.rollback()
    session.expunge_all()


_numbers = iter(range(1_000_000, 2_000_000))


def test_councillors_see_their_divisions_and_nothing_private(sign_in: SignIn, session: WriteSession) -> None:
    """Not in lists, pages, CSV, search, orders or counts: whether a contact is called so cannot be asked, either."""
    register = Register(session)
    set_id = register.add_divisions(2)
    divisions = list(
        session.execute(
            text("SELECT id FROM division WHERE division_set_id = :id ORDER BY id"), {"id": set_id}
        ).scalars()
    )
    for number, division in enumerate(divisions):
        place = register.add_place(f"{HIDDEN}{number}x", membership_status="proposed", east_m=100 + number * SIDE)
        session.add(
            PlaceDivision(
                place_id=place.id or 0,
                division_id=division,
                division_set_id=set_id,
                basis="covers",
                is_assigned=True,
                distance_m=50.0,
            )
        )
        facts = {name: f"{PRIVATE}{name}" for name in PRIVATE_FACTS}
        session.add(PlacePrivate(place_id=place.id or 0, **facts))
    councillor_id = session.execute(
        text("INSERT INTO councillor (authority_code, name) VALUES ('E06000047', 'Alex Example') RETURNING id")
    ).scalar_one()
    session.execute(
        text(
            "INSERT INTO term_of_office (councillor_id, division_id, seat, starts_on)"
            " VALUES (:councillor, :division, 1, current_date - 10)"
        ),
        {"councillor": councillor_id, "division": divisions[0]},
    )
    session.flush()
    person = sign_in(Role.COUNCILLOR, councillor_id=councillor_id)
    own, other = session.execute(text("SELECT reference FROM place ORDER BY id")).scalars()
    for address in (
        "/office/places", f"/office/places?q={HIDDEN}", "/office/places.csv", f"/office/places/{own}",
        "/office/places?sort=reference", f"/office/places?division={'E05000002'}",
    ):  # fmt: skip
        answer = person.client.get(address)
        assert answer.status_code == 200, address
        assert PRIVATE not in answer.text, address
        assert f"{HIDDEN}1x" not in answer.text, address
    assert f"{HIDDEN}0x" in person.client.get("/office/places").text
    assert f"{HIDDEN}0x" in person.client.get("/office/places.csv").text
    assert person.client.get(f"/office/places/{other}").status_code == 404
    guessed = person.client.get(f"/office/places?q={PRIVATE}contact_name").text
    assert f"{HIDDEN}0x" not in guessed
    officer = sign_in(Role.OFFICER)
    assert f"{HIDDEN}0x" in officer.client.get(f"/office/places?q={PRIVATE}contact_name").text
    assert f"{PRIVATE}notes" in officer.client.get(f"/office/places/{own}").text
