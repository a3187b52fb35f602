"""People who sign in, their secrets, their sessions, and the keys of programs."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.tables.base import now_utc, one_of
from app.vocabulary import ACCOUNT_ROLES


class Account(SQLModel, table=True):
    """A person who can sign in. Never deleted: a person who leaves is made inactive, and can be erased."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("role", [role.value for role in ACCOUNT_ROLES]),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("councillor_id IS NULL OR role = 'councillor'", name="councillor"),
        CheckConstraint("(oidc_issuer IS NULL) = (oidc_subject IS NULL)", name="oidc"),
        Index("uq_account_email", "email", unique=True),
        Index("uq_account_oidc", "oidc_issuer", "oidc_subject", unique=True),
        Index("ix_account_authority_code", "authority_code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    authority_code: str = Field(foreign_key="authority.code")
    role: str
    name: str
    email: str | None = Field(default=None, description="Lower case. Empty once the person has been erased.")
    councillor_id: int | None = Field(default=None, foreign_key="councillor.id")
    oidc_issuer: str | None = None
    oidc_subject: str | None = None
    is_active: bool = True
    created_at: datetime = Field(
        default_factory=now_utc, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )
    signed_in_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    erased_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class AccountSecret(SQLModel, table=True):
    """What proves a local account: read through `account_secret_of` only, one at a time, never listed."""

    __tablename__ = "account_secret"

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    password_hash: str | None = None
    totp_secret: str | None = Field(default=None, description="Encrypted with the installation's secret.")
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    totp_last_step: int | None = Field(default=None, sa_type=BigInteger, description="A code counts once.")
    changed_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))


class RecoveryCode(SQLModel, table=True):
    """A code, by its hash, that stands in once for a lost authenticator."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    code_hash: str
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SignInSession(SQLModel, table=True):
    """A signed-in browser. The cookie holds a random token; only its SHA-256 is stored."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        one_of("method", ["password", "link", "oidc"]),
        Index("uq_sign_in_session_token_hash", "token_hash", unique=True),
        Index("ix_sign_in_session_account_id", "account_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    account_id: int = Field(foreign_key="account.id")
    token_hash: bytes = Field(sa_type=LargeBinary)
    csrf_token: str
    method: str
    browser: str = Field(default="", description="Such as 'Firefox on Windows', for the list of sessions.")
    oidc_id_token: str | None = Field(default=None, description="For signing out at the provider.")
    created_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))
    seen_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True), description="However much it is used.")
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SignInLink(SQLModel, table=True):
    """A random token that stands for an account until it is used or too old; only its SHA-256 is stored.

    `sign_in`: sent by e-mail, good in the browser that asked for it. `invitation`: made by an administrator, to choose
    a (new) password. `code`: in a cookie of somebody whose password was right and whose authenticator is asked next.
    """

    __tablename__ = "sign_in_link"
    __table_args__ = (
        one_of("purpose", ["sign_in", "invitation", "code"]),
        CheckConstraint("purpose <> 'sign_in' OR browser_hash IS NOT NULL", name="bound_to_browser"),
        Index("uq_sign_in_link_token_hash", "token_hash", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    account_id: int = Field(foreign_key="account.id")
    token_hash: bytes = Field(sa_type=LargeBinary)
    browser_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    purpose: str = Field(default="sign_in", sa_column_kwargs={"server_default": text("'sign_in'")})
    created_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SignInAttempt(SQLModel, table=True):
    """An attempt to sign in that has not succeeded, by the hash of whom and where it concerns. Kept for a day."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_subject_hash", "subject_hash", "attempted_at"),
        Index("ix_sign_in_attempt_attempted_at", "attempted_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    subject_hash: bytes = Field(sa_type=LargeBinary)
    attempted_at: datetime = Field(sa_type=DateTime(timezone=True))


class KnownBrowser(SQLModel, table=True):
    """A browser in which somebody signed in with a password before: strangers' failures do not hold it up."""

    __tablename__ = "known_browser"

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, primary_key=True)
    seen_at: datetime = Field(sa_type=DateTime(timezone=True))


class ApiKey(SQLModel, table=True):
    """A program's key: shown once, kept as a hash. `prefix` is its visible part."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        CheckConstraint("per_minute BETWEEN 1 AND 100000", name="per_minute"),
        Index("uq_api_key_prefix", "prefix", unique=True),
        Index("ix_api_key_authority_code", "authority_code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    authority_code: str = Field(foreign_key="authority.code")
    account_id: int = Field(foreign_key="account.id", description="Who made it.")
    name: str
    prefix: str
    key_hash: bytes = Field(sa_type=LargeBinary)
    scopes: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    per_minute: int = Field(default=600, sa_column_kwargs={"server_default": text("600")})
    created_at: datetime = Field(default_factory=now_utc, sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    last_used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    replaces_id: int | None = Field(
        default=None, foreign_key="api_key.id", description="The key that this one follows."
    )
