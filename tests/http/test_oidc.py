"""Single sign-on with a provider that misbehaves, and what the mapping makes of people."""

import json
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc.jwk import RSAKey

from app.accounts import oidc_provider
from app.accounts.oidc import find_email, find_name, find_values
from app.accounts.oidc_flow import Flow
from app.accounts.oidc_provider import Provider
from app.accounts.sessions import COOKIE
from app.settings import Settings
from tests.accounts import OTHER_AUTHORITY, House, open_house
from tests.http.oidc_forger import CLIENT, Claims, Forger, running_forger
from tests.register import AUTHORITY
from tests.signing_in import AUTHORITY as USUAL

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
def house(forger: Forger, empty_database_url: str, built_assets: object) -> Iterator[House]:  # noqa: ARG001 - pages name built files
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
    ids=str,
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
    forger.delay_s = 1
    started = time.monotonic()
    assert house.browser().get("/sign-in/oidc").status_code == 503
    assert time.monotonic() - started < 1


def test_what_is_known_of_a_provider_lasts_while_it_is_down(house: House, forger: Forger) -> None:
    begin(house.browser(), forger)
    provider: Provider = house.app.state.oidc
    provider._asked_at["metadata"] -= 2 * oidc_provider.KEPT_S  # noqa: SLF001 - an hour passes
    forger.bodies["/.well-known/openid-configuration"] = (500, b"")
    begin(house.browser(), forger)


# Who they are here


def test_the_role_is_that_of_the_mapping_each_time(house: House, forger: Forger) -> None:
    sign_in(house, forger, groups=["keepers", "chiefs"])
    assert house.run("SELECT role FROM account") == [("administrator",)], "the first line of the mapping that fits"
    house.run("UPDATE sign_in_session SET ended_at = NULL")
    assert sign_in(house, forger, groups="watchers", name="Olive Married").status_code == 303
    assert house.run("SELECT role, name FROM account") == [("auditor", "Olive Married")]
    assert house.run("SELECT ended_at IS NULL FROM sign_in_session ORDER BY id") == [(False,), (True,)]


def test_whoever_has_no_role_any_more_is_signed_out_everywhere(house: House, forger: Forger) -> None:
    sign_in(house, forger)
    refused(sign_in(house, forger, groups=["others"]), "it has no part in the register")
    assert house.run("SELECT count(*) FROM sign_in_session WHERE ended_at IS NULL") == [(0,)]
    assert house.run("SELECT role, is_active FROM account") == [("officer", True)]


def test_too_many_groups_are_explained(house: House, forger: Forger) -> None:
    answer = sign_in(house, forger, groups=None, _claim_names={"groups": "src1"})
    refused(answer, "in so many groups")


def test_claims_can_come_from_userinfo_of_the_same_person(house: House, forger: Forger) -> None:
    forger.told = {"sub": "1", "groups": ["watchers"]}
    assert sign_in(house, forger, groups=None).status_code == 303
    assert house.run("SELECT role FROM account") == [("auditor",)]


def test_claims_of_another_person_do_not_count(house: House, forger: Forger) -> None:
    forger.told = {"sub": "2", "groups": ["chiefs"]}
    refused(sign_in(house, forger, groups=None))


@pytest.mark.parametrize("verified", [False, None, "no"])
def test_an_address_that_is_not_verified_takes_no_account_over(house: House, forger: Forger, verified: object) -> None:
    house.add("olive@example.gov.uk", "administrator")
    assert sign_in(house, forger, email_verified=verified).status_code == 303
    assert house.run("SELECT role, email, oidc_subject FROM account ORDER BY id") == [
        ("administrator", "olive@example.gov.uk", None),
        ("officer", None, "1"),
    ]


def test_an_account_of_another_person_there_is_not_taken_over(house: House, forger: Forger) -> None:
    sign_in(house, forger)
    refused(sign_in(house, forger, sub="2"), "belongs here to another person")
    assert house.run("SELECT oidc_subject FROM account") == [("1",)]


def test_an_account_that_ended_stays_ended(house: House, forger: Forger) -> None:
    sign_in(house, forger)
    house.run("UPDATE account SET is_active = false")
    refused(sign_in(house, forger), "was ended")


def test_an_account_of_another_authority_is_not_moved(house: House, forger: Forger) -> None:
    sign_in(house, forger)
    refused(sign_in(house, forger, groups=["neighbours"]), "belongs to another council")
    assert sign_in(house, forger, sub="3", email="n@example.org", groups=["neighbours"]).status_code == 303
    assert house.run("SELECT authority_code FROM account WHERE oidc_subject = '3'") == [(OTHER_AUTHORITY,)]


