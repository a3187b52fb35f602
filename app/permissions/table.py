"""The one table of who may do what: role by action, with how far it reaches, and which fields each role reads.

Routes name an `Action` (`app/accounts/access.py`); pages, exports and docs/permissions.md are derived from here. The
action's value is also the scope of an API key.
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from app.errors import Forbidden, NotSignedIn
from app.permissions.identity import Identity
from app.vocabulary import Role


class Action(StrEnum):
    """What can be done. The value is the scope of an API key as well."""

    READ_PUBLISHED = "places:read"
    READ_PLACES = "places:read-all"
    READ_PRIVATE = "places:read-private"
    WRITE_PLACES = "places:write"
    CHANGE_STATUS = "places:status"
    APPROVE_CHANGES = "places:approve"
    MERGE_PLACES = "places:merge"
    READ_HISTORY = "history:read"
    WRITE_AUDITS = "audits:write"
    READ_CIRCULATION = "circulation:read"
    WRITE_CIRCULATION = "circulation:write"
    USE_OWN_ACCOUNT = "account:own"
    MANAGE_ACCOUNTS = "accounts:manage"
    MANAGE_KEYS = "keys:manage"
    MANAGE_SETTINGS = "settings:manage"
    READ_MAIL = "mail:read"
    READ_LEDGER = "ledger:read"


class Reach(IntEnum):
    """How far a permission reaches; a greater one includes the smaller ones."""

    NOTHING = 0
    PUBLISHED = 1
    OWN_DIVISIONS = 2
    OWN_AUTHORITY = 3


class FieldClass(StrEnum):
    """How a field is kept: `READS` says which action reads it."""

    PUBLIC = "public"
    REGISTER = "register"
    PRIVATE = "private"
    HISTORY = "history"
    OWN = "own"
    PEOPLE = "people"
    KEYS = "keys"
    MAIL = "mail"
    SECRET = "secret"  # noqa: S105 - the name of a class of fields
    INTERNAL = "internal"


_EVERYONE: dict[Action, Reach] = {Action.READ_PUBLISHED: Reach.PUBLISHED}
_SIGNED_IN = _EVERYONE | {Action.USE_OWN_ACCOUNT: Reach.OWN_AUTHORITY}
_AUDITOR = _SIGNED_IN | {
    Action.READ_PLACES: Reach.OWN_AUTHORITY,
    Action.READ_PRIVATE: Reach.OWN_AUTHORITY,
    Action.READ_HISTORY: Reach.OWN_AUTHORITY,
    Action.WRITE_AUDITS: Reach.OWN_AUTHORITY,
}
_OFFICER = _AUDITOR | {
    Action.WRITE_PLACES: Reach.OWN_AUTHORITY,
    Action.CHANGE_STATUS: Reach.OWN_AUTHORITY,
    Action.APPROVE_CHANGES: Reach.OWN_AUTHORITY,
    Action.MERGE_PLACES: Reach.OWN_AUTHORITY,
    Action.READ_CIRCULATION: Reach.OWN_AUTHORITY,
    Action.WRITE_CIRCULATION: Reach.OWN_AUTHORITY,
}
RULES: Mapping[Role, Mapping[Action, Reach]] = {
    Role.PUBLIC: _EVERYONE,
    Role.PARTNER: _EVERYONE,
    Role.COUNCILLOR: _SIGNED_IN | {Action.READ_PLACES: Reach.OWN_DIVISIONS, Action.READ_HISTORY: Reach.OWN_DIVISIONS},
    Role.AUDITOR: _AUDITOR,
    Role.OFFICER: _OFFICER,
    Role.ADMINISTRATOR: _OFFICER
    | {
        Action.MANAGE_ACCOUNTS: Reach.OWN_AUTHORITY,
        Action.MANAGE_KEYS: Reach.OWN_AUTHORITY,
        Action.MANAGE_SETTINGS: Reach.OWN_AUTHORITY,
        Action.READ_MAIL: Reach.OWN_AUTHORITY,
        Action.READ_LEDGER: Reach.OWN_AUTHORITY,
    },
}

KEY_SCOPES = frozenset(
    {
        Action.READ_PLACES,
        Action.READ_PRIVATE,
        Action.WRITE_PLACES,
        Action.CHANGE_STATUS,
        Action.APPROVE_CHANGES,
        Action.MERGE_PLACES,
        Action.READ_HISTORY,
        Action.WRITE_AUDITS,
        Action.READ_CIRCULATION,
    }
)
"""Actions that a key can be good for. People, keys and settings are managed by people only."""


READS: Mapping[FieldClass, Action | None] = {
    FieldClass.PUBLIC: Action.READ_PUBLISHED,
    FieldClass.REGISTER: Action.READ_PLACES,
    FieldClass.PRIVATE: Action.READ_PRIVATE,
    FieldClass.HISTORY: Action.READ_HISTORY,
    FieldClass.OWN: Action.USE_OWN_ACCOUNT,
    FieldClass.PEOPLE: Action.MANAGE_ACCOUNTS,
    FieldClass.KEYS: Action.MANAGE_KEYS,
    FieldClass.MAIL: Action.READ_MAIL,
    FieldClass.SECRET: None,
    FieldClass.INTERNAL: None,
}
"""What one must be allowed in order to read a class of fields; None: it never leaves, whoever asks."""


class Field(NamedTuple):
    """How one field is kept, and which action writes it; None: people do not write it, the register does."""

    kept: FieldClass
    written_by: Action | None = None


def _fields(kept: FieldClass, names: str, *, written_by: Action | None = None) -> dict[str, Field]:
    return dict.fromkeys(names.split(), Field(kept, written_by))


_PLACE_FACTS = _fields(
    FieldClass.PUBLIC,
    "name kind schemes offers description address_1 address_2 town postcode uprn lon lat location_source"
    " location_quality_m opening_hours closures phone email website step_free_entrance accessible_toilet hearing_loop"
    " quiet_space bsl languages",
    written_by=Action.WRITE_PLACES,
)
_PLACE_STANDING = (
    _fields(FieldClass.PUBLIC, "authority_code reference version created_at updated_at")
    | _fields(FieldClass.REGISTER, "consent_on", written_by=Action.WRITE_PLACES)
    | _fields(FieldClass.REGISTER, "membership_status", written_by=Action.CHANGE_STATUS)
)
_CONTACT = "contact_name contact_role contact_phone contact_email consent_by"
_DATED = _fields(FieldClass.INTERNAL, "recorded_at")

FIELDS: Mapping[str, Mapping[str, Field]] = {
    # Places. "register_place" is what leaves for those who sign in, by the names that it has there.
    "place": _PLACE_FACTS
    | _PLACE_STANDING
    | _fields(FieldClass.PUBLIC, "location", written_by=Action.WRITE_PLACES)
    | _fields(FieldClass.INTERNAL, "id search"),
    "place_private": _fields(FieldClass.PRIVATE, f"{_CONTACT} notes", written_by=Action.WRITE_PLACES)
    | _fields(FieldClass.INTERNAL, "place_id"),
    "register_place": _PLACE_FACTS
    | _PLACE_STANDING
    | _fields(FieldClass.PUBLIC, "easting northing", written_by=Action.WRITE_PLACES)
    | _fields(FieldClass.PUBLIC, "kind_label assurance valid_until")
    | _fields(
        FieldClass.REGISTER,
        "last_audit is_published divisions near_boundary postcode_disagrees change_waiting merged_into",
    )
    | _fields(FieldClass.PRIVATE, f"{_CONTACT} private_notes", written_by=Action.WRITE_PLACES),
    "place_revision": _fields(FieldClass.HISTORY, "version recorded_at superseded_at actor via reason")
    | _fields(FieldClass.INTERNAL, "id place_id snapshot"),
    "place_division": _fields(FieldClass.PUBLIC, "is_assigned division_id division_set_id place_id")
    | _fields(FieldClass.REGISTER, "distance_m near_boundary postcode_disagrees")
    | _fields(FieldClass.REGISTER, "basis decided_at decided_by", written_by=Action.WRITE_PLACES)
    | _DATED,
    "place_change": _fields(FieldClass.PRIVATE, "facts reason", written_by=Action.WRITE_PLACES)
    | _fields(FieldClass.PRIVATE, "decision decision_reason", written_by=Action.APPROVE_CHANGES)
    | _fields(FieldClass.PRIVATE, "id base_version proposed_by proposed_at decided_by decided_at")
    | _fields(FieldClass.INTERNAL, "place_id authority_code"),
    "place_merge": _fields(FieldClass.REGISTER, "into_place_id reason", written_by=Action.MERGE_PLACES)
    | _fields(FieldClass.REGISTER, "merged_at merged_by")
    | _fields(FieldClass.INTERNAL, "place_id"),
    "premises_kind": _fields(FieldClass.PUBLIC, "code label"),
    "scheme": _fields(FieldClass.PUBLIC, "code label summary"),
    "membership_transition": _fields(FieldClass.PUBLIC, "before after"),
    # Audits.
    "audit": _fields(FieldClass.PUBLIC, "audited_on verdict valid_until", written_by=Action.WRITE_AUDITS)
    | _fields(FieldClass.REGISTER, "auditor signed_off_by effective_at", written_by=Action.WRITE_AUDITS)
    | _fields(FieldClass.INTERNAL, "id place_id"),
    # Councillors, divisions, postcodes: open data.
    "councillor": _fields(FieldClass.PUBLIC, "authority_code name party email phone")
    | _fields(FieldClass.INTERNAL, "id")
    | _DATED,
    "term_of_office": _fields(FieldClass.PUBLIC, "division_id seat starts_on ends_on")
    | _fields(FieldClass.INTERNAL, "id councillor_id")
    | _DATED,
    "authority": _fields(FieldClass.PUBLIC, "code name is_sample"),
    "division_set": _fields(
        FieldClass.PUBLIC, "authority_code title valid_from valid_to source licence attribution approximate status"
    )
    | _fields(FieldClass.INTERNAL, "id content_sha256 loaded_at activated_at")
    | _DATED,
    "division": _fields(FieldClass.PUBLIC, "gss_code name members geometry outline_lonlat area_m2")
    | _fields(FieldClass.INTERNAL, "id division_set_id"),
    "division_piece": _fields(FieldClass.INTERNAL, "id division_id division_set_id geometry"),
    "postcode_unit": _fields(
        FieldClass.PUBLIC, "postcode easting northing location quality division_code district_code source"
    ),
    "register_version": _fields(FieldClass.INTERNAL, "only_row version changed_at"),
    "row_history": _fields(FieldClass.INTERNAL, "id relation key recorded_at superseded_at snapshot"),
    # People who sign in. Their own facts are shown to themselves too.
    "account": _fields(
        FieldClass.PEOPLE, "role email councillor_id is_active created_at", written_by=Action.MANAGE_ACCOUNTS
    )
    | _fields(FieldClass.REGISTER, "name", written_by=Action.MANAGE_ACCOUNTS)
    | _fields(FieldClass.PEOPLE, "id authority_code signed_in_at erased_at oidc_issuer")
    | _fields(FieldClass.SECRET, "oidc_subject"),
    "account_secret": _fields(FieldClass.SECRET, "password_hash totp_secret", written_by=Action.USE_OWN_ACCOUNT)
    | _fields(FieldClass.SECRET, "totp_confirmed_at totp_last_step changed_at account_id"),
    "recovery_code": _fields(FieldClass.SECRET, "id account_id code_hash used_at"),
    "sign_in_session": _fields(FieldClass.OWN, "id method browser created_at seen_at")
    | _fields(FieldClass.OWN, "ended_at", written_by=Action.USE_OWN_ACCOUNT)
    | _fields(FieldClass.SECRET, "token_hash csrf_token oidc_id_token")
    | _fields(FieldClass.INTERNAL, "account_id expires_at"),
    "sign_in_link": _fields(FieldClass.SECRET, "token_hash browser_hash")
    | _fields(FieldClass.INTERNAL, "id account_id purpose created_at expires_at used_at"),
    "sign_in_attempt": _fields(FieldClass.INTERNAL, "id subject_hash attempted_at"),
    "known_browser": _fields(FieldClass.SECRET, "token_hash") | _fields(FieldClass.INTERNAL, "account_id seen_at"),
    # A search of the register, read by whoever may search it: but each account's rows are its own (a policy).
    "saved_view": _fields(FieldClass.REGISTER, "name query", written_by=Action.READ_PLACES)
    | _fields(FieldClass.REGISTER, "id")
    | _fields(FieldClass.INTERNAL, "account_id created_at"),
    # Programs.
    "api_key": _fields(FieldClass.KEYS, "name scopes per_minute expires_at revoked_at", written_by=Action.MANAGE_KEYS)
    | _fields(FieldClass.KEYS, "id account_id prefix created_at last_used_at replaces_id")
    | _fields(FieldClass.SECRET, "key_hash")
    | _fields(FieldClass.INTERNAL, "authority_code"),
    "idempotent_answer": _fields(FieldClass.INTERNAL, "actor key request_hash status headers body created_at"),
    # Settings, mail, what leaves.
    "register_setting": _fields(FieldClass.REGISTER, "value", written_by=Action.MANAGE_SETTINGS)
    | _fields(FieldClass.REGISTER, "name changed_at")
    | _fields(FieldClass.INTERNAL, "authority_code"),
    "mail_message": _fields(
        FieldClass.MAIL,
        "id kind to_address attempts answer created_at expires_at claimed_at handed_over_at settled_at decided_by",
    )
    | _fields(FieldClass.MAIL, "state", written_by=Action.READ_MAIL)
    | _fields(FieldClass.SECRET, "subject text html token claim dedupe_key")
    | _fields(FieldClass.INTERNAL, "authority_code"),
    # The ledger. What an entry tells is shown by the fields that it tells of (app/ledger).
    "ledger_chain": _fields(FieldClass.INTERNAL, "chain"),
    "ledger_entry": _fields(FieldClass.HISTORY, "chain sequence recorded_at concept subject actor content hash"),
    "personal_key": _fields(FieldClass.SECRET, "id person key"),
    "personal_value": _fields(FieldClass.SECRET, "id chain person_id iv sealed"),
    "outbox_message": _fields(FieldClass.INTERNAL, "id topic payload created_at handled_at"),
}
"""Every field of every concept. A column of a table that is missing here fails tests/test_permissions.py."""


def readable_fields(identity: Identity, concept: str) -> frozenset[str]:
    """The fields of a concept (a key of `FIELDS`) that somebody may read, of the rows that they may see at all."""
    return frozenset(
        name for name, field in FIELDS[concept].items() if (action := READS[field.kept]) and may(identity, action)
    )


def writable_fields(identity: Identity, concept: str) -> frozenset[str]:
    """The fields of a concept that somebody may write."""
    return frozenset(
        name for name, field in FIELDS[concept].items() if field.written_by and may(identity, field.written_by)
    )


def list_fields() -> Iterator[tuple[str, str, Field]]:
    """Every concept, field and how it is kept, in the order of the table."""
    for concept, fields in FIELDS.items():
        for name, field in fields.items():
            yield concept, name, field


PUBLIC_ADDRESSES: Mapping[str, str] = {
    "/": "finding a place",
    "/places/{reference}": "published places",
    "/divisions": "open data",
    "/divisions/{gss_code}": "open data",
    "/map/*": "the map: published places, divisions, its files",
    "/about": "what this is",
    "/about/data": "where the data come from",
    "/privacy": "what is kept of visitors: nothing",
    "/accessibility": "the accessibility statement",
    "/problems": "kinds of errors",
    "/api": "the documentation of the API",
    "/api/docs": "the documentation of the API",
    "/api/v1/postcodes/{postcode}": "open data",
    "/api/v1/divisions*": "open data",
    "GET /api/v1/places": "published places",
    "GET /api/v1/places/{reference}": "published places",
    "/health/*": "whether the service works",
    "/.well-known/security.txt": "where weaknesses can be reported",
    "/robots.txt": "for crawlers",
    "/favicon.ico": "for browsers",
    "/sign-in*": "how one becomes somebody",
    "/dev/mail": "development only: there is no such page where mail leaves",
}
"""Addresses that are for everybody, and why. A route that is not here names an action, or the build fails.

