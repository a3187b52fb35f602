"""Edits that wait for a second person, as they are stored."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from app.db.sessions import WriteSession
from app.errors import Conflict
from app.permissions.identity import Identity
from app.tables import Place, PlaceChange


def find_waiting(session: Session, place: Place) -> PlaceChange | None:
    """The edit of a place that waits, if there is one."""
    statement = select(PlaceChange).where(PlaceChange.place_id == place.id, col(PlaceChange.decision).is_(None))
    return session.exec(statement.execution_options(populate_existing=True)).one_or_none()


class Versions(NamedTuple):
    """All editable facts before an edit and after it."""

    base: dict[str, Any]
    submitted: dict[str, Any]


def add_waiting(session: WriteSession, identity: Identity, place: Place, versions: Versions, reason: str | None) -> int:
    """Let an edit wait; its id. The place must be locked.

    Raises:
        Conflict: another one waits already.
    """
    if waiting := find_waiting(session, place):
        raise Conflict(
            f"Another change of {place.reference} waits already (number {waiting.id}).",
            "Have it approved, refused or withdrawn first.",
        )
    session.record_as(identity.actor, via=identity.via, reason=reason)
    change = PlaceChange(
        place_id=place.id or 0,
        authority_code=place.authority_code,
        base_version=place.version,
        facts={**versions._asdict(), "account_id": identity.account_id},
        reason=reason,
        proposed_by=identity.actor,
    )
    session.add(change)
    session.flush()
    return change.id or 0


def close_waiting(
    session: WriteSession, identity: Identity, change: PlaceChange, decision: str, reason: str | None
) -> None:
    """Settle an edit that waits: how, by whom, when and why. Its facts are wiped, since they may be private."""
    session.record_as(identity.actor, via=identity.via, reason=reason)
    change.decision = decision
    change.decided_by = identity.actor
    change.decided_at = datetime.now(UTC)
    change.decision_reason = reason
    change.facts = None
    session.flush()


def withdraw_waiting(session: WriteSession, identity: Identity, place: Place, reason: str) -> None:
    """End the edit of a place that waits, if there is one, because the place is no longer there."""
    if change := find_waiting(session, place):
        close_waiting(session, identity, change, "withdrawn", reason)
