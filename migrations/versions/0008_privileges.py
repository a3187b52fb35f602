"""What the web's role may do, and row-level security by authority.

The role is of the whole cluster: it is made where it is missing, and stays when the migration is undone. Tables that
later migrations add need grants of their own (docs/permissions.md).
"""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQL_FOLDER = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    for name in ("role", "published", "keys", "privileges"):
        op.execute((SQL_FOLDER / f"0008_{name}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute((SQL_FOLDER / "0008_down.sql").read_text(encoding="utf-8"))
