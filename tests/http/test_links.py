"""Links by e-mail: who gets one, what using one takes, and what nobody learns from it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import monotonic
from unittest import mock

import pytest
from fastapi.testclient import TestClient

from app.accounts import link_routes
from app.accounts.attempts import LINKS_A_DAY, LINKS_AT_ONE_PLACE
from app.accounts.link_routes import LEAST_SECONDS
from app.accounts.sessions import COOKIE, hash_token
from tests.accounts import PASSWORD, House, sign_in

ALEX = "alex.example@example.gov.uk"
NOBODY = "no.body@example.gov.uk"


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """Do not wait where a test asks often."""
    if "real_time" in request.fixturenames:
        yield
        return
    with mock.patch.object(link_routes, "LEAST_SECONDS", 0):
        yield


@pytest.fixture
def real_time() -> None:
    """Named by tests that measure."""


@pytest.fixture
def councillor(house: House) -> int:
    """Alex, who has no password."""
    return house.add(ALEX, "councillor", password=None)


def ask(browser: TestClient, email: str = ALEX, **fields: str) -> None:
    """Ask for a link."""
    answer = browser.post("/sign-in/link", data={"email": email} | fields)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in/link/sent")


def letters(house: House) -> list[str]:
    """The texts of the letters that wait to leave, the oldest first."""
    return [text for (text,) in house.run("SELECT text FROM mail_message WHERE kind = 'sign_in_link' ORDER BY id")]


def newest(house: House) -> str:
    """The path of the newest link."""
    found = re.search(r"https://testserver(/sign-in/link/\S+)", letters(house)[-1])
    assert found
    return found[1]


def test_a_link_signs_in_once(house: House, councillor: int) -> None:
    browser = house.browser()
    ask(browser)
    link = newest(house)
    page = browser.get(link)
    assert page.status_code == 200
    assert "Press the button" in page.text
    answer = browser.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/places")
    assert browser.get("/account").status_code == 200
    assert house.run("SELECT account_id, method FROM sign_in_session") == [(councillor, "link")]
    again = browser.post(link)
    assert again.status_code == 410
    assert "not good any more" in again.text
    assert browser.get(link).status_code == 410


@pytest.mark.usefixtures("councillor")
def test_looking_uses_nothing_up(house: House) -> None:
    """Mail scanners open links from elsewhere, with GET and HEAD, over and over."""
    browser, scanner = house.browser(), house.browser(address="198.51.100.7", user_agent="Scanner")
    ask(browser)
    link = newest(house)
    for _ in range(3):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
        assert scanner.options(link).status_code == 405
        assert "set-cookie" not in scanner.get(link).headers
    assert browser.post(link).status_code == 303


@pytest.mark.usefixtures("councillor")
def test_a_link_works_only_in_the_browser_that_asked(house: House) -> None:
    browser, other = house.browser(), house.browser()
    ask(browser)
    link = newest(house)
    page = other.get(link)
    assert page.status_code == 200
    assert "Open this link where you asked for it" in page.text
    assert "Press the button" not in page.text
    assert 'href="/sign-in/link"' in page.text
    refused = other.post(link)
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers
    assert house.run("SELECT count(*) FROM sign_in_session") == [(0,)]
    ask(other)
    assert other.post(newest(house)).status_code == 303
    assert browser.post(link).status_code == 410, "using one link ends the others"


@pytest.mark.usefixtures("councillor")
def test_a_new_link_ends_the_older_one_of_the_browser_and_of_no_other(house: House) -> None:
    browser, stranger = house.browser(), house.browser(address="198.51.100.7")
    ask(browser)
    first = newest(house)
    ask(browser)
    second = newest(house)
    assert browser.post(first).status_code == 410
    ask(stranger)
    assert browser.post(second).status_code == 303, "a stranger's request does not take away a link"


@pytest.mark.parametrize(("minutes", "good"), [(14, True), (15, False)])
@pytest.mark.usefixtures("councillor")
def test_a_link_is_good_for_15_minutes(house: House, minutes: int, *, good: bool) -> None:
    browser = house.browser()
    ask(browser)
    house.run("UPDATE sign_in_link SET expires_at = expires_at - :passed", passed=timedelta(minutes=minutes))
    assert browser.post(newest(house)).status_code == (303 if good else 410)


def test_a_link_of_somebody_who_left_is_over(house: House, councillor: int) -> None:
    browser = house.browser()
    ask(browser)
    house.run("UPDATE account SET is_active = false WHERE id = :id", id=councillor)
    link = newest(house)
    assert browser.get(link).status_code == 410
    assert browser.post(link).status_code == 410


@pytest.mark.usefixtures("councillor")
def test_two_at_once_one_wins(house: House) -> None:
    """Real connections: both requests are under way before either has an answer."""
    browser = house.browser()
    for _ in range(5):
        ask(browser)
        link = newest(house)
        cookie = browser.cookies["__Host-sign-in-link"]
        barrier = Barrier(4)

        def use(link: str = link, cookie: str = cookie, barrier: Barrier = barrier) -> int:
            one = house.browser()
            one.cookies.set("__Host-sign-in-link", cookie)
            barrier.wait()
            return one.post(link).status_code

        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(future.result() for future in [pool.submit(use) for _ in range(4)])
        assert statuses == [303, 410, 410, 410]
        house.run("TRUNCATE sign_in_attempt")


# What nobody learns


def test_the_answer_is_the_same_for_everybody(house: House, councillor: int, real_time: None) -> None:  # noqa: ARG001 - scenes
    house.add("jo.example@example.gov.uk")
    answers = {}
    for email in (ALEX, NOBODY, "jo.example@example.gov.uk"):
        browser = house.browser()
        started = monotonic()
        answer = browser.post("/sign-in/link", data={"email": email})
        assert monotonic() - started >= LEAST_SECONDS
        shown = browser.get(answer.headers["location"])
        cookie = re.sub(r"=[^;]+; ", "=x; ", answer.headers["set-cookie"], count=1)
        cookie = re.sub(r"expires=[^;]+;", "", cookie)
        answers[email] = (answer.status_code, answer.headers["location"], cookie, shown.text)
    assert len(set(answers.values())) == 1
    assert [to for (to,) in house.run("SELECT to_address FROM mail_message")] == [ALEX]


@pytest.mark.parametrize(
    ("facts", "sent"),
    [
        ({"role": "councillor"}, True),
        ({"role": "councillor", "password": PASSWORD}, True),
        ({"role": "officer", "password": None}, True),
        ({"role": "officer", "password": PASSWORD}, False),
        ({"role": "councillor", "is_active": False}, False),
        ({"role": "councillor", "oidc_issuer": "https://id.example", "oidc_subject": "1"}, False),
    ],
)
def test_who_gets_a_link(house: House, facts: dict[str, object], *, sent: bool) -> None:
    house.add(ALEX, **({"password": None} | facts))  # type: ignore[arg-type] # a mixture of columns
    ask(house.browser(), " Alex.Example@Example.gov.uk ")
    assert len(letters(house)) == sent


def test_a_link_does_not_go_past_an_authenticator(house: House) -> None:
    house.add(ALEX, "councillor")
    house.run("UPDATE account_secret SET totp_secret = 'x', totp_confirmed_at = now()")
    ask(house.browser())
    assert not letters(house)


@pytest.mark.usefixtures("councillor")
def test_the_token_is_told_to_nobody(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    browser = house.browser()
    ask(browser)
    link = newest(house)
    token = link.rpartition("/")[2]
    assert re.fullmatch(r"[\w-]{43}", token)
    page = browser.get(link)
    assert page.headers["referrer-policy"] == "strict-origin"
    assert page.headers["cache-control"] == "no-store"
    assert token not in page.text
    house.browser().post(link)
    browser.post(link)
    written = "".join(capfd.readouterr())
    assert "/sign-in/link/{token}" in written, "there is a log"
    assert token not in written
    assert ALEX not in written
    [(stored,)] = house.run("SELECT token_hash FROM sign_in_link")
    assert bytes(stored) == hash_token(token)
    assert token not in str(house.run("SELECT * FROM sign_in_link"))


@pytest.mark.usefixtures("councillor")
def test_the_cookie_is_there_during_sign_in_only(house: House) -> None:
    browser = house.browser()
    assert "set-cookie" not in browser.get("/sign-in/link").headers
    answer = browser.post("/sign-in/link", data={"email": ALEX})
    line = answer.headers["set-cookie"].lower()
    assert line.startswith("__host-sign-in-link=")
    assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=900"} <= {part.strip() for part in line.split(";")}
    browser.post(newest(house))
    assert set(browser.cookies) == {COOKIE, "__Host-browser"}


@pytest.mark.parametrize("email", ["", "x", "a@b@c", "a@example.org\nBcc: b@example.org"])
def test_what_is_no_address_is_said_beside_the_field(house: House, email: str) -> None:
    answer = house.browser().post("/sign-in/link", data={"email": email})
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert not letters(house)


@pytest.mark.usefixtures("councillor")
def test_one_is_led_on_to_what_was_wanted_and_nowhere_else(house: House) -> None:
    browser = house.browser()
    ask(browser, next="/account?x=1")
    link = newest(house)
    assert link.endswith("?next=/account%3Fx%3D1")
    page = browser.get(link)
    found = re.search(r'name="next" value="([^"]*)"', page.text)
    assert found
    assert browser.post(link, data={"next": found[1]}).headers["location"] == "/account?x=1"
    ask(browser, next="https://evil.example/office")
    assert browser.post(newest(house), data={"next": "//evil.example"}).headers["location"] == "/office/places"


@pytest.mark.parametrize("path", ["/sign-in/link", "/sign-in/link/x"])
def test_another_site_cannot_send_the_forms(house: House, path: str) -> None:
    answer = house.browser().post(path, data={"email": ALEX}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


# How often


@pytest.mark.usefixtures("councillor")
def test_nobody_is_flooded_and_nobody_is_kept_from_a_link(house: House) -> None:
    stranger = house.browser(address="198.51.100.7")
    for _ in range(LINKS_AT_ONE_PLACE + 3):
        ask(stranger)
    assert len(letters(house)) == LINKS_AT_ONE_PLACE, "further ones are answered alike and send nothing"
    browser = house.browser()
    ask(browser)
    assert browser.post(newest(house)).status_code == 303, "the owner, elsewhere, gets one"
    house.run(
        "INSERT INTO sign_in_attempt (subject_hash, attempted_at) SELECT subject_hash, now() FROM sign_in_attempt,"
        " generate_series(1, :much)",
        much=LINKS_A_DAY,
    )
    house.run("DELETE FROM mail_message")
    ask(house.browser(address="203.0.113.9"))
    assert not letters(house), "strangers have used up the day"
    house.run("UPDATE sign_in_attempt SET attempted_at = attempted_at - interval '16 minutes'")
    ask(browser)
    assert len(letters(house)) == 1, "a browser that is known is not held up by them"


def test_a_session_by_link_replaces_what_the_browser_had(house: House, councillor: int) -> None:
    house.add("jo.example@example.gov.uk")
    browser = house.browser()
    sign_in(browser)
    ask(browser)
    browser.post(newest(house))
    assert house.run("SELECT account_id = :id, ended_at IS NULL FROM sign_in_session ORDER BY id", id=councillor) == [
        (False, False),
        (True, True),
    ]


@pytest.mark.usefixtures("councillor")
def test_the_letter_is_in_plain_words(house: House) -> None:
    ask(house.browser())
    [(subject, text, state)] = house.run("SELECT subject, text, state FROM mail_message")
    assert subject == "Your link to sign in to the register of safe places"
    assert text.startswith("Hello Alex Example,\n\nOpen this link in the browser in which you asked for it")
    assert "15 minutes" in text
    assert state == "waiting"
