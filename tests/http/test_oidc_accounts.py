"""Who somebody of the provider is here: the mapping of roles, the accounts, signing out."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.accounts.oidc import find_email, find_name, find_values
from app.accounts.queries import make_link
from app.settings import Settings
from tests.accounts import OTHER_AUTHORITY, PASSWORD, House
from tests.http.oidc_forger import CLIENT, Claims, Forger
from tests.http.oidc_house import ROLES, begin, refused, sign_in
from tests.register import AUTHORITY


@pytest.fixture
def house(oidc_house: House) -> House:
    """An installation whose provider misbehaves as a test asks it to."""
    return oidc_house


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


def test_a_password_of_before_goes_round_the_provider_no_longer(house: House, forger: Forger) -> None:
    account = house.add("olive@example.gov.uk", "officer")
    before = house.browser()
    assert before.post("/sign-in/password", data={"email": "olive@example.gov.uk", "password": PASSWORD}).is_redirect
    with house.writing() as session:
        token = make_link(session, account, "invitation", timedelta(days=3))
    assert sign_in(house, forger).status_code == 303
    assert house.run("SELECT oidc_subject FROM account") == [("1",)]
    again = house.browser().post("/sign-in/password", data={"email": "olive@example.gov.uk", "password": PASSWORD})
    assert again.status_code == 422
    assert house.browser().get(f"/sign-in/invitation/{token}").status_code == 410
    assert before.get("/account").headers["location"].startswith("/sign-in?")
    assert sign_in(house, forger).status_code == 303, "and from then on as usual"


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
    waits, _, address = answer.headers["refresh"].partition("; url=")
    assert waits == "0"
    assert address.replace("&", "&amp;") in answer.text, "a link for whoever is not led on"
    asked = parse_qs(urlsplit(address).query)
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