def test_a_councillor_is_found_by_address(house: House, forger: Forger) -> None:
    refused(sign_in(house, forger, groups=["members"]), "knows no councillor with your e-mail address")
    house.run(
        "INSERT INTO councillor (authority_code, name, email) VALUES (:code, 'Olive', 'Olive@example.gov.uk')",
        code=AUTHORITY,
    )
    assert sign_in(house, forger, groups=["members"]).status_code == 303
    assert sign_in(house, forger, groups=["members"]).status_code == 303, (
        "again, though the councillor is taken: by them"
    )
    assert house.run("SELECT role, councillor_id IS NOT NULL FROM account") == [("councillor", True)]


def test_signing_out_without_an_end_there_ends_here(house: House, forger: Forger) -> None:
    browser = house.browser()
    state = begin(browser, forger)
    browser.get(f"/sign-in/oidc/callback?code=c&state={state}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/account").text)
    assert token
    answer = browser.post("/sign-out", data={"csrf_token": token[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_signing_out_leads_to_the_end_there(house: House, forger: Forger) -> None:
    forger.metadata = {"end_session_endpoint": f"{forger.issuer}/end"}
    browser = house.browser()
    state = begin(browser, forger)
    browser.get(f"/sign-in/oidc/callback?code=c&state={state}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/account").text)
    assert token
    answer = browser.post("/sign-out", data={"csrf_token": token[1]})
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    assert found
    asked = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)
    assert asked["post_logout_redirect_uri"] == ["https://testserver/sign-in"]
    assert asked["client_id"] == [CLIENT]
    assert len(asked["id_token_hint"][0].split(".")) == 3
    assert "Max-Age=0" in str(answer.headers.get_list("set-cookie"))
    assert house.run("SELECT ended_at IS NULL, oidc_id_token FROM sign_in_session") == [(False, None)]


@pytest.mark.parametrize(
    ("claims", "name", "values"),
    [
        ({"groups": ["a", 1, "b"]}, "groups", ["a", "b"]),
        ({"groups": "a"}, "groups", ["a"]),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ["a"]),
        ({"https://x.example/groups": ["a"]}, "https://x.example/groups", ["a"]),
        ({"groups": {"a": True}}, "groups", []),
        ({"realm_access": []}, "realm_access.roles", []),
        ({}, "groups", []),
    ],
)
def test_values_of_a_claim(claims: Claims, name: str, values: list[str]) -> None:
    assert find_values(claims, name) == values


@pytest.mark.parametrize(
    ("claims", "trusted", "email"),
    [
        ({"email": "A@Example.org", "email_verified": True}, False, "a@example.org"),
        ({"email": "a@example.org"}, False, None),
        ({"email": "a@example.org"}, True, "a@example.org"),
        ({"email": "a@example.org", "xms_edov": "1"}, False, "a@example.org"),
        ({"email": "a@example.org", "email_verified": 1}, False, "a@example.org"),
        ({"email": ["a@example.org"], "email_verified": True}, True, None),
        ({"email": "x", "email_verified": True}, True, None),
    ],
)
def test_addresses_that_count(claims: Claims, email: str | None, *, trusted: bool) -> None:
    settings = Settings.model_validate({"DATABASE_URL": "postgresql://x/y", "oidc_trust_email": trusted})
    assert find_email(settings, claims) == email


def test_names() -> None:
    assert find_name({"name": " A\u202e\x00  B "}) == "A B"
    assert find_name({"given_name": "A", "family_name": "B", "name": ""}) == "A B"
    assert len(find_name({"name": "x" * 1_000})) == 100
    assert find_name({}) == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "id.example"},
        {"oidc_issuer": "https://id.example"},
        {"oidc_issuer": "https://id.example", "oidc_client_id": "x"},
        {"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_roles": [{"value": "a", "role": "owner"}]},
        {"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_roles": ROLES, "oidc_scopes": "email"},
    ],
)
def test_settings_that_cannot_work_stop_the_start(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"OIDC|oidc"):
        Settings.model_validate({"DATABASE_URL": "postgresql://x/y"} | settings)


def test_without_a_provider_there_is_no_such_way(sample_client: TestClient) -> None:
    assert sample_client.get("/sign-in/oidc").status_code == 404
    assert "council account" not in sample_client.get("/sign-in").text
