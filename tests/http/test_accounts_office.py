"""The people of an authority, as its administrators look after them."""

import re

from fastapi.testclient import TestClient

from tests.accounts import OTHER_AUTHORITY, PASSWORD, House, send, sign_in

ANN = "ann@example.gov.uk"
JO = "jo.example@example.gov.uk"
PEOPLE = "/office/accounts"


def administrator(house: House) -> TestClient:
    """A browser in which an administrator is signed in."""
    house.add(ANN, "administrator")
    browser = house.browser()
    sign_in(browser, ANN)
    return browser


def link_of_mail(house: House, kind: str) -> str:
    """The page to which the newest message of a kind leads."""
    [(to, body)] = house.run(
        "SELECT to_address, text FROM mail_message WHERE kind = :kind ORDER BY id DESC LIMIT 1", kind=kind
    )
    found = re.search(r"^https://testserver(/sign-in/\S+)$", body, re.MULTILINE)
    assert found, body
    assert to == JO
    return found[1]


def test_a_person_is_added_invited_and_signs_in(house: House) -> None:
    browser = administrator(house)
    answer = send(browser, f"{PEOPLE}/new", name=" Jo  Example ", email=JO.title(), role="officer")
    assert answer.headers["location"] == f"{PEOPLE}?done=added"
    listed = browser.get(f"{PEOPLE}?done=added").text
    assert "Jo Example" in listed
    assert "No password yet" in listed
    link = link_of_mail(house, "invitation")
    assert link not in listed
    assert link.rpartition("/")[2] not in listed, "administrators do not see it"
    jo = house.browser()
    for _ in range(3):
        assert jo.get(link).status_code == 200, "looking does not use it up"
    assert jo.post(link, data={"password": "password1234"}).status_code == 422
    assert jo.post(link, data={"password": PASSWORD}).headers["location"] == "/sign-in/password?done=chosen"
    assert jo.post(link, data={"password": PASSWORD + "s"}).status_code == 410
    assert jo.get(link).status_code == 410
    sign_in(jo)


def test_a_reset_ends_what_was_before_and_an_authenticator_stays_unless_it_was_lost(house: House) -> None:
    browser = administrator(house)
    account = house.add()
    old = house.browser()
    sign_in(old)
    house.run(
        "UPDATE account_secret SET totp_secret = 'x', totp_confirmed_at = now() WHERE account_id = :id", id=account
    )
    assert send(browser, f"{PEOPLE}/{account}/reset").status_code == 303
    assert old.get("/account").status_code == 200, "until they choose another, in case they did not ask"
    new = house.browser()
    assert new.post(link_of_mail(house, "password_reset"), data={"password": PASSWORD + " anew"}).status_code == 303
    assert old.get("/account").status_code == 303
    first_step = new.post("/sign-in/password", data={"email": JO, "password": PASSWORD + " anew"})
    assert first_step.headers["location"].startswith("/sign-in/code")
    assert send(browser, f"{PEOPLE}/{account}/reset", without_authenticator="yes").status_code == 303
    sign_in(new, password=PASSWORD + " anew")


def test_a_password_that_was_chosen_ends_every_older_invitation(house: House) -> None:
    browser = administrator(house)
    account = house.add()
    links = []
    for _ in range(3):
        send(browser, f"{PEOPLE}/{account}/reset")
        links.append(link_of_mail(house, "password_reset"))
    assert house.browser().post(links[1], data={"password": PASSWORD + " anew"}).status_code == 303
    for link in (links[0], links[2]):
        assert house.browser().post(link, data={"password": PASSWORD + " stolen"}).status_code == 410
    sign_in(house.browser(), password=PASSWORD + " anew")


def test_an_invitation_of_before_somebody_left_is_over_when_they_come_back(house: House) -> None:
    browser = administrator(house)
    account = house.add()
    send(browser, f"{PEOPLE}/{account}/reset")
    send(browser, f"{PEOPLE}/{account}/deactivate")
    send(browser, f"{PEOPLE}/{account}/activate")
    assert house.browser().get(link_of_mail(house, "password_reset")).status_code == 410


