"""Single sign-on with a provider that misbehaves: forged tokens, answers of others, no answer."""

import json
import re
import time
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from app.accounts import oidc_provider
from app.accounts.oidc_flow import Flow
from app.accounts.oidc_provider import Provider
from app.accounts.sessions import COOKIE
from tests.accounts import House
from tests.http.oidc_forger import CLIENT, Claims, Forger
from tests.http.oidc_house import begin, refused, sign_in
from tests.signing_in import AUTHORITY as USUAL


@pytest.fixture
def house(oidc_house: House) -> House:
    """An installation whose provider misbehaves as a test asks it to."""
    return oidc_house


def test_all_is_well(house: House, forger: Forger) -> None:
    answer = sign_in(house, forger)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/places")
    assert house.run("SELECT name, email, role, authority_code FROM account") == [
        ("Olive Officer", "olive@example.gov.uk", "officer", USUAL)
    ]
    [form] = forger.forms
    assert form["redirect_uri"] == "https://testserver/sign-in/oidc/callback"
    assert re.fullmatch(r"[\w-]{43}", form["code_verifier"])


def other_key(forger: Forger) -> Callable[[Claims], str]:
    return lambda claims: forger.sign(claims, RSAKey.generate_key(2048, parameters={"kid": forger.key.kid or ""}))


def _encoded(value: object) -> str:
    return Flow("x", json.dumps(value)).to_cookie().partition(".")[2].rstrip("=")


def _unsigned(claims: Claims) -> str:
    return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."


def _changed(token: str) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_encoded({'sub': 'admin', 'groups': ['chiefs']})}.{signature}"


FORGERIES: dict[str, Callable[[Forger], Callable[[Claims], str]]] = {
    "another key": other_key,
    "unknown key": lambda forger: (
        lambda claims: forger.sign(claims, RSAKey.generate_key(2048, parameters={"kid": "x"}))
    ),
    "no signature": lambda _: _unsigned,
    "public key as secret": lambda forger: forger.sign_with_public_key,
    "changed claims": lambda forger: lambda claims: _changed(forger.sign(claims)),
    "no token": lambda _: lambda _claims: "",
    "rubbish": lambda _: lambda _claims: "a.b.c",
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_token_signs_nobody_in(house: House, forger: Forger, how: str) -> None:
    forger.forge = FORGERIES[how](forger)
    refused(sign_in(house, forger))
    assert house.run("SELECT count(*) FROM account") == [(0,)]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"iat": int(time.time()) + 7_200},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"at_hash": "of another token"},
        {"nbf": int(time.time()) + 7_200},
    ],
    ids=[str(number) for number in range(16)],  # what they hold differs from one moment to the next
)
def test_a_token_that_does_not_hold_signs_nobody_in(house: House, forger: Forger, claims: Claims) -> None:
    refused(sign_in(house, forger, **claims))
    assert house.run("SELECT count(*) FROM account") == [(0,)]


def test_new_keys_are_taken_at_once_and_known_ones_kept(house: House, forger: Forger) -> None:
    assert sign_in(house, forger).status_code == 303
    assert sign_in(house, forger).status_code == 303
    assert forger.asked.count("/jwks") == 1
    assert forger.asked.count("/.well-known/openid-configuration") == 1
    forger.rotate()
    assert sign_in(house, forger).status_code == 303
    assert forger.asked.count("/jwks") == 2


# The browser that asked


@pytest.mark.parametrize("state", ["", "x", "wrong" * 8])
def test_an_answer_with_another_state_is_not_taken(house: House, forger: Forger, state: str) -> None:
    browser = house.browser()
    begin(browser, forger)
    refused(browser.get(f"/sign-in/oidc/callback?code=c&state={state}"), "was not begun in this browser")
    assert "/token" not in forger.asked


def test_an_answer_in_another_browser_is_not_taken(house: House, forger: Forger) -> None:
    state = begin(house.browser(), forger)
    other = house.browser()
    begin(other, forger)
    refused(other.get(f"/sign-in/oidc/callback?code=c&state={state}"), "was not begun in this browser")
    refused(house.browser().get(f"/sign-in/oidc/callback?code=c&state={state}"), "was not begun in this browser")


