"""The rules that the database itself keeps: revisions, the published predicate, the register's version.

The SQL stands in `migrations/sql/`, one file for each concern, so that it reads as SQL.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from app.vocabulary import MEMBERSHIP_TRANSITIONS, PREMISES_KINDS, SCHEMES

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL_FOLDER = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    for name in ("0002_version", "0002_published", "0002_place_rules"):
        op.execute((SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    op.bulk_insert(
        _table("membership_transition", "before", "after"),
        [
            {"before": before.value, "after": after.value}
            for before, afters in MEMBERSHIP_TRANSITIONS.items()
            for after in sorted(afters)
        ],
    )
    op.bulk_insert(
        _table("premises_kind", "code", "label"),
        [{"code": code, "label": label} for code, label in PREMISES_KINDS.items()],
    )
    op.bulk_insert(
        _table("scheme", "code", "label", "summary"),
        [{"code": code, "label": label, "summary": summary} for code, (label, summary) in SCHEMES.items()],
    )


def downgrade() -> None:
    op.execute((SQL_FOLDER / "0002_down.sql").read_text(encoding="utf-8"))
    op.execute("DELETE FROM scheme")
    op.execute("DELETE FROM premises_kind")


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, sa.Text) for column in columns))
