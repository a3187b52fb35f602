"""Every bad value of the places API: a clear 4xx that names the parameter and says what to do."""

import pytest
from fastapi.testclient import TestClient

from app.db.sessions import WriteSession
from tests.register import Register

PLACES = "/api/v1/places"

REFUSED = [
    ("bbox=1,2,3", "bbox"),
    ("bbox=a,b,c,d", "bbox"),
    ("bbox=nan,54,-1,55", "bbox"),
    ("bbox=-inf,54,inf,55", "bbox"),
    ("bbox=54.7,-1.6,54.8,-1.5", "bbox"),
    ("bbox=-1.5,54.7,-1.6,54.8", "bbox"),
    ("bbox=-200,54,-1,55", "bbox"),
    ("bbox=", "bbox"),
    ("near=nan,54.7", "near"),
    ("near=inf,54.7", "near"),
    ("near=1e999,54.7", "near"),
    ("near=54.7,-1.57", "near"),
    ("near=-1.57", "near"),
    ("near=-1.57;54.7", "near"),
    ("near=427350,542450", "near"),
    ("near=2.35,48.85", "near"),
    ("near=-1.57,54.7&postcode=DH1 1RH", "postcode"),
    ("near=-1.57,54.7&radius_m=0", "radius_m"),
    ("near=-1.57,54.7&radius_m=-5", "radius_m"),
    ("near=-1.57,54.7&radius_m=nan", "radius_m"),
    ("near=-1.57,54.7&radius_m=inf", "radius_m"),
    ("near=-1.57,54.7&radius_m=1e7", "radius_m"),
    ("near=-1.57,54.7&radius_m=far", "radius_m"),
    ("radius_m=500", "radius_m"),
    ("postcode=XX1", "postcode"),
    ("postcode=not a postcode at all", "postcode"),
    ("open_at=tomorrow", "open_at"),
    ("open_at=2026-11-27", "open_at"),
    ("open_at=2026-02-30T10:00", "open_at"),
    ("open_at=2126-11-27T10:00", "open_at"),
    ("as_at=2999-01-01", "as_at"),
    ("as_at=1066-10-14", "as_at"),
    ("as_at=01/11/2026", "as_at"),
    ("scheme=castle", "scheme"),
    ("kind=castle", "kind"),
    ("kind=library,castle", "kind"),
    ("accessibility=wheelchair", "accessibility"),
    ("q=a", "q"),
    ("q=%00%00", "q"),
    (f"q={'long ' * 60}", "q"),
    ("language=%00", "language"),
    ("language=", "language"),
    ("limit=0", "limit"),
    ("limit=1001", "limit"),
    ("limit=ten", "limit"),
    ("cursor=abc", "cursor"),
    ("cursor=W10", "cursor"),
    ("cursor=WzEsMl0", "cursor"),
    ("near=-1.57,54.7&cursor=WzFd", "cursor"),
    ("f=kml", "f"),
    ("f=", "f"),
    ("colour=red", "colour"),
    ("BBOX=1,2,3,4", "BBOX"),
]


@pytest.mark.parametrize(("query", "field"), REFUSED, ids=[query[:40] for query, _ in REFUSED])
def test_refused_with_the_parameter_and_a_remedy(client: TestClient, query: str, field: str) -> None:
    answer = client.get(f"{PLACES}?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == 422
    assert field in [fault["field"] for fault in problem["errors"]]
    assert len(problem["detail"]) > 20


def test_an_unknown_parameter_is_told_the_known_ones(client: TestClient) -> None:
    detail = client.get(f"{PLACES}?colour=red").json()["detail"]
    assert "colour" in detail
    for known in ("bbox", "near", "open_at", "cursor"):
        assert known in detail


@pytest.mark.parametrize(
    ("path", "part"),
    [
        (f"{PLACES}?division=E05999999", "E05999999"),
        (f"{PLACES}?postcode=DH1 9ZZ", "postcode"),
        ("/api/v1/divisions/E05999999/places", "E05999999"),
        ("/api/v1/divisions/nonsense/places", "nonsense"),
        (f"{PLACES}/SP-999999", "SP-999999"),
        (f"{PLACES}/library", "library"),
        (f"{PLACES}/%00", "no place"),
        (f"{PLACES}?division=%00", "no electoral division"),
    ],
)
def test_what_is_not_held(client: TestClient, register: Register, path: str, part: str) -> None:
    assert register
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert part in answer.json()["detail"]


@pytest.fixture
def register(session: WriteSession) -> Register:
    register = Register(session)
    register.add_divisions()
    return register


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_reads_only(client: TestClient, method: str) -> None:
    assert client.request(method, PLACES).status_code == 405


def test_places_are_added_with_a_key_only(client: TestClient) -> None:
    assert client.post(PLACES, json={"name": "Nobody's"}).status_code == 401


def test_values_at_the_edge_of_what_is_allowed(client: TestClient) -> None:
    for query in (
        "limit=1",
        "limit=1000",
        "bbox=-180,-90,180,90",
        "bbox=-1.57,54.7,-1.57,54.7",
        "near=-1.57,54.7&radius_m=200000",
        "accessibility=bsl&accessibility=hearing_loop,quiet_space",
        "scheme=safe_place,safe_haven&kind=library&language=Polish",
        "open_at=now",
        "open_at=2026-11-27T18:30%2B01:00",
        "as_at=1974-04-01",
        "q=of the",
        "q=100%25 _ \\ ' \"",
    ):
        assert client.get(f"{PLACES}?{query}").status_code == 200, query
