"""Divisions over HTTP: what is answered, and how every wrong question is."""

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from geojson_pydantic import Feature, FeatureCollection
from httpx2 import Response
from sqlalchemy import text

from app.db.sessions import WriteSession
from app.db.version import forget_version
from app.divisions import sets
from app.divisions.schemas import DivisionAt
from geo.crs import point_to_lonlat
from tests.register import AUTHORITY, SIDE, SOUTH, WEST, Register
from tests.rules.boundary_files import description, file_of, square

IN_FIRST = (WEST + 500, SOUTH + 700)
POSTCODE = "DH1 1AB"


@pytest.fixture
def register(session: WriteSession) -> Register:
    """Two squares in force until 1 May 2025, three places, one postcode."""
    register = Register(session)
    file = file_of({"E05009001": square(0), "E05009002": square(1)})
    old = description(valid_from=date(2013, 5, 2), valid_to=date(2025, 5, 1), approximate=True)
    stored = sets.load_set(session, file, old).division_set
    register.add_place("In the first", east_m=500)
    register.add_place("Also there", east_m=600)
    register.add_place("Not public", east_m=700, audit=False)
    session.execute(
        text("""INSERT INTO postcode_unit (postcode, easting, northing, location, quality, division_code, source)
                VALUES (:postcode, :e, :n, ST_SetSRID(ST_MakePoint(:e, :n), 27700), 10, 'E05009002', 'a test')"""),
        {"postcode": POSTCODE, "e": IN_FIRST[0], "n": IN_FIRST[1]},
    )
    assert stored.id is not None
    sets.activate_set(session, stored.id)
    return register


@pytest.fixture
def api(register: Register, client: TestClient) -> TestClient:
    """A client over that register."""
    assert register
    return client