def test_the_cookie_lives_during_sign_in_only(house: House, forger: Forger) -> None:
    browser = house.browser()
    away = browser.get("/sign-in/oidc")
    line = away.headers["set-cookie"].lower()
    assert line.startswith("__host-sign-in-oidc=")
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=600"} <= {part.strip() for part in line.split(";")}
    state = forger.see(away.headers["location"])
    browser.get(f"/sign-in/oidc/callback?code=c&state={state}")
    assert set(browser.cookies) == {COOKIE}
    refused(browser.get(f"/sign-in/oidc/callback?code=c&state={state}"), "was not begun in this browser")


def test_an_answer_of_another_issuer_is_not_taken(house: House, forger: Forger) -> None:
    """RFC 9207: mix-up."""
    browser = house.browser()
    state = begin(browser, forger)
    refused(
        browser.get(f"/sign-in/oidc/callback?code=c&state={state}&iss=https://evil.example"), "stopped with an error"
    )
    assert "/token" not in forger.asked


def test_one_is_led_on_to_our_pages_only(house: House, forger: Forger) -> None:
    for wanted, to in (
        ("/account", "/account"),
        ("https://evil.example/office", "/office/places"),
        ("//e", "/office/places"),
    ):
        browser = house.browser()
        state = begin(browser, forger, f"?next={wanted}")
        assert browser.get(f"/sign-in/oidc/callback?code=c&state={state}").headers["location"] == to
    browser = house.browser()
    state = begin(browser, forger)
    seed = browser.cookies["__Host-sign-in-oidc"].strip('"').partition(".")[0]
    browser.cookies.clear()
    browser.cookies.set("__Host-sign-in-oidc", Flow(seed, "https://evil.example/").to_cookie())
    assert browser.get(f"/sign-in/oidc/callback?code=c&state={state}").headers["location"] == "/office/places"


def test_what_an_error_says_is_not_shown(house: House, forger: Forger) -> None:
    browser = house.browser()
    state = begin(browser, forger)
    address = f"/sign-in/oidc/callback?state={state}&error=server_error&error_description=Call+0900+now"
    answer = browser.get(address)
    refused(answer, "stopped with an error")
    assert "0900" not in answer.text


# A provider that does not answer


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/.well-known/openid-configuration", (500, b"")),
        ("/.well-known/openid-configuration", (200, b"<html>")),
        ("/.well-known/openid-configuration", (200, b"[]")),
        ("/.well-known/openid-configuration", (200, b'{"issuer": "https://evil.example"}')),
        ("/.well-known/openid-configuration", (302, b"")),
        ("/.well-known/openid-configuration", (200, b" " * 2_000_000 + b"{}")),
    ],
    ids=["500", "html", "list", "other issuer", "redirect", "endless"],
)
def test_a_provider_that_answers_nonsense(house: House, forger: Forger, path: str, body: tuple[int, bytes]) -> None:
    forger.bodies[path] = body
    answer = house.browser().get("/sign-in/oidc")
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert "set-cookie" not in answer.headers
    forger.bodies.clear()
    begin(house.browser(), forger)


@pytest.mark.parametrize("path", ["/token", "/jwks"])
def test_a_provider_that_fails_half_way(house: House, forger: Forger, path: str) -> None:
    forger.bodies[path] = (503, b"busy")
    answer = sign_in(house, forger)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert COOKIE not in str(answer.headers.get_list("set-cookie"))


def test_a_slow_provider_is_not_waited_for(house: House, forger: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc_provider, "TIMEOUT_S", 0.2)
    forger.may_answer.clear()
    assert house.browser().get("/sign-in/oidc").status_code == 503  # though it has not answered yet
    forger.may_answer.set()


def test_what_is_known_of_a_provider_lasts_while_it_is_down(house: House, forger: Forger) -> None:
    begin(house.browser(), forger)
    provider: Provider = house.app.state.oidc
    provider._asked_at["metadata"] -= 2 * oidc_provider.KEPT_S  # noqa: SLF001 - an hour passes
    forger.bodies["/.well-known/openid-configuration"] = (500, b"")
    begin(house.browser(), forger)


def test_without_a_provider_there_is_no_such_way(sample_client: TestClient) -> None:
    assert sample_client.get("/sign-in/oidc").status_code == 404
    assert "council account" not in sample_client.get("/sign-in").text
