"""The ledger's chains and entries, and the sealed values about people that entries refer to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, text
from sqlmodel import Field, SQLModel


class LedgerChain(SQLModel, table=True):
    """A chain: that of an authority, by its code, or `register` for what belongs to none. Locked by whoever appends."""

    __tablename__ = "ledger_chain"

    chain: str = Field(primary_key=True)


class LedgerEntry(SQLModel, table=True):
    """One change. Written by triggers and by nothing else, never changed, never deleted.

    `content` is what the hash is of: JSON text with actor, via, reason, moment, concept, subject, operation, changes.
    The other columns repeat parts of it, to be searched; verification compares them.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
        Index("ix_ledger_entry_subject", "subject", text("recorded_at DESC")),
    )

    chain: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    concept: str
    subject: str
    actor: str
    content: str
    hash: bytes = Field(sa_type=LargeBinary)


class PersonalKey(SQLModel, table=True):
    """The key of one person's sealed values. Destroyed when the person is erased. Backups may leave this table out.

    `person` is the only place that says whose values they are: `email:` and an address in small letters, `account:12`,
    `councillor:7`, or `contact:SP-0001/` and a name, of a contact without an address.
    """

    __tablename__ = "personal_key"
    __table_args__ = (Index("uq_personal_key_person", "person", unique=True),)

    id: UUID = Field(primary_key=True)
    person: str
    key: bytes = Field(sa_type=LargeBinary)


class PersonalValue(SQLModel, table=True):
    """A value about a person that an entry refers to: AES-256-CBC of a salt and the value's JSON.

    `person_id` is the id of the person's key, which leads to nobody once the key is destroyed.
    """

    __tablename__ = "personal_value"
    __table_args__ = (Index("ix_personal_value_person_id", "person_id"),)

    id: UUID = Field(primary_key=True)
    chain: str
    person_id: UUID
    iv: bytes = Field(sa_type=LargeBinary)
    sealed: bytes = Field(sa_type=LargeBinary)
