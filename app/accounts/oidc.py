"""Who somebody that the provider vouches for is here: their role by the settings' mapping, and their account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.accounts import oidc_queries, queries
from app.accounts.oidc_queries import Candidate
from app.accounts.queries import KnownAccount
from app.accounts.rules import LONGEST_NAME
from app.db.sessions import Bounds, WriteSession, confine
from app.errors import InvalidInput
from app.mail.addresses import parse_address
from app.settings import OidcRole, Settings
from app.tables import Account
from app.vocabulary import Role

ACTOR = "provider"
KEEPERS = {Role.OFFICER.value, Role.ADMINISTRATOR.value}
"""Roles whose API keys go on after a change of role."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not let in, and what they can do."""

    what: str
    remedy: str


NO_ROLE = Refusal(
    "Your council account is right, but it has no part in the register of safe places.",
    "Ask an administrator of the register to have you added to one of its groups, then sign in again.",
)
TOO_MANY_GROUPS = Refusal(
    "You are in so many groups that your council's sign-in does not tell us which.",
    "Ask the people who look after it to use application roles for the register, or to send only its groups.",
)
LEFT = Refusal(
    "Your account here was ended.",
    "Ask an administrator of the register, if you should work with it again.",
)
ANOTHERS = Refusal(
    "Your e-mail address belongs here to another person's council account.",
    "Ask an administrator of the register to see to it.",
)
ELSEWHERE = Refusal(
    "Your account here belongs to another council than your sign-in says.",
    "Ask an administrator of the register to see to it.",
)
NO_COUNCILLOR = Refusal(
    "Your sign-in says that you are a councillor, and the register knows no councillor with your e-mail address.",
    "Ask an administrator of the register to add your address to your entry, or to make an account for you.",
)


def admit(session: WriteSession, settings: Settings, claims: Mapping[str, Any]) -> KnownAccount | Refusal:
    """Make or update the account of somebody that the provider vouches for, or say why they are not let in.

    Whoever has no role any more is signed out everywhere. An account that was made here is taken over by address only
    if the provider has verified the address. The role is that of the mapping, each time.
    """
    issuer, subject = settings.oidc_issuer, str(claims["sub"])
    email = find_email(settings, claims)
    oidc_queries.lock_subject(session, issuer, subject)
    candidates = oidc_queries.list_candidates(session, issuer, subject, email)
    same = next((candidate for candidate in candidates if candidate.is_same), None)
    found = same or next(iter(candidates), None)
    rule = find_rule(settings.oidc_roles, find_values(claims, settings.oidc_role_claim))
    if rule is None:
        if same:
            _confine(session, same.authority_code)
            queries.end_sessions(session, same.account_id)
        return TOO_MANY_GROUPS if is_overage(claims, settings.oidc_role_claim) else NO_ROLE
    authority_code = rule.authority or settings.authority
    if found and (refusal := _refusal_of(found, authority_code)):
        return refusal
    _confine(session, authority_code)
    councillor_id = None
    if rule.role == Role.COUNCILLOR.value:
        councillor_id = (found and found.councillor_id) or oidc_queries.find_councillor(session, authority_code, email)
        if councillor_id is None:
            return NO_COUNCILLOR
    new = Account(authority_code=authority_code, role=rule.role, name="")
    account = oidc_queries.get_account(session, found.account_id) if found else new
    if found and account.role != rule.role:
        queries.end_sessions(session, found.account_id)
        if rule.role not in KEEPERS:
            queries.revoke_keys(session, found.account_id)
    account.role, account.councillor_id = rule.role, councillor_id
    account.oidc_issuer, account.oidc_subject = issuer, subject
    account.name = find_name(claims) or account.name or "Name not known"
    if email and all(candidate is found for candidate in candidates):
        account.email = email
    session.add(account)
    session.flush()
    assert account.id is not None  # noqa: S101 - it was stored, for mypy
    known = KnownAccount(account.id, account.authority_code, account.role)
    if found and not found.is_linked:
        _forget_what_was_here(session, known)
    return known


def _forget_what_was_here(session: WriteSession, known: KnownAccount) -> None:
    """An account that the provider vouches for from now on: a password of before would go round what it demands."""
    queries.enter(session, known)
    queries.remove_secrets(session, known.account_id, password=True)
    queries.end_sessions(session, known.account_id)


def _refusal_of(found: Candidate, authority_code: str) -> Refusal | None:
    if not found.is_active:
        return LEFT
    if found.is_linked and not found.is_same:
        return ANOTHERS
    return ELSEWHERE if found.authority_code != authority_code else None


def _confine(session: WriteSession, authority_code: str) -> None:
    """The provider and its mapping stand in for an administrator of the authority, as an operator set them up."""
    confine(session, Bounds(None, authority_code, Role.ADMINISTRATOR.value))
    session.record_as(ACTOR, via="page", reason="Signed in at the provider")


def find_rule(rules: Sequence[OidcRole], values: Sequence[str]) -> OidcRole | None:
    """The first rule of the mapping for one of somebody's values: its order is that of precedence."""
    return next((rule for rule in rules if rule.value in values), None)


def find_values(claims: Mapping[str, Any], name: str) -> list[str]:
    """The values of a claim, one or several. `realm_access.roles` looks inside an object, as Keycloak has it."""
    value: Any = claims.get(name)
    if value is None:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def is_overage(claims: Mapping[str, Any], name: str) -> bool:
    """Whether Entra ID left the groups out because there are too many (it names them in `_claim_names` then)."""
    named = claims.get("_claim_names")
    return isinstance(named, Mapping) and name in named


def find_email(settings: Settings, claims: Mapping[str, Any]) -> str | None:
    """The address of somebody, if the provider has verified it or is trusted with it by the settings; lower case."""
    value = claims.get(settings.oidc_email_claim)
    is_verified = claims.get("email_verified") in (True, "true") or claims.get("xms_edov") in (True, 1, "1", "true")
    if not isinstance(value, str) or not (is_verified or settings.oidc_trust_email):
        return None
    try:
        return parse_address(value).lower()
    except InvalidInput:
        return None


def find_name(claims: Mapping[str, Any]) -> str:
    """The name of somebody as the provider has it; empty where it has none."""
    name = claims.get("name")
    if not isinstance(name, str) or not name.strip():
        parts = [claims.get("given_name"), claims.get("family_name")]
        name = " ".join(part for part in parts if isinstance(part, str))
    printable = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(printable.split())[:LONGEST_NAME]
