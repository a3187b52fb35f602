"""What the register was at any moment: history of the rows that answers are made of."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL_FOLDER = Path(__file__).parent.parent / "sql"
DATED = ("division_set", "place_division", "councillor", "term_of_office")


def upgrade() -> None:
    for table in DATED:
        op.add_column(
            table,
            sa.Column(
                "recorded_at",
                sa.DateTime(timezone=True),
                server_default=sa.text("statement_timestamp()"),
                nullable=False,
            ),
        )
    op.create_table(
        "row_history",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("relation", AutoString(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_history")),
    )
    op.create_index("ix_row_history_key", "row_history", ["relation", "key"], unique=False)
    op.execute((SQL_FOLDER / "0007_replay.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute((SQL_FOLDER / "0007_down.sql").read_text(encoding="utf-8"))
    op.drop_table("row_history")
    for table in DATED:
        op.drop_column(table, "recorded_at")
