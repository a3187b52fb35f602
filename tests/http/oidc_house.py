"""An installation that signs people in at the provider of tests/http/oidc_forger.py, and how tests use both."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.accounts.sessions import COOKIE
from tests.accounts import OTHER_AUTHORITY, House, open_house
from tests.http.oidc_forger import CLIENT, Forger, running_forger

ROLES = [
    {"value": "chiefs", "role": "administrator"},
    {"value": "keepers", "role": "officer"},
    {"value": "watchers", "role": "auditor"},
    {"value": "members", "role": "councillor"},
    {"value": "neighbours", "role": "officer", "authority": OTHER_AUTHORITY},
]


@pytest.fixture(scope="module")
def forging() -> Iterator[Forger]:
    """The misbehaving provider."""
    with running_forger() as forger:
        yield forger


@pytest.fixture
def forger(forging: Forger) -> Forger:
    """The same, behaving."""
    forging.__init__(issuer=forging.issuer)  # type: ignore[misc] # all that a test changed is put back
    return forging


@pytest.fixture
def oidc_house(forger: Forger, empty_database_url: str, built_assets: object) -> Iterator[House]:  # noqa: ARG001 - pages name built files
    """An installation whose provider it is."""
    settings = {
        "oidc_issuer": forger.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": "shh",
        "oidc_roles": ROLES,
        "public_address": "https://testserver",
    }
    with open_house(empty_database_url, **settings) as house:
        yield house


def begin(browser: TestClient, forger: Forger, wanted: str = "") -> str:
    """Go to the provider; the state that it is to bring back."""
    away = browser.get(f"/sign-in/oidc{wanted}")
    assert away.status_code == 303, away.text
    assert away.headers["location"].startswith(f"{forger.issuer}/auth?")
    return forger.see(away.headers["location"])


def sign_in(house: House, forger: Forger, **claims: object) -> Response:
    """Sign in with these claims; the answer to the callback."""
    forger.claims = dict(claims)
    browser = house.browser()
    state = begin(browser, forger)
    return browser.get(f"/sign-in/oidc/callback?code=c&state={state}")


def refused(answer: Response, words: str = "could not be confirmed") -> None:
    """Nobody was signed in, and the page says why as far as people need to know."""
    assert answer.status_code == 403
    assert words in answer.text
    assert COOKIE not in str(answer.headers.get_list("set-cookie"))
