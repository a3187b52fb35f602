"""Names of what entries of the ledger tell of: looked up when they are shown, as the ledger holds numbers only."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session


class Names(NamedTuple):
    """Names by what the ledger calls their owners: SP-0042, account:12, councillor:7, key:spk_…, division_set:3, …."""

    names: dict[str, str]
    key_ids: dict[str, int]


def find_names(session: Session, called: Collection[str]) -> Names:
    """The names of those of these subjects that the asker may see; who is gone has none."""
    rows = session.connection().execute(_NAMES, {"called": list(called)}).all() if called else []
    return Names(
        {row.called: row.name for row in rows},
        {row.called: row.id for row in rows if row.called.startswith("key:")},
    )


_NAMES = text("""
    WITH asked AS (
        SELECT called, split_part(called, ':', 1) AS concept,
               CASE WHEN called ~ ':[0-9]{1,9}$' THEN CAST(split_part(called, ':', 2) AS integer) END AS number
        FROM unnest(CAST(:called AS text[])) AS called)
    SELECT called, place.id, place.name FROM asked JOIN place ON place.reference = called
    UNION ALL
    SELECT called, place.id, place.reference FROM asked JOIN place ON concept = 'place' AND place.id = number
    UNION ALL
    SELECT called, account.id, account.name FROM asked JOIN account ON concept = 'account' AND account.id = number
    UNION ALL
    SELECT called, member.id, member.name
    FROM asked JOIN councillor AS member ON concept = 'councillor' AND member.id = number
    UNION ALL
    SELECT called, boundaries.id, boundaries.title
    FROM asked JOIN division_set AS boundaries ON concept = 'division_set' AND boundaries.id = number
    UNION ALL
    SELECT called, division.id, division.name FROM asked JOIN division ON concept = 'division' AND division.id = number
    UNION ALL
    SELECT called, key.id, key.name
    FROM asked JOIN api_key AS key ON concept = 'key' AND key.prefix = substr(called, 5)
    UNION ALL
    SELECT called, NULL, authority.name
    FROM asked JOIN authority ON concept = 'authority' AND authority.code = substr(called, 11)
""")


class Actor(NamedTuple):
    """Somebody who can have made changes: what the ledger calls them, and their name."""

    actor: str
    name: str


def list_actors(session: Session, authority_code: str) -> list[Actor]:
    """Everybody with an account, also one that is over, and every key of an authority, by name."""
    rows = session.connection().execute(_ACTORS, {"authority": authority_code})
    return [Actor(row.actor, row.name) for row in rows]


_ACTORS = text("""
    SELECT 'account:' || id AS actor, name, 1 AS kind FROM account WHERE authority_code = :authority
    UNION ALL
    SELECT 'key:' || prefix, 'API key ' || prefix || ', ' || name, 2 FROM api_key WHERE authority_code = :authority
    ORDER BY kind, name, actor
""")
