"""The worker's jobs and the mail that they send.

The job library's tables come from the text that the installed library carries; a later version of it that changes them
needs a migration of its own (docs/decisions/0008-jobs-in-postgresql.md).
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlmodel.sql.sqltypes import AutoString

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL_FOLDER = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.execute(SchemaManager.get_schema().replace(":", r"\:"))
    op.create_table(
        "mail_message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("authority_code", AutoString(), nullable=True),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("dedupe_key", AutoString(), nullable=True),
        sa.Column("to_address", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=True),
        sa.Column("text", AutoString(), nullable=True),
        sa.Column("html", AutoString(), nullable=True),
        sa.Column("state", AutoString(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("answer", AutoString(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'handing_over', 'sent', 'failed', 'uncertain', 'kept')",
            name=op.f("ck_mail_message_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('waiting', 'claimed', 'handing_over') OR (subject IS NOT NULL AND text IS NOT NULL)",
            name=op.f("ck_mail_message_has_body"),
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR num_nonnulls(subject, text, html) = 0", name=op.f("ck_mail_message_wiped")
        ),
        sa.CheckConstraint("(claim IS NULL) = (state IN ('waiting', 'kept'))", name=op.f("ck_mail_message_claim")),
        sa.ForeignKeyConstraint(["authority_code"], ["authority.code"], name=op.f("fk_mail_message_authority_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
    )
    op.create_index("ix_mail_message_authority_code", "mail_message", ["authority_code", "id"], unique=False)
    op.create_index("ix_mail_message_created_at", "mail_message", ["created_at"], unique=False)
    op.create_index("uq_mail_message_token", "mail_message", ["token"], unique=True)
    op.create_index(
        "uq_mail_message_dedupe_key",
        "mail_message",
        ["kind", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("dedupe_key IS NOT NULL"),
    )
    op.execute((SQL_FOLDER / "0006_jobs.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute((SQL_FOLDER / "0006_down.sql").read_text(encoding="utf-8"))
    op.drop_table("mail_message")