def problem(answer: Response, status: int) -> dict[str, Any]:
    """The problem document: always with a way out, never kept."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    said: dict[str, Any] = answer.json()
    assert said["detail"]
    return said


# All


def test_all_divisions_with_counts_of_what_is_public(api: TestClient) -> None:
    answer = api.get("/api/v1/divisions")
    assert answer.status_code == 200
    body = answer.json()
    assert body["count"] == 2
    assert [(one["gss_code"], one["places"], one["members"]) for one in body["divisions"]] == [
        ("E05009001", 2, 2),
        ("E05009002", 0, 2),
    ]
    (boundaries,) = body["boundaries"]
    assert boundaries["in_force"] is False
    assert boundaries["notice"] == (
        "These boundaries were in force until 1 May 2025. They are approximate, not the official lines."
    )


def test_geojson_is_geojson(api: TestClient) -> None:
    answer = api.get("/api/v1/divisions", headers={"Accept": "application/geo+json"})
    assert answer.headers["content-type"] == "application/geo+json"
    collection = FeatureCollection[Feature[Any, Any]].model_validate(answer.json())
    assert [feature.id for feature in collection.features] == ["E05009001", "E05009002"]
    west = min(lon for lon, _ in answer.json()["features"][0]["geometry"]["coordinates"][0][0])
    assert west == pytest.approx(point_to_lonlat(WEST, SOUTH)[0], abs=0.001)


def test_csv_reads_as_csv(api: TestClient) -> None:
    answer = api.get("/api/v1/divisions?f=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["gss_code"], row["places"], row["valid_to"], row["approximate"]) for row in rows] == [
        ("E05009001", "2", "2025-05-01", "yes"),
        ("E05009002", "0", "2025-05-01", "yes"),
    ]


def test_divisions_are_narrowed(api: TestClient) -> None:
    assert api.get("/api/v1/divisions?q=DIVISION+2").json()["count"] == 1
    assert api.get("/api/v1/divisions?q=nowhere").json()["divisions"] == []
    assert api.get(f"/api/v1/divisions?authority={AUTHORITY}&as_at=2020-01-01").json()["boundaries"][0]["in_force"]
    problem(api.get("/api/v1/divisions?authority=E06000001"), 404)


def test_unchanged_divisions_are_not_sent_again(api: TestClient, session: WriteSession) -> None:
    first = api.get("/api/v1/divisions?f=geojson")
    again = api.get("/api/v1/divisions?f=geojson", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get("/api/v1/divisions?f=csv").headers["etag"] != first.headers["etag"]
    assert session
    assert api.head("/api/v1/divisions").status_code == 200


# One


def test_one_division(api: TestClient) -> None:
    body = api.get("/api/v1/divisions/e05009001").json()
    assert (body["gss_code"], body["places"], body["area_m2"]) == ("E05009001", 2, SIDE * SIDE)
    assert body["boundaries"]["title"] == "Test divisions"
    feature = api.get("/api/v1/divisions/E05009001?f=geojson").json()
    assert feature["id"] == "E05009001"
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["properties"]["boundaries"]["notice"]


def test_a_code_that_is_none(api: TestClient) -> None:
    said = problem(api.get("/api/v1/divisions/E05999999"), 404)
    assert "See the list of divisions" in said["detail"]
    assert "no format" in problem(api.get("/api/v1/divisions/E05009001?f=csv"), 422)["detail"]


# At


def at(api: TestClient, easting: float, northing: float, **parameters: str) -> Response:
    lon, lat = point_to_lonlat(easting, northing)
    return api.get("/api/v1/divisions/at", params={"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"} | parameters)


def test_the_division_at_a_position(api: TestClient) -> None:
    answer = at(api, *IN_FIRST)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["division"] == {
        "gss_code": "E05009001",
        "name": "Division 1",
        "members": 2,
        "authority_code": AUTHORITY,
    }
    assert DivisionAt.model_validate(body, extra="forbid").model_dump(mode="json") == body
    assert body["distance_to_boundary_m"] == pytest.approx(500, abs=0.2)
    assert body["position"]["easting"] == pytest.approx(IN_FIRST[0], abs=0.02)
    assert (body["postcode"], body["official_division_code"], body["postcode_disagrees"]) == (None, None, False)
    assert body["boundaries"]["notice"].startswith("These boundaries were in force until 1 May 2025.")
    assert at(api, *IN_FIRST, as_at="2024-01-01").json()["boundaries"]["in_force"] is True


def test_the_division_at_a_postcode(api: TestClient) -> None:
    body = api.get("/api/v1/divisions/at?postcode=dh11ab").json()
    assert body["division"]["gss_code"] == "E05009001"
    assert (body["postcode"], body["official_division_code"], body["postcode_disagrees"]) == (
        POSTCODE,
        "E05009002",
        True,
    )


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 422, "no position and no postcode"),
        ("lon=-1.57", 422, "has no lat"),
        ("lat=54.7", 422, "has no lon"),
        ("lon=nan&lat=54.7", 422, "finite"),
        ("lon=-1.5&lat=inf", 422, "finite"),
        ("lon=54.7761&lat=-1.5757", 422, "try longitude -1.5757 and latitude 54.7761"),
        ("lon=-181&lat=54", 422, "not on the globe"),
        ("lon=427000&lat=543000", 422, "Eastings and northings"),
        ("lon=2.35&lat=48.85", 422, "outside Great Britain"),
        ("lon=-1.5&lat=1e999", 422, "finite"),
        ("lon=abc&lat=54.7", 422, "lon is not a finite number"),
        ("lon=1,5&lat=54.7", 422, "decimal degrees with a point"),
        ("lon=-3.19&lat=55.95", 404, "The register holds those of: Testshire"),
        ("lon=-1.5&lat=54.7&postcode=DH1+1AB", 422, "both a position and a postcode"),
        ("postcode=", 422, "No postcode was given"),
        ("postcode=DH1", 422, "first half"),
        ("postcode=DH1+IAB", 422, "Did you mean DH1 1AB?"),
        ("postcode=hello", 422, "not a postcode"),
        ("postcode=" + "D" * 300, 422, "too long"),
        ("postcode=DH1+1ZZ", 404, "does not hold this postcode"),
        ("postcode=BT1+1AA", 404, "Northern Ireland"),
        ("lon=-1.5&lat=54.7&as_at=1066-10-14", 422, "1974-04-01"),
        ("lon=-1.5&lat=54.7&as_at=2025-02-30", 422, "as_at"),
        ("longitude=-1.5&lat=54.7", 422, "There is no parameter 'longitude' here"),
    ],
)
def test_wrong_questions_are_told_what_to_do(api: TestClient, query: str, status: int, says: str) -> None:
    assert says in problem(api.get(f"/api/v1/divisions/at?{query}"), status)["detail"]


def test_a_new_set_answers_at_once(api: TestClient, session: WriteSession) -> None:
    assert at(api, *IN_FIRST).json()["division"]["gss_code"] == "E05009001"
    stored = sets.load_set(session, file_of({"E05016001": square(0)}), description()).division_set
    assert stored.id is not None
    sets.activate_set(session, stored.id)
    forget_version(api.app.state.engine)  # type: ignore[attr-defined]  # TestClient knows no state; it stands for a second
    body = at(api, *IN_FIRST).json()
    assert (body["division"]["gss_code"], body["boundaries"]["notice"]) == ("E05016001", None)


# Many


def look_up(api: TestClient, **body: Any) -> Response:  # noqa: ANN401  # right and wrong bodies
    return api.post("/api/v1/divisions/lookup", json=body)


def test_a_body_that_cannot_be_read_is_said_to_be_one(api: TestClient) -> None:
    answer = api.post(
        "/api/v1/divisions/lookup", content=b'{"as_at": "\xe9"}', headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["detail"] == (
        "The request's body cannot be read. Send it as its Content-Type says, text in UTF-8."
    )
    assert look_up(api, points=[[-1.5757, 54.7761]], postcodes=None).status_code == 200


def test_positions_are_answered_in_order_each_with_a_result_or_a_fault(api: TestClient) -> None:
    first, second, outside = ([*point_to_lonlat(WEST + x, SOUTH + 700)] for x in (500, SIDE + 500, 3 * SIDE))
    points: list[Any] = [second, first, outside, [54.7, -1.5], [2.35, 48.85], "x", [1], [True, 54], [10**400, 1], None]
    body = look_up(api, points=points).json()
    codes = [one["division"] and one["division"]["gss_code"] for one in body["results"]]
    assert codes == ["E05009002", "E05009001"] + [None] * 8
    assert body["found"] == 2
    faults = [one["fault"] and one["fault"]["what"] for one in body["results"]]
    assert faults[:2] == [None, None]
    assert [words in fault for words, fault in zip(["covers", "swapped", "outside"], faults[2:5], strict=True)] == [
        True
    ] * 3
    assert faults[5:8] == ["This is not a position."] * 3
    assert faults[8] == "A number is too large."
    assert all(one["fault"]["remedy"] for one in body["results"][2:])
    assert body["boundaries"][0]["notice"]


def test_postcodes_are_answered_in_order(api: TestClient) -> None:
    body = look_up(api, postcodes=["DH1 1ZZ", "dh1 1ab", "DH1", 7, POSTCODE], as_at="2020-01-01").json()
    assert [bool(one["division"]) for one in body["results"]] == [False, True, False, False, True]
    assert "does not hold" in body["results"][0]["fault"]["what"]
    assert "first half" in body["results"][2]["fault"]["what"]
    assert body["boundaries"][0]["in_force"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "points or postcodes"),
        ({"points": [], "postcodes": []}, "not both"),
        ({"points": [[0, 0]] * 10_001}, "10001 items, more than 10000"),
        ({"points": "x"}, "points"),
        ({"point": []}, "point"),
        ({"points": [], "as_at": "yesterday"}, "as_at"),
        ({"points": [], "as_at": "1900-01-01"}, "1974-04-01"),
    ],
)
def test_wrong_bodies(api: TestClient, body: dict[str, Any], says: str) -> None:
    assert says in json.dumps(problem(look_up(api, **body), 422))


def test_not_a_number_in_json(api: TestClient) -> None:
    answer = api.post(
        "/api/v1/divisions/lookup",
        content='{"points": [[NaN, 54.7], [-1.5, 1e999]]}',
        headers={"Content-Type": "application/json"},
    )
    assert [one["fault"]["what"] for one in answer.json()["results"]] == [
        "Longitude and latitude must be finite numbers."
    ] * 2


def test_ten_thousand_at_once(api: TestClient) -> None:
    lon, lat = point_to_lonlat(*IN_FIRST)
    body = look_up(api, points=[[lon, lat]] * 10_000).json()
    assert body["found"] == len(body["results"]) == 10_000


# Postcodes


def test_a_postcode(api: TestClient) -> None:
    answer = api.get("/api/v1/postcodes/dh11ab")
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["postcode"], body["easting"], body["northing"]) == (POSTCODE, *IN_FIRST)
    assert (body["lon"], body["lat"]) == pytest.approx(point_to_lonlat(*IN_FIRST), abs=1e-7)
    assert problem(api.get("/api/v1/postcodes/DH11ZZ"), 404)["errors"][0]["field"] == "postcode"
    assert "first half" in problem(api.get("/api/v1/postcodes/DH1"), 422)["detail"]
    assert POSTCODE[:3] not in api.get("/api/v1/postcodes/DH11ZZ").text


def test_an_empty_register_says_so(client: TestClient) -> None:
    assert client.get("/api/v1/divisions").json() == {"count": 0, "divisions": [], "boundaries": []}
    said = problem(client.get("/api/v1/divisions/at?lon=-1.57&lat=54.77"), 404)
    assert "no authority yet" in said["detail"]