def test_whoever_leaves_is_out_at_once(house: House) -> None:
    browser = administrator(house)
    account = house.add()
    jo = house.browser()
    sign_in(jo)
    house.run(
        "INSERT INTO api_key (authority_code, account_id, name, prefix, key_hash, scopes, created_at, expires_at)"
        " SELECT authority_code, id, 'k', 'spk_12345678', 'x', ARRAY['places:read-all'], now(), now() + interval '1 h'"
        " FROM account WHERE id = :id",
        id=account,
    )
    assert send(browser, f"{PEOPLE}/{account}/deactivate").headers["location"] == f"{PEOPLE}?done=deactivated"
    assert jo.get("/account").status_code == 303
    assert jo.post("/sign-in/password", data={"email": JO, "password": PASSWORD}).status_code == 422
    assert house.run("SELECT password_hash FROM account_secret WHERE account_id = :id", id=account) == [(None,)]
    assert house.run("SELECT revoked_at IS NOT NULL FROM api_key") == [(True,)]
    assert send(browser, f"{PEOPLE}/{account}/reset").status_code == 409
    assert send(browser, f"{PEOPLE}/{account}/activate").status_code == 303
    assert house.run("SELECT is_active FROM account WHERE id = :id", id=account) == [(True,)]


def test_a_new_role_is_signed_in_with_anew(house: House) -> None:
    browser = administrator(house)
    account = house.add()
    jo = house.browser()
    sign_in(jo)
    assert send(browser, f"{PEOPLE}/{account}/role", role="auditor").status_code == 303
    assert jo.get("/account").status_code == 303
    assert send(browser, f"{PEOPLE}/{account}/role", role="councillor").status_code == 422
    assert send(browser, f"{PEOPLE}/{account}/role", role="emperor").status_code == 422
    assert house.run("SELECT role FROM account WHERE id = :id", id=account) == [("auditor",)]


def test_the_last_administrator_stays_and_is_told_why(house: House) -> None:
    browser = administrator(house)
    [(ann,)] = house.run("SELECT id FROM account")
    for address, fields in ((f"{PEOPLE}/{ann}/deactivate", {}), (f"{PEOPLE}/{ann}/role", {"role": "officer"})):
        answer = send(browser, address, **fields)
        assert answer.status_code == 422
        assert "the last administrator of this authority" in answer.text
    assert house.run("SELECT role, is_active FROM account") == [("administrator", True)]
    assert browser.get("/account").status_code == 200


def test_sessions_of_others_are_seen_and_ended(house: House) -> None:
    browser = administrator(house)
    account = house.add()
    first, second = house.browser(), house.browser(user_agent="Chrome/142 Android")
    sign_in(first)
    sign_in(second)
    page = browser.get(f"{PEOPLE}/{account}").text
    assert "Chrome on Android" in page
    one = re.search(rf'action="({PEOPLE}/{account}/sessions/\d+/end)"', page)
    assert one
    assert send(browser, one[1]).status_code == 303
    assert [client.get("/account").status_code for client in (first, second)] == [200, 303]
    assert send(browser, f"{PEOPLE}/{account}/sessions/end").status_code == 303
    assert first.get("/account").status_code == 303


def test_another_authoritys_people_are_out_of_reach(house: House) -> None:
    browser = administrator(house)
    account = house.add("else@example.org", authority_code=OTHER_AUTHORITY)
    other = house.browser()
    sign_in(other, "else@example.org")
    assert "else@example.org" not in browser.get(PEOPLE).text
    assert browser.get(f"{PEOPLE}/{account}").status_code == 404
    for what in ("role", "reset", "deactivate", "activate", "sessions/end"):
        assert send(browser, f"{PEOPLE}/{account}/{what}", role="officer").status_code == 404, what
    assert other.get("/account").status_code == 200


def test_an_address_of_another_authority_is_taken_without_a_word_about_whose(house: House) -> None:
    browser = administrator(house)
    house.add("else@example.org", authority_code=OTHER_AUTHORITY)
    answer = send(browser, f"{PEOPLE}/new", name="X", email="else@example.org", role="officer")
    assert answer.status_code in {409, 422}
    assert "Othershire" not in answer.text
    assert house.run("SELECT count(*) FROM account WHERE email = 'else@example.org'") == [(1,)]


def test_officers_do_not_manage_people(house: House) -> None:
    house.add()
    browser = house.browser()
    sign_in(browser)
    assert browser.get(PEOPLE).status_code == 403
    assert send(browser, f"{PEOPLE}/new", name="X", email="x@example.org", role="administrator").status_code == 403
