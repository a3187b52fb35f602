"""Statements on the ledger. Entries are read as a stream: there may be millions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from psycopg import Connection
from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chain import Checkpoint, StoredEntry

_ENTRIES = """
    COPY (SELECT chain, sequence, recorded_at, concept, subject, actor, content, hash FROM ledger_entry
          ORDER BY chain, sequence) TO STDOUT (FORMAT binary)
"""
_TYPES = ["text", "int8", "timestamptz", "text", "text", "text", "text", "bytea"]


def stream_entries(session: Session) -> Iterator[StoredEntry]:
    """Every entry, by chain and sequence, by one COPY."""
    connection: Connection[Any] | None = session.connection().connection.driver_connection
    assert connection is not None, "a session that is in use has a connection"  # noqa: S101 - for mypy
    with connection.cursor() as cursor, cursor.copy(_ENTRIES) as copy:
        copy.set_types(_TYPES)
        for row in copy.rows():
            yield StoredEntry(*row)


def count_entries(session: Session) -> int:
    """How many entries there are."""
    return int(session.connection().execute(text("SELECT count(*) FROM ledger_entry")).scalar_one())


def list_heads(session: Session) -> list[Checkpoint]:
    """The newest entry of each chain."""
    now = datetime.now(UTC)
    rows = session.connection().execute(
        text("SELECT DISTINCT ON (chain) chain, sequence, hash FROM ledger_entry ORDER BY chain, sequence DESC")
    )
    return [Checkpoint(row.chain, row.sequence, bytes(row.hash), now) for row in rows]


def find_head(session: Session, chain: str) -> Checkpoint | None:
    """The newest entry of a chain; None where it has none. Entries count from 1, so its sequence is their number."""
    row = session.connection().execute(_HEAD, {"chain": chain}).one_or_none()
    return Checkpoint(chain, row.sequence, bytes(row.hash), datetime.now(UTC)) if row else None


_HEAD = text("SELECT sequence, hash FROM ledger_entry WHERE chain = :chain ORDER BY sequence DESC LIMIT 1")


class Asked(NamedTuple):
    """Which entries of a chain are wanted; None does not narrow. `before`: of entries older than that sequence.

    Entries whose facts are sealed are given for any field: whoever opens them narrows further.
    """

    chain: str
    subject: str | None = None
    concept: str | None = None
    actor: str | None = None
    via: str | None = None
    field: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


def list_entries(session: Session, asked: Asked) -> list[tuple[int, str]]:
    """Sequence and content of the entries, newest first."""
    wanted = asked._asdict()
    conditions = [condition for name, condition in _NARROWING.items() if wanted[name] is not None]
    statement = " AND ".join(["SELECT sequence, content FROM ledger_entry WHERE chain = :chain", *conditions])
    rows = session.connection().execute(text(f"{statement} ORDER BY sequence DESC LIMIT :limit"), wanted)
    return [(row.sequence, row.content) for row in rows]


_NARROWING = {
    "subject": "subject = :subject",
    "concept": "concept = :concept",
    "actor": "actor = :actor",
    "since": "recorded_at >= :since",
    "until": "recorded_at < :until",
    "before": "sequence < :before",
    "via": "CAST(content AS jsonb) ->> 'via' = :via",
    "field": """(CAST(content AS jsonb) -> 'changes' ? :field
        OR CAST(content AS jsonb) #> '{changes,facts,1}' ?| ARRAY[CAST(:field AS text), 'personal'])""",
}
"""Only what is asked for stands in the statement, so that PostgreSQL plans for that."""


def list_actors(session: Session, chain: str, subject: str) -> list[str]:
    """Who has written entries about a subject."""
    statement = text("SELECT DISTINCT actor FROM ledger_entry WHERE chain = :chain AND subject = :subject ORDER BY 1")
    return list(session.connection().execute(statement, {"chain": chain, "subject": subject}).scalars())


def read_personal(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    """Sealed values by their ids, those that the asker may read and whose key is there."""
    if not ids:
        return {}
    rows = session.connection().execute(
        text("SELECT id, value FROM personal_values_of(CAST(:ids AS uuid[]))"), {"ids": list(ids)}
    )
    return {str(row.id): row.value for row in rows if row.value is not None}
