"""The settings of one authority, which administrators change while the service runs."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import bindparam
from sqlmodel import Session

from app.db.sessions import WriteSession
from app.errors import InvalidInput
from app.permissions.identity import Identity
from app.permissions.table import Action, require


@dataclass(frozen=True, slots=True)
class RegisterSettings:
    """The settings, each with the value that it has where nobody has set it.

    Attributes:
        second_person_for_listed_places: edits of a listed place wait until a second person agrees.
    """

    second_person_for_listed_places: bool = False


DEFAULTS: dict[str, Any] = asdict(RegisterSettings())


def read_settings(session: Session, authority_code: str) -> RegisterSettings:
    """An authority's settings. One that is stored in another shape than it has now counts as not set."""
    stored = {row.name: row.value for row in session.connection().execute(_READ, {"authority": authority_code})}
    known = {name: value for name, value in stored.items() if name in DEFAULTS and _fits(name, value)}
    return RegisterSettings(**(DEFAULTS | known))


def write_setting(session: WriteSession, identity: Identity, name: str, value: object) -> None:
    """Set a setting of the asker's authority.

    Raises:
        Forbidden, NotSignedIn: they may not.
        InvalidInput: there is no such setting, or the value is not of its kind.
    """
    require(identity, Action.MANAGE_SETTINGS)
    if name not in DEFAULTS:
        raise InvalidInput(
            f"There is no setting '{name[:60]}'.", f"Use one of: {', '.join(DEFAULTS)}.", field=name[:60]
        )
    if not _fits(name, value):
        raise InvalidInput("This value is not of the setting's kind.", "Choose yes or no.", field=name)
    session.record_as(identity.actor, via=identity.via)
    values = {"authority": identity.authority_code, "name": name, "value": value, "at": datetime.now(UTC)}
    session.connection().execute(_WRITE, values)


def _fits(name: str, value: object) -> bool:
    return type(value) is type(DEFAULTS[name])


_READ = text("SELECT name, value FROM register_setting WHERE authority_code = :authority")
_WRITE = text("""
    INSERT INTO register_setting (authority_code, name, value, changed_at) VALUES (:authority, :name, :value, :at)
    ON CONFLICT (authority_code, name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
""").bindparams(bindparam("value", type_=JSONB))