`*` at the end stands for whatever follows; a method in front (GET stands for HEAD too) leaves the others out.
"""


def is_public_address(method: str, path: str) -> bool:
    """Whether a route's address (parameters in braces) is for everybody."""
    wanted = "GET" if method == "HEAD" else method
    for listed in PUBLIC_ADDRESSES:
        only, _, address = listed.rpartition(" ")
        fits = path.startswith(address[:-1]) if address.endswith("*") else path == address
        if fits and only in {"", wanted}:
            return True
    return False


def reach_of(identity: Identity, action: Action) -> Reach:
    """How far somebody may do something; NOTHING where they may not at all."""
    if identity.scopes is not None and action not in identity.scopes and action is not Action.READ_PUBLISHED:
        return Reach.NOTHING
    return RULES[identity.role].get(action, Reach.NOTHING)


def may(identity: Identity, action: Action) -> bool:
    """Whether somebody may do something at all."""
    return reach_of(identity, action) > Reach.NOTHING


def require(identity: Identity, action: Action) -> Reach:
    """How far somebody may do something.

    Raises:
        NotSignedIn: nobody signed in, and it is not for everyone.
        Forbidden: their role, or their key's scopes, do not include it.
    """
    reach = reach_of(identity, action)
    if reach > Reach.NOTHING:
        return reach
    if identity.is_public:
        raise NotSignedIn("This is only for people who sign in.", "Sign in, or send an API key as a bearer token.")
    if identity.scopes is not None:
        raise Forbidden(f"This API key has no scope '{action}'.", "Ask an administrator for a key with that scope.")
    raise Forbidden("Your role does not include this.", "Ask an administrator if you think it should.")
