"""Messages to people, with how far each has come. A body is wiped as soon as its message was sent."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Uuid, func
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.tables.base import now_utc, one_of
from app.vocabulary import MailState


class MailMessage(SQLModel, table=True):
    """One message to one person. Made by the function `queue_mail_message`, in the transaction of what it tells of.

    `claim` names the attempt that has the message in hand: an attempt that was taken for dead and wakes up finds
    another's claim and stops. docs/mail.md draws the states.
    """

    __tablename__ = "mail_message"
    __table_args__ = (
        one_of("state", [state.value for state in MailState]),
        CheckConstraint(
            "state NOT IN ('waiting', 'claimed', 'handing_over') OR (subject IS NOT NULL AND text IS NOT NULL)",
            name="has_body",
        ),
        CheckConstraint("state <> 'sent' OR num_nonnulls(subject, text, html) = 0", name="wiped"),
        CheckConstraint("(claim IS NULL) = (state IN ('waiting', 'kept'))", name="claim"),
        Index("uq_mail_message_token", "token", unique=True),
        Index(
            "uq_mail_message_dedupe_key",
            "kind",
            "dedupe_key",
            unique=True,
            postgresql_where=sql("dedupe_key IS NOT NULL"),
        ),
        Index("ix_mail_message_authority_code", "authority_code", "id"),
        Index("ix_mail_message_created_at", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    token: UUID = Field(
        default_factory=uuid4,
        sa_type=Uuid,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
        description="The left part of its Message-ID, the same at every attempt.",
    )
    authority_code: str | None = Field(
        default=None, foreign_key="authority.code", description="Whose administrators see its state."
    )
    kind: str = Field(description="What it is for, such as sign_in_link.")
    dedupe_key: str | None = Field(default=None, description="Of one kind, one message for each key.")
    to_address: str
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    state: str = Field(default="waiting", sa_column_kwargs={"server_default": sql("'waiting'")})
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    claim: UUID | None = Field(default=None, sa_type=Uuid)
    answer: str = Field(
        default="",
        sa_column_kwargs={"server_default": sql("''")},
        description="The last answer in our words, never the server's: those may repeat the address or the body.",
    )
    created_at: datetime = Field(
        default_factory=now_utc, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    expires_at: datetime = Field(sa_type=DateTime(timezone=True), description="After that it is of no use.")
    claimed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    handed_over_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    settled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    decided_by: str | None = Field(default=None, description="Who settled an uncertain message, such as account:12.")
