"""Migrations go up and down, and the models and the migrated database say the same."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

ROOT = Path(__file__).parent.parent
CONFIG = Config(str(ROOT / "alembic.ini"))
REVISIONS = [script.revision for script in ScriptDirectory.from_config(CONFIG).walk_revisions()][::-1]


def migrate(url: str, target: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        CONFIG.attributes["connection"] = connection
        (command.downgrade if target == "base" or target.startswith("-") else command.upgrade)(CONFIG, target)
    engine.dispose()


def objects(url: str) -> list[tuple[str, str]]:
    """Everything of ours in the database that a migration could leave behind."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(
            text("""
            SELECT 'relation', relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = 'public' AND relname NOT LIKE 'alembic%' AND NOT EXISTS (
                SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')
              AND relname NOT IN (SELECT indexrelid::regclass::text FROM pg_index
                                  WHERE indrelid = 'spatial_ref_sys'::regclass)
              AND relkind NOT IN ('t', 'c') -- an extension's composite types depend on it by their type
            UNION ALL
            SELECT 'function', proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
            WHERE nspname = 'public' AND NOT EXISTS (
                SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
            ORDER BY 1, 2""")
        )
        found = [(row[0], row[1]) for row in rows]
    engine.dispose()
    return found


def test_down_to_nothing_and_up_again(empty_database_url: str) -> None:
    before = objects(empty_database_url)
    migrate(empty_database_url, "base")
    assert objects(empty_database_url) == []
    migrate(empty_database_url, "head")
    assert objects(empty_database_url) == before


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_undoes_itself(empty_database_url: str, revision: str) -> None:
    migrate(empty_database_url, "base")
    migrate(empty_database_url, revision)
    there = objects(empty_database_url)
    migrate(empty_database_url, "-1")
    migrate(empty_database_url, revision)
    assert objects(empty_database_url) == there


def test_models_and_migrations_do_not_drift(empty_database_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "check"],
        cwd=ROOT,
        env={"DATABASE_URL": empty_database_url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
