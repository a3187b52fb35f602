"""Who asks: a person who signed in, a program with a key, or the public."""

from dataclasses import dataclass, field
from typing import Literal

from app.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Identity:
    """Who makes a request, as the request's session or key says.

    Attributes:
        role: what they are to the register; an API key has the role of an officer, narrowed to its `scopes`.
        account_id: the account that signed in, or the one that made the key; None for the public.
        authority_code: GSS code of the authority that they belong to; None for the public.
        councillor_id: the councillor that a councillor's account stands for.
        via: through what they came.
        session_id: the session of the browser; None for keys and the public.
        key_prefix: the visible part of the API key; None for people.
        scopes: with a key, the actions that it is good for; None for people (no narrowing).
    """

    role: Role
    account_id: int | None = None
    name: str = ""
    authority_code: str | None = None
    councillor_id: int | None = None
    via: Literal["page", "api"] = "page"
    session_id: int | None = None
    key_prefix: str | None = None
    scopes: frozenset[str] | None = None
    csrf_token: str = field(default="", repr=False)

    @property
    def is_public(self) -> bool:
        """Whether nobody signed in."""
        return self.role is Role.PUBLIC

    @property
    def actor(self) -> str:
        """How the ledger names them: `key:spk_1a2b3c4d`, `account:12`, `public`. Never a name or an address."""
        if self.key_prefix:
            return f"key:{self.key_prefix}"
        return f"account:{self.account_id}" if self.account_id is not None else "public"


PUBLIC = Identity(Role.PUBLIC)
"""Anybody."""
