"""Guessing: slow for whoever guesses, no obstacle for whoever owns the account, and silent about who has one."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from fastapi.testclient import TestClient
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import event

from app.accounts import attempts, passwords
from app.accounts.attempts import AT_ONE_PLACE, AT_ONE_PLACE_UNDER_ATTACK, UNDER_ATTACK
from tests.accounts import PASSWORD, WRONG, House, send, sign_in
from tests.apart import run_apart

JO = "jo.example@example.gov.uk"
NOBODY = "no.body@example.gov.uk"


def guess(browser: TestClient, email: str = JO, password: str = WRONG) -> int:
    """One attempt; the status of its answer."""
    return browser.post("/sign-in/password", data={"email": email, "password": password}).status_code


def exhaust(browser: TestClient, email: str = JO) -> None:
    """Guess until one has to wait."""
    assert [guess(browser, email) for _ in range(AT_ONE_PLACE + 1)] == [422] * AT_ONE_PLACE + [429]


@pytest.fixture
def real_hash() -> None:
    """Named by tests that need argon2 itself."""


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """Spend no time on argon2 where a test guesses often; what is counted does not depend on it."""
    if "real_hash" in request.fixturenames:
        yield
        return

    def compare(password: str, stored: str | None) -> bool:
        return password == PASSWORD and stored is not None

    with mock.patch("app.accounts.sign_in.is_password", compare):
        yield


def test_guessing_at_one_place_comes_to_an_end(house: House) -> None:
    house.add()
    browser = house.browser()
    exhaust(browser)
    answer = browser.post("/sign-in/password", data={"email": JO, "password": PASSWORD})
    assert answer.status_code == 429, "not even the right one is judged any more"
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert "Too many attempts from here. Wait 15 minutes" in answer.text
    house.run("UPDATE sign_in_attempt SET attempted_at = attempted_at - interval '16 minutes'")
    assert guess(browser, password=PASSWORD) == 303


def test_the_owner_elsewhere_is_not_locked_out(house: House) -> None:
    house.add()
    exhaust(house.browser(address="198.51.100.66"))
    assert guess(house.browser(address="192.0.2.1"), password=PASSWORD) == 303


def test_the_owner_in_a_known_browser_is_not_locked_out_by_somebody_at_the_same_address(house: House) -> None:
    house.add()
    owner = house.browser(address="192.0.2.1")
    sign_in(owner)
    send(owner, "/sign-out")
    exhaust(house.browser(address="192.0.2.1"))
    assert guess(owner, password=PASSWORD) == 303
    assert guess(house.browser(address="192.0.2.1"), password=PASSWORD) == 429, "a strange browser there has to wait"


def test_guessing_in_a_known_browser_comes_to_an_end_too(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    exhaust(browser)
    assert guess(house.browser(), password=PASSWORD) == 303, "and holds up nobody else there"


def test_a_browser_is_known_to_the_accounts_that_used_it_only(house: House) -> None:
    house.add()
    house.add("eve@example.gov.uk")
    eve = house.browser()
    sign_in(eve, "eve@example.gov.uk")
    exhaust(eve)
    for _ in range(2):
        assert guess(eve) == 429, "her cookie buys no attempts at Jo's account"
    assert guess(eve, "eve@example.gov.uk", PASSWORD) == 303


def test_guessing_from_everywhere_leaves_less_at_each_place(house: House) -> None:
    """A thousand addresses: each has three attempts instead of ten; the owner, at one of their own, gets in."""
    house.add()
    for number in range(UNDER_ATTACK // AT_ONE_PLACE):
        exhaust_at = house.browser(address=f"198.51.100.{number}")
        assert [guess(exhaust_at) for _ in range(AT_ONE_PLACE)] == [422] * AT_ONE_PLACE
    another = house.browser(address="203.0.113.1")
    assert [guess(another) for _ in range(4)] == [422] * AT_ONE_PLACE_UNDER_ATTACK + [429]
    assert guess(house.browser(address="192.0.2.1"), password=PASSWORD) == 303


def test_one_address_cannot_try_everybody(house: House) -> None:
    browser = house.browser(address="198.51.100.66")
    with mock.patch.object(attempts, "AT_ONE_ADDRESS", 12):
        found = [guess(browser, f"person{number}@example.gov.uk") for number in range(13)]
    assert found == [422] * 12 + [429]


def test_a_household_is_one_place_in_ipv6(house: House) -> None:
    house.add()
    exhaust(house.browser(address="2001:db8:1:2::1"))
    assert guess(house.browser(address="2001:db8:1:2:ffff::9")) == 429
    assert guess(house.browser(address="2001:db8:1:3::1")) == 422


def test_attempts_at_once_are_counted_before_they_are_judged(house: House) -> None:
    house.add()
    transport = ASGITransport(app=house.app, client=("192.0.2.10", 50_000))

    async def guess_at_once() -> list[int]:
        async with AsyncClient(transport=transport, base_url="https://testserver") as client:
            fields = {"email": JO, "password": WRONG}
            answers = [client.post("/sign-in/password", data=fields) for _ in range(AT_ONE_PLACE * 2)]
            return [answer.status_code for answer in await asyncio.gather(*answers)]

    assert Counter(run_apart(guess_at_once())) == {422: AT_ONE_PLACE, 429: AT_ONE_PLACE}


def test_success_does_not_wash_away_what_strangers_tried(house: House) -> None:
    house.add()
    stranger = house.browser(address="198.51.100.66")
    for _ in range(AT_ONE_PLACE - 1):
        guess(stranger)
    sign_in(house.browser())
    assert [guess(stranger) for _ in range(2)] == [422, 429]


def test_no_address_or_name_is_kept_of_attempts(house: House) -> None:
    house.add()
    guess(house.browser(address="198.51.100.66"))
    kept = str(house.run("SELECT * FROM sign_in_attempt"))
    assert "example" not in kept
    assert "198.51" not in kept


# The same answer, and the same work, whether somebody has an account or not


@contextmanager
def work_done(house: House) -> Iterator[Counter[str]]:
    """What is done meanwhile: hashes that are verified, by their cost, and statements, by their text."""
    done: Counter[str] = Counter()
    hasher = passwords._hasher()  # noqa: SLF001 - the work that the test counts
    verify = hasher.verify

    def counted(password: str, stored: str) -> bool:
        done["hash with " + "$".join(stored.split("$")[1:4])] += 1
        return verify(password, stored)

    def on_statement(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "register_version" not in statement:  # asked by every page, once in a while
            done[statement] += 1

    engine = house.app.state.engine
    event.listen(engine, "before_cursor_execute", on_statement)
    with mock.patch.object(type(hasher), "verify", lambda _, password, stored: counted(password, stored)):
        yield done
    event.remove(engine, "before_cursor_execute", on_statement)


@pytest.mark.usefixtures("real_hash")
def test_the_answer_and_the_work_are_the_same_for_known_and_unknown(house: House) -> None:
    """Work rather than time is compared: time on a shared machine would show nothing either way."""
    house.add()
    house.add("left@example.gov.uk", is_active=False)
    house.add("by.link@example.gov.uk", "councillor", password=None)
    guess(house.browser(address="203.0.113.7"), "warm.up@example.gov.uk")
    seen: set[tuple[int, str, tuple[str, ...]]] = set()
    works: list[Counter[str]] = []
    for number, email in enumerate([JO, NOBODY, "left@example.gov.uk", "by.link@example.gov.uk", "", "JO@EXAMPLE"] * 4):
        browser = house.browser(address=f"192.0.2.{number + 1}")
        with work_done(house) as done:
            answer = browser.post("/sign-in/password", data={"email": email, "password": WRONG})
        seen.add((answer.status_code, answer.text.replace(f'value="{email}"', ""), tuple(sorted(answer.headers))))
        works.append(done)
    assert len(seen) == 1
    assert not [work for work in works if work != works[0]]
    assert sum(count for what, count in works[0].items() if what.startswith("hash with argon2id")) == 1


def test_one_has_to_wait_for_unknown_addresses_just_the_same(house: House) -> None:
    exhaust(house.browser(), NOBODY)


@pytest.mark.parametrize("email", [JO.upper(), f"  {JO} "])
def test_addresses_are_taken_as_people_type_them(house: House, email: str) -> None:
    house.add()
    assert guess(house.browser(), email, PASSWORD) == 303


@pytest.mark.parametrize(
    "fields",
    [{}, {"email": JO}, {"password": PASSWORD}, {"email": JO, "password": ""}, {"email": "\0", "password": "x"}],
)
def test_what_is_not_filled_in_is_only_wrong(house: House, fields: dict[str, str]) -> None:
    house.add()
    assert house.browser().post("/sign-in/password", data=fields).status_code == 422


@pytest.mark.usefixtures("real_hash")
def test_passwords_are_never_shown_again(house: House) -> None:
    house.add()
    answer = house.browser().post("/sign-in/password", data={"email": JO, "password": "my secret mistake"})
    assert "my secret mistake" not in answer.text
