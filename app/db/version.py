"""The register's version as caches see it: at most one second old, read once for all requests of that second."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from time import monotonic
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from app.db.failures import translated

LONDON = ZoneInfo("Europe/London")
FRESH_FOR_S = 1.0
"""A change shows everywhere within five seconds; one second leaves room for the caches above."""


class RegisterVersion(NamedTuple):
    """What an answer depends on: the register's version, and the date in London (assurance lapses)."""

    number: int
    on: date

    @property
    def tag(self) -> str:
        """A short text for ETags and cache keys."""
        return f"{self.number}-{self.on.toordinal()}"


@dataclass
class _Seen:
    version: RegisterVersion
    at: float


_seen: dict[int, _Seen] = {}
_lock = Lock()


def london_today() -> date:
    """Today's date in London."""
    return datetime.now(UTC).astimezone(LONDON).date()


def current_version(engine: Engine) -> RegisterVersion:
    """The register's version, at most a second old.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    seen = _seen.get(id(engine))
    if seen and monotonic() - seen.at < FRESH_FOR_S:
        return seen.version
    with _lock:
        seen = _seen.get(id(engine))
        if seen and monotonic() - seen.at < FRESH_FOR_S:
            return seen.version
        asked_at = monotonic()
        with translated(), engine.connect() as connection:
            number = connection.execute(text("SELECT version FROM register_version")).scalar_one()
        version = RegisterVersion(number, london_today())
        _seen[id(engine)] = _Seen(version, asked_at)
        return version


def known_version(engine: Engine) -> RegisterVersion | None:
    """The version if it is known without asking the database, else None: for routes that must not block."""
    seen = _seen.get(id(engine))
    return seen.version if seen and monotonic() - seen.at < FRESH_FOR_S else None


def forget_version(engine: Engine) -> None:
    """Ask the database at the next call: for tests, and after a write of this process."""
    _seen.pop(id(engine), None)
