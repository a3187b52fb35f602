"""What the pages of API keys are given."""

from dataclasses import dataclass, field
from datetime import datetime

from web.views_accounts import Form
from web.views_office import Choice


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in the list. `standing` says in words whether it is good: "Until 3 May 2027", "Revoked on …"."""

    id: int
    name: str
    prefix: str
    maker: str
    scopes: tuple[str, ...]
    per_minute: int
    standing: str
    last_used: datetime | None
    is_good: bool
    is_followed: bool = False


@dataclass(frozen=True, slots=True)
class KeysPage:
    """keys.html: the keys of an authority."""

    rows: tuple[KeyRow, ...]
    done: str = ""

    @property
    def good(self) -> tuple[KeyRow, ...]:
        """Keys that work."""
        return tuple(row for row in self.rows if row.is_good)

    @property
    def over(self) -> tuple[KeyRow, ...]:
        """Keys that do not work any more."""
        return tuple(row for row in self.rows if not row.is_good)


@dataclass(frozen=True, slots=True)
class NewKeyPage(Form):
    """keys_new.html: what the new key is for."""

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scopes: tuple[Choice, ...] = ()
    lives: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class OneKeyPage(Form):
    """keys_one.html: a key, to be replaced or revoked."""

    key: KeyRow | None = None
    overlaps: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownKeyPage:
    """keys_shown.html: a token, this one time. `old_until` where it follows another key."""

    name: str
    token: str
    until: datetime
    old_until: datetime | None = None
