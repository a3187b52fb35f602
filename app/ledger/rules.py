"""What a reader may see of the ledger: the fields that are theirs to read, opened where they are sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session

from app.ledger import queries
from app.ledger.queries import Asked
from app.permissions.identity import Identity
from app.permissions.table import FIELDS, Action, readable_fields, require

SHREDDED = "(erased)"
_RENAMED = {"notes": "private_notes"}
"""Columns that leave under another name: the table of permissions knows that one."""
_CONCEPTS = {"place": "register_place"}
_OF_NO_FIELD = frozenset(
    {
        *("into_place_id", "decision", "base_version", "proposed_at", "merged_at", "decided_at", "division"),
        *("password", "authenticator"),  # that they changed: the ledger holds no more
    }
)
_CONTACT = "contact_name"
"""Whoever may read it may know that there were sealed facts which nobody can open any more."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after; None is not known or nothing. `SHREDDED` stands for what nobody can read any more."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One entry of the ledger as a reader may see it. `at` is aware (UTC).

    `hidden` are names of fields that changed too, whose values the reader may not see.
    """

    sequence: int
    at: datetime
    actor: str
    via: str
    reason: str | None
    concept: str
    subject: str
    operation: str
    changes: tuple[FieldChange, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """Entries, newest first, and the sequence before which the next page goes on (None: no more)."""

    entries: list[HistoryEntry]
    following: int | None


def list_history(session: Session, identity: Identity, asked: Asked) -> History:
    """Entries of the reader's authority. Whoever calls has seen to it that the reader may see the subject.

    Fields that the reader may not read are left out, and entries of which nothing is left.
    """
    found = _read(session, identity, asked)
    wanted = _RENAMED.get(asked.field, asked.field) if asked.field else None
    return History([entry for entry in found.entries if _tells_of(entry, wanted)], found.following)


def list_ledger(session: Session, identity: Identity, asked: Asked) -> History:
    """Entries of the reader's authority, every one of them, also those of which they may see no value.

    Raises:
        NotSignedIn, Forbidden: they may not read the ledger.
    """
    require(identity, Action.READ_LEDGER)
    return _read(session, identity, asked._replace(chain=identity.authority_code or ""))


def _read(session: Session, identity: Identity, asked: Asked) -> History:
    rows = queries.list_entries(session, asked._replace(limit=asked.limit + 1))
    following = rows[asked.limit - 1][0] if len(rows) > asked.limit else None
    told = [(sequence, orjson.loads(content)) for sequence, content in rows[: asked.limit]]
    opened = queries.read_personal(session, [sealed for _, entry in told for sealed in _sealed(entry["changes"])])
    return History([_to_entry(sequence, entry, identity, opened) for sequence, entry in told], following)


def _tells_of(entry: HistoryEntry, field: str | None) -> bool:
    """Whether something is left of an entry to show, and it is of the field that is wanted."""
    return any(field is None or change.field == field for change in entry.changes)


def _to_entry(sequence: int, told: dict[str, Any], identity: Identity, opened: dict[str, Any]) -> HistoryEntry:
    changes, hidden = _readable(told, identity, opened)
    return HistoryEntry(
        sequence=sequence,
        at=datetime.fromisoformat(told["at"]),
        actor=told["actor"],
        via=told["via"],
        reason=told["reason"],
        concept=told["concept"],
        subject=told["subject"],
        operation=told["operation"],
        changes=tuple(changes),
        hidden=tuple(hidden),
    )


def _readable(told: dict[str, Any], identity: Identity, opened: dict[str, Any]) -> tuple[list[FieldChange], list[str]]:
    """What changed, and the names of fields whose values the reader may not see."""
    concept = told["concept"]
    described = _CONCEPTS.get(concept, concept)
    may_read = readable_fields(identity, described) if described in FIELDS else frozenset()
    changes: dict[str, Any] = told["changes"]
    if "facts" in changes:
        added = _open(changes["facts"][1], opened)
        if not isinstance(added, dict):  # sealed, and its key destroyed
            return ([FieldChange("contact", None, added)], []) if _CONTACT in may_read else ([], ["contact"])
        changes = {field: [None, value] for field, value in added.items()}
    found, hidden = [], []
    for field, (before, after) in changes.items():
        name = _RENAMED.get(field, field)
        if name in may_read or (concept != "place" and field in _OF_NO_FIELD):
            found.append(FieldChange(name, _open(before, opened), _open(after, opened)))
        else:
            hidden.append(name)
    return found, hidden


def _sealed(value: Any) -> list[str]:  # noqa: ANN401  # JSON of any shape
    """Ids of all sealed values in a piece of content."""
    if isinstance(value, dict):
        if "personal" in value:
            return [value["personal"]]
        return [found for inner in value.values() for found in _sealed(inner)]
    return [found for inner in value for found in _sealed(inner)] if isinstance(value, list) else []


def _open(value: Any, opened: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON of any shape
    if isinstance(value, dict) and "personal" in value:
        return opened.get(value["personal"], SHREDDED)
    return value
