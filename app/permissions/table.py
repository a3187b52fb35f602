"""The one table of who may do what: role by action, with how far it reaches, and which fields each role reads.

Routes name an `Action` (`app/accounts/access.py`); pages, exports and docs/permissions.md are derived from here. The
action's value is also the scope of an API key.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

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


class Reach(IntEnum):
    """How far a permission reaches; a greater one includes the smaller ones."""

    NOTHING = 0
    PUBLISHED = 1
    OWN_DIVISIONS = 2
    OWN_AUTHORITY = 3


class FieldClass(StrEnum):
    """How a field is kept."""

    PUBLIC = "public"
    REGISTER = "register"
    PRIVATE = "private"


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
    },
}

KEY_SCOPES = frozenset(
    {
        Action.READ_PLACES,
        Action.READ_PRIVATE,
        Action.WRITE_PLACES,
        Action.CHANGE_STATUS,
        Action.READ_HISTORY,
        Action.WRITE_AUDITS,
        Action.READ_CIRCULATION,
    }
)
"""Actions that a key can be good for. People, keys and settings are managed by people only."""


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
