"""What the sample register holds, read past all the rules, to hold the pages against."""

from typing import NamedTuple

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool


class Known(NamedTuple):
    """A place's reference and name."""

    reference: str
    name: str


def read(database_url: str, statement: str, **values: object) -> list[tuple[object, ...]]:
    """Rows of the database."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def change(database_url: str, *statements: str) -> None:
    """Change the database as somebody else would, in one transaction."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def published(database_url: str) -> list[Known]:
    """Places that the public may see."""
    return [Known(str(a), str(b)) for a, b in read(database_url, "SELECT reference, name FROM published_place")]


def unpublished(database_url: str) -> list[Known]:
    """Places that the public may not see."""
    statement = "SELECT reference, name FROM place WHERE id NOT IN (SELECT id FROM published_place)"
    return [Known(str(a), str(b)) for a, b in read(database_url, statement)]
