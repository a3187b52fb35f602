"""Alembic's entry: migrates the database that DATABASE_URL names, in one transaction for each revision."""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, pool

from app.settings import load_settings
from app.tables import metadata


def include_object(obj: Any, name: Any, kind: Any, reflected: Any, compare_to: Any) -> bool:  # noqa: ANN401  # Alembic's hook
    """Leave out PostGIS's own tables and those of the job library, which brings its own schema."""
    if str(name or "").startswith("procrastinate_"):
        return False
    return bool(alembic_helpers.include_object(obj, name, kind, reflected, compare_to))  # type: ignore[no-untyped-call]


def run() -> None:
    """Run the migrations on a connection handed over in `config.attributes`, or on one of our own."""
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    engine = create_engine(load_settings().sqlalchemy_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        migrate(connection)
        connection.commit()


def migrate(connection: Any) -> None:  # noqa: ANN401  # a SQLAlchemy connection, of whichever kind
    """Run the asked-for revisions on this connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
