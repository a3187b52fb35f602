"""The second step: codes of an authenticator, recovery codes; and what a person does with their own account."""

import re

import pyotp
import pytest
from fastapi.testclient import TestClient

from app.accounts import authenticators
from app.accounts.attempts import CODES
from tests.accounts import PASSWORD, WRONG, House, csrf_token_of, open_house, send, sign_in

JO = "jo.example@example.gov.uk"


def set_up(browser: TestClient) -> tuple[str, list[str]]:
    """Set up an authenticator as a person does; its seed and the recovery codes."""
    sign_in(browser)
    shown = send(browser, "/account/authenticator", password=PASSWORD)
    assert shown.status_code == 200, shown.text
    letters = re.search(r'<code class="seed">([^<]+)</code>', shown.text)
    assert letters
    seed = letters[1].replace(" ", "")
    token = csrf_token_of(shown.text)
    done = browser.post("/account/authenticator/confirm", data={"csrf_token": token, "code": pyotp.TOTP(seed).now()})
    assert done.status_code == 200, done.text
    return seed, re.findall(r"<li><code>([^<]+)</code>", done.text)


def first_step(browser: TestClient) -> None:
    """Enter the password."""
    answer = browser.post("/sign-in/password", data={"email": JO, "password": PASSWORD, "next": "/account"})
    assert answer.headers["location"] == "/sign-in/code?next=/account"
    assert "__Host-session" not in str(answer.headers.get_list("set-cookie"))


def enter(browser: TestClient, code: str) -> int:
    """Enter a code; the status of the answer."""
    return browser.post("/sign-in/code", data={"code": code, "next": "/account"}).status_code


def fresh_code(house: House, seed: str) -> str:
    """A code that counts: what was used before is forgotten, since tests cannot wait for half a minute."""
    house.run("UPDATE account_secret SET totp_last_step = totp_last_step - 10")
    return pyotp.TOTP(seed).now()


def test_the_code_is_asked_for_after_the_password(house: House) -> None:
    house.add()
    seed, _ = set_up(at_home := house.browser())
    browser = house.browser(address="192.0.2.77")
    first_step(browser)
    assert browser.get("/account").status_code == 303, "the password alone opens nothing"
    assert enter(browser, "000000" if pyotp.TOTP(seed).now() != "000000" else "111111") == 422
    assert enter(browser, fresh_code(house, seed)) == 303
    assert browser.get("/account").status_code == 200
    assert at_home.get("/account").status_code == 200


def test_a_code_counts_once(house: House) -> None:
    house.add()
    seed, _ = set_up(house.browser())
    code = pyotp.TOTP(seed).now()
    browser = house.browser()
    first_step(browser)
    assert enter(browser, code) == 422, "it was used to set the authenticator up"
    code = fresh_code(house, seed)
    assert enter(browser, code) == 303
    other = house.browser()
    first_step(other)
    assert enter(other, code) == 422


