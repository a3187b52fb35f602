"""Changes that wait, merges, saved views, settings, and answers kept for retries."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL_FOLDER = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.create_table(
        "idempotent_answer",
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotent_answer")),
    )
    op.create_index("ix_idempotent_answer_created_at", "idempotent_answer", ["created_at"], unique=False)
    op.create_table(
        "register_setting",
        sa.Column("authority_code", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_code"], ["authority.code"], name=op.f("fk_register_setting_authority_code")
        ),
        sa.PrimaryKeyConstraint("authority_code", "name", name=op.f("pk_register_setting")),
    )
    op.create_table(
        "place_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("authority_code", AutoString(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", AutoString(), nullable=True),
        sa.Column("proposed_by", AutoString(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", AutoString(), nullable=True),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", AutoString(), nullable=True),
        sa.CheckConstraint(
            "decision <> 'approved' OR decided_by <> proposed_by", name=op.f("ck_place_change_second_person")
        ),
        sa.CheckConstraint("decision IN ('approved', 'refused', 'withdrawn')", name=op.f("ck_place_change_decision")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_place_change_decided")),
        sa.ForeignKeyConstraint(["authority_code"], ["authority.code"], name=op.f("fk_place_change_authority_code")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_change_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_change")),
    )
    op.create_index("ix_place_change_place_id", "place_change", ["place_id"], unique=False)
    op.create_index(
        "uq_place_change_waiting",
        "place_change",
        ["place_id"],
        unique=True,
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.create_table(
        "place_merge",
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("into_place_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.CheckConstraint("place_id <> into_place_id", name=op.f("ck_place_merge_not_itself")),
        sa.ForeignKeyConstraint(["into_place_id"], ["place.id"], name=op.f("fk_place_merge_into_place_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_merge_place_id")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_place_merge")),
    )
    op.create_index("ix_place_merge_into_place_id", "place_merge", ["into_place_id"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("query", AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("uq_saved_view_name", "saved_view", ["account_id", "name"], unique=True)
    op.create_index("ix_place_register_name", "place", ["authority_code", sa.text("lower(name)"), "id"])
    op.create_index("ix_place_membership_status", "place", ["authority_code", "membership_status"])
    op.create_index(
        "ix_place_private_contact_name_trigram",
        "place_private",
        ["contact_name"],
        postgresql_using="gin",
        postgresql_ops={"contact_name": "gin_trgm_ops"},
    )
    op.execute((SQL_FOLDER / "0005_place_work.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute((SQL_FOLDER / "0005_down.sql").read_text(encoding="utf-8"))
    op.drop_table("saved_view")
    op.drop_table("place_merge")
    op.drop_table("place_change")
    op.drop_table("register_setting")
    op.drop_table("idempotent_answer")
