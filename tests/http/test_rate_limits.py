"""Limits by address and by key: what is counted, for whom, and what is never refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st

from app.http.client_address import client_of, household_of, parse_networks
from app.http.rate_limits import BULK, LIMITS, LINKS, SEARCH, SIGN_IN, UNKNOWN_KEY, RateLimits, limit_of
from app.main import create_app
from app.settings import Settings
from app.vocabulary import Role
from tests.accounts import HTML, House, open_house
from tests.minutes import early_in_a_minute
from tests.signing_in import add_account, add_key

SCALE = 0.02
"""A fiftieth of the usual limits: 6 searches in a minute."""
JSON = {"accept": "application/json"}
HERE = "192.0.2.10"


@pytest.fixture(scope="module")
def strict_app(sample_database_url: str, built_assets: Path) -> Iterator[FastAPI]:  # noqa: ARG001 - pages name built files
    """The service over the sample data with small limits."""
    app = create_app(Settings.model_validate({"DATABASE_URL": sample_database_url, "rate_limit_scale": SCALE}))
    yield app
    app.state.engine.dispose()


@pytest.fixture
def app(strict_app: FastAPI) -> FastAPI:
    """The same, with nothing counted yet."""
    early_in_a_minute()
    strict_app.state.rate_limits = RateLimits(SCALE)
    return strict_app


def at(app: FastAPI, address: str = HERE) -> TestClient:
    """A browser at an address."""
    return TestClient(
        app, base_url="https://testserver", headers=dict(HTML), client=(address, 50_000), follow_redirects=False
    )


def search(client: TestClient) -> Response:
    return client.post("/", data={"where": "DH1 1AA"})


def exhaust(client: TestClient) -> Response:
    """Search until it is too much; the refusal."""
    for _ in range(6):
        assert search(client).status_code != 429
    return search(client)


def test_beyond_the_limit_the_answer_is_kind_and_says_how_long(app: FastAPI) -> None:
    refused = exhaust(at(app))
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-policy"] == '"search";q=6;w=60'
    assert re.fullmatch(r'"search";r=0;t=\d+', refused.headers["ratelimit"])
    assert 'href="/divisions"' in refused.text
    assert "You can find a place without a search" in refused.text
    assert "999" in refused.text, "help in danger is on every page"
    assert "set-cookie" not in refused.headers


def test_programs_get_problem_details(app: FastAPI) -> None:
    client = at(app)
    for _ in range(round(BULK.amount * SCALE) + 1):
        answer = client.post("/api/v1/divisions/lookup", json={"postcodes": ["DH1 1AA"]}, headers=JSON)
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["retry_after"] == int(answer.headers["retry-after"])
    assert answer.json()["type"] == "/problems#too-many-requests"


def test_what_is_left_is_said_while_there_is_some(app: FastAPI) -> None:
    client = at(app)
    left = [re.fullmatch(r'"search";r=(\d+);t=\d+', search(client).headers["ratelimit"]) for _ in range(3)]
    assert [found and found[1] for found in left] == ["5", "4", "3"]
    assert "ratelimit" not in client.get("/").headers


def test_nobody_is_kept_from_the_list(app: FastAPI) -> None:
    client = at(app)
    assert exhaust(client).status_code == 429
    places = client.get("/api/v1/places?limit=1", headers=JSON).json()["places"]
    for address in ("/", "/divisions", "/map/places.geojson", f"/places/{places[0]['reference']}", "/sign-in"):
        for _ in range(30):
            assert client.get(address).status_code == 200


def test_others_are_not_touched(app: FastAPI) -> None:
    assert exhaust(at(app)).status_code == 429
    assert search(at(app, "192.0.2.11")).status_code != 429


def test_a_household_has_all_of_its_addresses(app: FastAPI) -> None:
    for number in range(6):
        assert search(at(app, f"2001:db8:1:2::{number}")).status_code != 429
    assert search(at(app, "2001:db8:1:2:ffff::1")).status_code == 429
    assert search(at(app, "2001:db8:1:3::1")).status_code != 429


def test_the_limits_are_generous() -> None:
    assert SEARCH.amount >= 300
    assert SEARCH.seconds == 60
    assert all(limit.remedy for limit in LIMITS)


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "/", SEARCH),
        ("POST", "/api/v1/divisions/lookup", BULK),
        ("POST", "/sign-in/link", LINKS),
        ("POST", "/sign-in/link/abc", SIGN_IN),
        ("POST", "/sign-in/password", SIGN_IN),
        ("GET", "/sign-in/oidc", SIGN_IN),
        ("GET", "/sign-in/oidc/callback", SIGN_IN),
        ("GET", "/sign-in", None),
        ("GET", "/", None),
        ("HEAD", "/places/SP-1", None),
    ],
)
def test_what_is_counted(method: str, path: str, limit: object) -> None:
    assert limit_of(method, path, has_key=False) == limit


def test_every_write_is_counted_by_address_or_by_key() -> None:
    for method in ("POST", "PATCH", "PUT", "DELETE", "MERGE"):
        assert limit_of(method, "/office/places", has_key=True)
        assert limit_of(method, "/api/v1/places", has_key=False)
        assert limit_of(method, "/api/v1/places", has_key=True) is None


def test_addresses_are_not_kept(app: FastAPI, capfd: pytest.CaptureFixture[str]) -> None:
    exhaust(at(app, "203.0.113.77"))
    storage = app.state.rate_limits._strategy.storage.storage  # noqa: SLF001 - what is held is what is tested
    assert storage
    assert "203.0.113" not in str(storage)
    written = "".join(capfd.readouterr())
    assert '"status":429' in written
    assert "203.0.113" not in written
    other = RateLimits(SCALE)
    other.hit_address(SEARCH, "203.0.113.77")
    assert not set(other._strategy.storage.storage) & set(storage), "each process has a key of its own"  # type: ignore[attr-defined] # noqa: SLF001 - as above


# Keys


@pytest.fixture
def house_with_key(empty_database_url: str, built_assets: Path) -> Iterator[tuple[House, str]]:  # noqa: ARG001 - as above
    """An installation with a key that may be used three times in a minute."""
    with open_house(empty_database_url, rate_limit_scale=1) as house:
        with house.writing() as session:
            token = add_key(session, add_account(session, Role.OFFICER), "places:read-all", per_minute=3)
        yield house, token


def test_a_key_has_its_own_limit(house_with_key: tuple[House, str]) -> None:
    house, token = house_with_key
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    answers = [house.browser(address=f"192.0.2.{n}").get("/api/v1/register/places", headers=headers) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert answers[3].headers["ratelimit"].startswith('"key";r=0;')
    assert int(answers[3].headers["retry-after"]) >= 1
    assert "This key may be used 3 times in a minute" in answers[3].json()["detail"]


def test_keys_cannot_be_tried_by_the_thousand(house_with_key: tuple[House, str]) -> None:
    house, _ = house_with_key
    house.app.state.rate_limits = RateLimits(0.05)
    browser = house.browser()
    headers = {"authorization": "Bearer spk_00000000guess", "accept": "application/json"}
    statuses = [browser.get("/api/v1/register/places", headers=headers).status_code for _ in range(4)]
    assert statuses == [401] * round(UNKNOWN_KEY.amount * 0.05) + [429]


# Proxies


PROXIES = parse_networks("10.0.0.0/8, 2001:db8:ffff::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", ["203.0.113.5"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["6.6.6.6", "203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["203.0.113.5", "10.2.3.4"], "203.0.113.5"),
        ("10.0.0.1", ["203.0.113.5:4711"], "203.0.113.5"),
        ("10.0.0.1", ["[2001:db8::5]:4711"], "2001:db8::5"),
        ("2001:db8:ffff::1", [" 2001:db8::5 "], "2001:db8::5"),
        ("::ffff:10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["203.0.113.5", "unknown"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("testclient", ["203.0.113.5"], "testclient"),
    ],
)
def test_who_asks_behind_proxies(peer: str, forwarded: list[str], client: str) -> None:
    assert client_of(peer, forwarded, PROXIES) == client


@given(forged=st.lists(st.text(max_size=30), max_size=5))
def test_what_a_client_writes_does_not_hide_it(forged: list[str]) -> None:
    assert client_of("10.0.0.1", [*forged, "203.0.113.5"], PROXIES) == "203.0.113.5"
    assert client_of("203.0.113.5", forged, PROXIES) == "203.0.113.5"


@given(st.ip_addresses(v=6))
def test_a_household_is_the_first_half(address: object) -> None:
    household = household_of(str(address))
    assert household.endswith("/64") or "." in household


@pytest.mark.parametrize(("trusted", "status"), [("192.0.2.0/24", 200), ("", 429), ("198.51.100.1", 429)])
def test_forwarded_addresses_count_from_trusted_proxies_only(
    sample_database_url: str,
    built_assets: Path,  # noqa: ARG001 - as above
    trusted: str,
    status: int,
) -> None:
    settings = {"DATABASE_URL": sample_database_url, "rate_limit_scale": SCALE, "trusted_proxies": trusted}
    client = at(create_app(Settings.model_validate(settings)))
    for number in range(7):
        answer = client.post("/", data={"where": "Durham"}, headers={"x-forwarded-for": f"203.0.113.{number}"})
    assert (answer.status_code == 429) == (status == 429)


def test_a_wrong_setting_stops_the_start() -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        Settings.model_validate({"DATABASE_URL": "postgresql://x/y", "trusted_proxies": "10.0.0.0/8, proxy.local"})