def test_a_recovery_code_counts_once_and_is_read_as_people_write(house: House) -> None:
    house.add()
    _, codes = set_up(house.browser())
    assert len(set(codes)) == 10
    browser = house.browser()
    first_step(browser)
    assert enter(browser, codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")) == 303
    assert "9 codes left" in browser.get("/account").text
    other = house.browser()
    first_step(other)
    assert enter(other, codes[0]) == 422
    assert enter(other, codes[1]) == 303


def test_secrets_are_stored_encrypted_or_hashed(house: House) -> None:
    house.add()
    seed, codes = set_up(house.browser())
    stored = str(house.run("SELECT * FROM account_secret")) + str(house.run("SELECT * FROM recovery_code"))
    assert seed not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


def test_the_second_step_needs_the_first_and_the_same_browser(house: House) -> None:
    house.add()
    seed, codes = set_up(house.browser())
    stranger = house.browser()
    assert stranger.get("/sign-in/code").headers["location"] == "/sign-in/password"
    answer = stranger.post("/sign-in/code", data={"code": codes[0]})
    assert answer.headers["location"] == "/sign-in/password?done=late"
    late = house.browser()
    first_step(late)
    house.run("UPDATE sign_in_link SET expires_at = now()")
    assert late.post("/sign-in/code", data={"code": fresh_code(house, seed)}).headers["location"].endswith("late")


def test_guessing_codes_comes_to_an_end_and_holds_up_nobody_elsewhere(house: House) -> None:
    house.add()
    _, codes = set_up(house.browser())
    thief = house.browser(address="198.51.100.66")
    first_step(thief)
    assert [enter(thief, "12345x") for _ in range(CODES + 1)] == [422] * CODES + [429]
    assert enter(thief, codes[0]) == 429
    owner = house.browser()
    first_step(owner)
    assert enter(owner, codes[0]) == 303


def test_an_authenticator_needs_the_password_and_a_right_code(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    assert send(browser, "/account/authenticator", password=WRONG).status_code == 422
    shown = send(browser, "/account/authenticator", password=PASSWORD)
    token = csrf_token_of(shown.text)
    again = browser.post("/account/authenticator/confirm", data={"csrf_token": token, "code": "12345x"})
    assert again.status_code == 422
    assert re.findall(r'class="seed">[^<]+', again.text) == re.findall(r'class="seed">[^<]+', shown.text)
    assert house.run("SELECT totp_confirmed_at FROM account_secret") == [(None,)]
    sign_in(house.browser())


def test_an_authenticator_in_use_is_not_replaced_unnoticed(house: House) -> None:
    house.add()
    browser = house.browser()
    set_up(browser)
    assert send(browser, "/account/authenticator", password=PASSWORD).status_code == 409
    page = csrf_token_of(browser.get("/account").text)
    assert browser.post("/account/authenticator/confirm", data={"csrf_token": page, "code": "1"}).status_code == 409


def test_removing_it_takes_the_password_and_the_recovery_codes_with_it(house: House) -> None:
    house.add()
    browser = house.browser()
    set_up(browser)
    assert send(browser, "/account/authenticator/remove", password=WRONG).status_code == 422
    assert send(browser, "/account/authenticator/remove", password=PASSWORD).status_code == 303
    assert house.run("SELECT count(*) FROM recovery_code") == [(0,)]
    sign_in(house.browser())


def test_new_recovery_codes_end_the_old_ones(house: House) -> None:
    house.add()
    browser = house.browser()
    _, old = set_up(browser)
    answer = send(browser, "/account/codes", password=PASSWORD)
    new = re.findall(r"<li><code>([^<]+)</code>", answer.text)
    assert len(new) == 10
    assert answer.headers["cache-control"] == "no-store"
    other = house.browser()
    first_step(other)
    assert enter(other, old[0]) == 422
    assert enter(other, new[0]) == 303


def test_without_the_installations_secret_authenticators_say_what_to_do(empty_database_url: str) -> None:
    with open_house(empty_database_url, secret=None) as house:
        house.add()
        browser = house.browser()
        sign_in(browser)
        answer = send(browser, "/account/authenticator", password=PASSWORD)
        assert answer.status_code == 409
        assert "SAFEPLACES_SECRET" in answer.text


def test_the_picture_holds_the_seed_and_no_style() -> None:
    seed = authenticators.new_seed()
    picture = authenticators.draw_seed(seed, JO)
    assert "style" not in picture
    assert authenticators.seed_address(seed, JO).startswith("otpauth://totp/Safe%20places:jo.example%40example.gov.uk?")


@pytest.mark.parametrize(("aside_s", "good"), [(0, True), (30, True), (-30, True), (60, False), (-60, False)])
def test_a_clock_may_be_half_a_minute_off(aside_s: int, *, good: bool) -> None:
    seed, now = authenticators.new_seed(), 1_795_000_000.0
    code = pyotp.TOTP(seed).at(int(now) + aside_s)
    assert (authenticators.step_of_code(seed, code, now) is not None) == good


# One's own account


def test_changing_the_password_ends_every_other_session(house: House) -> None:
    house.add()
    browser, other = house.browser(), house.browser()
    old_token = sign_in(browser)
    sign_in(other)
    new = "thimble orchard walrus"
    answer = send(browser, "/account/password", password=PASSWORD, new_password=new)
    assert answer.headers["location"] == "/account?done=password"
    assert browser.get("/account").status_code == 200
    assert browser.cookies["__Host-session"] != old_token
    assert other.get("/account").status_code == 303
    assert house.run("SELECT count(*) FROM known_browser") == [(0,)]
    assert other.post("/sign-in/password", data={"email": JO, "password": PASSWORD}).status_code == 422
    sign_in(other, password=new)


@pytest.mark.parametrize(
    ("present", "new", "told"),
    [
        ("wrong", "thimble orchard walrus", "This is not your password."),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "Password2026!", "would be guessed early"),
    ],
)
def test_a_refused_change_changes_nothing(house: House, present: str, new: str, told: str) -> None:
    house.add()
    browser, other = house.browser(), house.browser()
    sign_in(browser)
    sign_in(other)
    answer = send(browser, "/account/password", password=present, new_password=new)
    assert answer.status_code == 422
    assert told in answer.text
    assert other.get("/account").status_code == 200
    sign_in(house.browser())


def test_a_stolen_session_cannot_guess_the_password(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    found = [send(browser, "/account/codes", password=WRONG).status_code for _ in range(11)]
    assert found == [422] * 10 + [429]


def test_sessions_are_listed_and_ended_one_by_one(house: House) -> None:
    house.add()
    house.add("eve@example.gov.uk")
    browser, phone, eve = house.browser(), house.browser(user_agent="iPhone Safari/605"), house.browser()
    sign_in(browser)
    sign_in(phone)
    sign_in(eve, "eve@example.gov.uk")
    page = browser.get("/account").text
    assert page.count("session-list__row") == 2
    assert "Safari on iPhone" in page
    assert page.count("This one") == 1
    [(eves,)] = house.run("SELECT max(id) FROM sign_in_session")
    assert send(browser, f"/account/sessions/{eves}/end").status_code == 303
    assert eve.get("/account").status_code == 200, "nobody ends another person's session"
    ended = re.search(r'action="(/account/sessions/\d+/end)"', page)
    assert ended
    assert send(browser, ended[1]).headers["location"] == "/account?done=session"
    assert phone.get("/account").status_code == 303
    sign_in(phone)
    assert send(browser, "/account/sessions/end-others").status_code == 303
    assert phone.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200
