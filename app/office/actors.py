"""Who an actor of the history is, for people to read. Names are looked up when they are shown and stored nowhere."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlmodel import Session

from app.db.version import LONDON
from web.words import date_words, time_words

_BY_ID = text("SELECT id, name FROM account WHERE id = ANY(CAST(:ids AS integer[]))")
_OTHERS = {
    "worker": "the register itself",
    "import": "an import",
    "sample": "the sample data",
    "provider": "the sign-in provider",
}
_NAMED_BY_THE_SYSTEM = frozenset({"cli", "database"})
"""Their names follow: of a user of the server, or of the database."""


def name_actors(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """From each actor, such as account:12 or key:spk_1a2b3c4d, to what people call it."""
    wanted = set(actors)
    ids = [int(number) for kind, _, number in (actor.partition(":") for actor in wanted) if kind == "account"]
    rows = session.connection().execute(_BY_ID, {"ids": ids}) if ids else ()
    names = {f"account:{row.id}": row.name for row in rows}
    return {actor: names.get(actor) or _other(actor) for actor in wanted}


def _other(actor: str) -> str:
    kind, _, rest = actor.partition(":")
    if kind == "key":
        return f"the API key {rest}"
    if kind == "account":
        return "somebody who has left"
    if kind in _NAMED_BY_THE_SYSTEM:
        return rest or actor
    return _OTHERS.get(kind, actor)


def newest_change(session: Session, reference: str) -> str:
    """Who made the present version of a place (which the asker may see), and when, in a sentence."""
    row = session.connection().execute(_NEWEST, {"reference": reference}).one_or_none()
    if row is None:
        return ""
    name = name_actors(session, [row.actor])[row.actor]
    at = row.recorded_at.astimezone(LONDON)
    return f"{name} saved version {row.version} on {date_words(at.date())} at {time_words(at)}."


_NEWEST = text("""
    SELECT revision.actor, revision.recorded_at, revision.version
    FROM place_revision AS revision JOIN place ON place.id = revision.place_id AND place.version = revision.version
    WHERE place.reference = :reference
""")
