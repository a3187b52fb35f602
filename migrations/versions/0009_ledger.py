"""The ledger: chains of hashes over every change, with values about people sealed apart."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL_FOLDER = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.create_table(
        "ledger_chain",
        sa.Column("chain", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_ledger_chain")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("chain", AutoString(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concept", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("content", AutoString(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_ledger_entry_sequence")),
        sa.CheckConstraint("octet_length(hash) = 32", name=op.f("ck_ledger_entry_hash")),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_ledger_entry")),
    )
    op.create_index("ix_ledger_entry_subject", "ledger_entry", ["subject", sa.text("recorded_at DESC")], unique=False)
    op.create_table(
        "personal_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", AutoString(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_key")),
    )
    op.create_index("uq_personal_key_person", "personal_key", ["person"], unique=True)
    op.create_table(
        "personal_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chain", AutoString(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("iv", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_value")),
    )
    op.create_index("ix_personal_value_person_id", "personal_value", ["person_id"], unique=False)
    for name in ("0009_ledger.sql", "0009_recording.sql"):
        op.get_bind().exec_driver_sql((SQL_FOLDER / name).read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute((SQL_FOLDER / "0009_down.sql").read_text(encoding="utf-8"))
    for table in ("personal_value", "personal_key", "ledger_entry", "ledger_chain"):
        op.drop_table(table)
