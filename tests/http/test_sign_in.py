"""Signing in with a password: the cookie, the session behind it, where one is led, and how it ends."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from app.accounts.sessions import hash_token
from tests.accounts import PASSWORD, House, csrf_token_of, hold, open_house, send, sign_in

JO = "jo.example@example.gov.uk"


pytestmark = pytest.mark.usefixtures("built_assets")


def test_the_cookie_is_for_this_host_over_https_and_for_no_script(house: House) -> None:
    house.add()
    answer = house.browser().post("/sign-in/password", data={"email": JO, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/places")
    assert answer.headers["cache-control"] == "no-store"
    cookies = {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    assert set(cookies) == {"__Host-session", "__Host-browser"}
    for line in cookies.values():
        attributes = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)
    assert "max-age" not in cookies["__Host-session"].lower(), "it ends with the browser"


def test_the_database_holds_no_token(house: House) -> None:
    house.add()
    token = sign_in(house.browser())
    [(stored, method, name)] = house.run("SELECT token_hash, method, browser FROM sign_in_session")
    assert bytes(stored) == hash_token(token)
    assert (method, name) == ("password", "Firefox on Windows")
    assert token not in str(house.run("SELECT * FROM sign_in_session"))


def test_a_session_is_new_at_each_sign_in_and_the_old_one_ends(house: House) -> None:
    house.add()
    browser = house.browser()
    first = sign_in(browser)
    second = sign_in(browser)
    assert first != second
    assert house.run("SELECT ended_at IS NULL FROM sign_in_session ORDER BY id") == [(False,), (True,)]
    hold(browser, first)
    assert browser.get("/account").status_code == 303


def test_a_session_that_somebody_else_planted_is_not_taken_over(house: House) -> None:
    """Fixation: whoever knows the cookie that a browser had before learns nothing of the one after."""
    house.add()
    house.add("eve@example.gov.uk")
    planted = sign_in(house.browser(address="198.51.100.9"), "eve@example.gov.uk")
    victim = house.browser()
    hold(victim, planted)
    answer = victim.post("/sign-in/password", data={"email": JO, "password": PASSWORD})
    given = re.search(r"__Host-session=([^;]+)", str(answer.headers.get_list("set-cookie")))
    assert given
    assert given[1] != planted
    eve = house.browser()
    hold(eve, planted)
    assert eve.get("/account").status_code == 303, "the planted session ended with the sign-in"
    made_up = house.browser()
    hold(made_up, "a" * 43)
    assert made_up.get("/account").status_code == 303, "a token of one's own choosing is never taken"


def test_signing_out_ends_the_session_in_the_database(house: House) -> None:
    house.add()
    browser = house.browser()
    token = sign_in(browser)
    answer = send(browser, "/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in str(answer.headers.get_list("set-cookie"))
    assert "storage" in answer.headers["clear-site-data"]
    hold(browser, token)
    assert browser.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("moved", "good"),
    [
        ("seen_at = seen_at - interval '59 minutes'", True),
        ("seen_at = seen_at - interval '61 minutes'", False),
        ("expires_at = expires_at - interval '11 hours 59 minutes'", True),
        ("expires_at = expires_at - interval '12 hours'", False),
        ("ended_at = now()", False),
    ],
)
def test_a_session_ends_by_idleness_and_by_age(house: House, moved: str, *, good: bool) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    house.run(f"UPDATE sign_in_session SET {moved}")
    assert browser.get("/account").status_code == (200 if good else 303)


def test_the_limits_are_settings(empty_database_url: str) -> None:
    with open_house(empty_database_url, session_idle_minutes=5, session_hours=1) as house:
        house.add()
        browser = house.browser()
        sign_in(browser)
        assert house.run("SELECT expires_at - created_at = interval '1 hour' FROM sign_in_session") == [(True,)]
        house.run("UPDATE sign_in_session SET seen_at = seen_at - interval '6 minutes'")
        assert browser.get("/account").status_code == 303


def test_use_is_noted_once_a_minute_and_outside_of_the_reading_transaction(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    house.run("UPDATE sign_in_session SET seen_at = seen_at - interval '59 minutes'")
    [(before,)] = house.run("SELECT seen_at FROM sign_in_session")
    assert browser.get("/account").status_code == 200
    [(noted,)] = house.run("SELECT seen_at FROM sign_in_session")
    assert noted > before
    assert browser.get("/account").status_code == 200
    assert house.run("SELECT seen_at FROM sign_in_session") == [(noted,)], "not again within the minute"


def test_what_is_over_is_swept_up(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    house.run("UPDATE sign_in_session SET expires_at = now() - interval '8 days'")
    house.run(
        "INSERT INTO sign_in_attempt (id, subject_hash, attempted_at) VALUES (99, 'x', now() - interval '2 days')"
    )
    sign_in(browser)
    assert house.run("SELECT count(*) FROM sign_in_session") == [(1,)]
    assert house.run("SELECT count(*) FROM sign_in_attempt") == [(0,)]


def test_an_account_that_ended_has_no_session_any_more(house: House) -> None:
    account = house.add()
    browser = house.browser()
    sign_in(browser)
    house.run("UPDATE account SET is_active = false WHERE id = :id", id=account)
    assert browser.get("/account").status_code == 303


# Where one is led


def test_a_page_leads_to_signing_in_and_back(house: House) -> None:
    house.add()
    browser = house.browser()
    away = browser.get("/account/password?x=1%202")
    assert away.status_code == 303
    assert away.headers["location"] == "/sign-in?next=/account/password%3Fx%3D1%25202"
    ways = browser.get(away.headers["location"])
    password_way = re.search(r'href="(/sign-in/password[^"]*)"', ways.text)
    assert password_way
    form = browser.get(password_way[1].replace("&amp;", "&"))
    wanted = re.search(r'name="next" value="([^"]*)"', form.text)
    assert wanted
    answer = browser.post("/sign-in/password", data={"email": JO, "password": PASSWORD, "next": wanted[1]})
    assert answer.headers["location"] == "/account/password?x=1%202"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/office",
        "//evil.example/account",
        "/\\evil.example",
        "/office\\..\\x",
        "/office/../../evil",
        "/officevil",
        "javascript:alert(1)",
        "/office/\r\nSet-Cookie: a=b",
        "/account/" + "x" * 2_000,
        " /office",
        "/places/SP-1",
    ],
)
def test_nobody_is_led_elsewhere(house: House, wanted: str) -> None:
    house.add()
    answer = house.browser().post("/sign-in/password", data={"email": JO, "password": PASSWORD, "next": wanted})
    if len(wanted) <= 2_000:
        assert answer.headers["location"] == "/office/places"
    else:
        assert answer.status_code == 422


def test_programs_are_told_rather_than_led(house: House) -> None:
    answer = house.browser().get("/account", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_whoever_is_signed_in_is_sent_on_and_whoever_was_is_told(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    assert browser.get("/sign-in?next=/account").headers["location"] == "/account"
    house.run("UPDATE sign_in_session SET ended_at = now()")
    assert "You were signed out" in browser.get("/sign-in").text
    assert house.browser().get("/office").headers["location"] == "/sign-in?next=/office"


def test_the_office_begins_with_the_places(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    assert browser.get("/office").headers["location"] == "/office/places"


# Who sends a form


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "https://testserver"},
    ],
)
@pytest.mark.parametrize("address", ["/sign-in/password", "/sign-in/code", "/sign-in/invitation/x"])
def test_nobody_is_signed_in_from_another_site(house: House, address: str, headers: dict[str, str]) -> None:
    house.add()
    answer = house.browser().post(address, data={"email": JO, "password": PASSWORD, "code": "1"}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "https://testserver"}, {}])
def test_our_own_pages_sign_in(house: House, headers: dict[str, str]) -> None:
    house.add()
    answer = house.browser().post("/sign-in/password", data={"email": JO, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 303


def post_routes(house: House) -> list[str]:
    """Every address of ours that takes forms of people who signed in."""
    paths = [
        (route.path or "").replace("{account_id}", "1").replace("{session_id}", "1")
        for route in iter_route_contexts(house.app.router.routes)
        if "POST" in (route.methods or ())
    ]
    return [path for path in paths if path == "/sign-out" or path.startswith(("/account", "/office/accounts"))]


def test_every_form_needs_the_token_of_this_session(house: House) -> None:
    house.add(role="administrator")
    house.add("eve@example.gov.uk", "administrator")
    browser, other = house.browser(), house.browser(address="198.51.100.9")
    sign_in(browser)
    sign_in(other, "eve@example.gov.uk")
    token_of_another = csrf_token_of(other.get("/account").text)
    paths = post_routes(house)
    assert len(paths) > 12
    for path in paths:
        for data in ({}, {"csrf_token": ""}, {"csrf_token": token_of_another}):
            answer = browser.post(path, data=data)
            assert answer.status_code == 403, path
            assert "This form was not sent from one of our pages" in answer.text
    assert house.run("SELECT count(*) FROM sign_in_session WHERE ended_at IS NULL") == [(2,)]


# The public


def test_public_pages_set_no_cookie(sample_client: TestClient) -> None:
    """All public GET routes of the service, one address for each."""
    app = sample_client.app
    assert isinstance(app, FastAPI)
    reference = sample_client.get("/api/v1/places?limit=1").json()["places"][0]["reference"]
    parameters = {"reference": reference, "gss_code": "E05000001", "token": "x", "version": "x", "file": "x"}
    walked = 0
    for route in iter_route_contexts(app.router.routes):
        if "GET" not in (route.methods or ()):
            continue
        address = re.sub(r"{(\w+)(?::\w+)?}", lambda found: parameters.get(found[1], "1"), route.path or "")
        answer = sample_client.get(address, headers={"accept": "text/html"}, follow_redirects=False)
        assert "set-cookie" not in answer.headers, address
        walked += 1
    assert walked > 25
