"""Settings, read from the environment once at start-up. Each is described in docs/running.md."""

from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class OidcRole(BaseModel):
    """One line of SAFEPLACES_OIDC_ROLES: who has this value in the role claim has this role at this authority."""

    model_config = ConfigDict(extra="forbid")

    value: str = Field(min_length=1)
    role: Literal["councillor", "auditor", "officer", "administrator"]
    authority: str | None = Field(default=None, pattern=r"^[ENSW]\d{8}$")


class Settings(BaseSettings):
    """What an operator may set. `DATABASE_URL` has no prefix because hosting platforms set it under that name."""

    model_config = SettingsConfigDict(env_prefix="SAFEPLACES_", extra="ignore")

    database_url: str = Field(
        validation_alias="DATABASE_URL",
        description="PostGIS to use, as postgresql://user:password@host:port/name.",
    )
    environment: Literal["development", "production"] = Field(
        default="development",
        description="`production` refuses to start with settings that are not safe there, and says which.",
    )
    pool_size: int = Field(default=10, ge=1, le=200, description="Database connections that one process keeps open.")
    public_address: str = Field(
        default="",
        description="The address that people see, such as https://safeplaces.example.gov.uk. Links in data use it; "
        "where it is empty they take the address of the request.",
    )
    authority: str = Field(
        default="E06000047",
        pattern=r"^[ENSW]\d{8}$",
        description="GSS code of the authority whose divisions the home page looks up first.",
    )
    data_folder: Path = Field(default=PROJECT_ROOT / "data", description="Folder that holds the bundled data.")
    static_folder: Path = Field(
        default=PROJECT_ROOT / "web" / "static" / "build",
        description="Folder of built styles and scripts (scripts/serve builds them).",
    )
    tile_url: str | None = Field(
        default=None,
        description="Map tile server, as https://host/{z}/{x}/{y}.png. Without one the map draws its own quiet base.",
    )
    tile_attribution: str = Field(default="", description="The credit that the tile server asks for.")
    exit_address: str = Field(
        default="https://www.bbc.co.uk/weather", description="Where 'Exit this page' leads: a neutral, busy page."
    )
    security_contact: str = Field(
        default="",
        pattern=r"^((mailto:|https://)\S+)?$",
        description="Where weaknesses can be reported (mailto: or https:); shown in /.well-known/security.txt.",
    )
    secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="The installation's secret: encrypts what authenticators hold. At least 32 random characters.",
    )
    secret_file: Path | None = Field(default=None, description="File that holds the secret, instead of `secret`.")
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of proxies in front of the service, parted by commas: X-Forwarded-For and "
        "X-Forwarded-Proto count only from them.",
    )
    rate_limit_scale: float = Field(
        default=1, ge=0, le=1000, description="Multiplies what one address may ask for; 0 switches these limits off."
    )
    session_idle_minutes: int = Field(
        default=60, ge=5, le=720, description="Minutes without a request after which somebody is signed out."
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="Hours after which somebody is signed out, however busy they are."
    )
    oidc_issuer: str = Field(
        default="", description="OpenID Connect provider, exactly as it calls itself. Without one there is no such way."
    )
    oidc_client_id: str = Field(default="", description="What the provider calls this installation.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret there.")
    oidc_client_secret_file: Path | None = Field(default=None, description="File that holds it.")
    oidc_scopes: str = Field(default="openid email profile", description="What is asked for.")
    oidc_label: str = Field(default="Use your council account", description="The words of the way to sign in.")
    oidc_role_claim: str = Field(default="groups", description="The claim by which roles are given.")
    oidc_roles: list[OidcRole] = Field(
        default=[], description="JSON: which value of the claim has which role, at which authority. The first counts."
    )
    oidc_email_claim: str = Field(default="email", description="The claim that holds the e-mail address.")
    oidc_trust_email: bool = Field(
        default=False, description="Take addresses for verified although the provider does not say so."
    )
    smtp_host: str = Field(default="", description="Mail server. Without one (or GOV.UK Notify) no mail leaves.")
    smtp_port: int | None = Field(
        default=None, ge=1, le=65535, description="Its port; 587, 465 or 25 as the encryption has it."
    )
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="Encryption. The server's certificate is always checked."
    )
    smtp_ca_file: Path | None = Field(default=None, description="Certificates to trust, of a server with its own.")
    smtp_user: str = Field(default="", description="Name to sign in with at the mail server.")
    smtp_password: SecretStr | None = Field(default=None, description="Password to sign in with at the mail server.")
    smtp_password_file: Path | None = Field(default=None, description="File that holds it, instead of the variable.")
    smtp_sender: str = Field(default="", description="Address that mail comes from.")
    smtp_sender_name: str = Field(default="Safe places", description="Name that mail comes from.")
    smtp_reply_to: str = Field(default="", description="Address that answers go to; the sender's without one.")
    notify_api_key: SecretStr | None = Field(default=None, description="API key of GOV.UK Notify.")
    notify_api_key_file: Path | None = Field(default=None, description="File that holds it, instead of the variable.")
    notify_template_id: str = Field(
        default="", description="Notify's template, with ((subject)) as its subject and ((body)) as its message."
    )
    notify_base_url: str = Field(
        default="https://api.notifications.service.gov.uk", description="Where Notify's API is."
    )

    @property
    def mail_leaves(self) -> bool:
        """Whether a way out for mail is set up."""
        return bool(self.smtp_host or self.notify_api_key or self.notify_api_key_file)

    @property
    def mail_is_shown(self) -> bool:
        """Whether mail is kept for development's viewer instead: only where there is no way out."""
        return self.environment == "development" and not self.mail_leaves

    @property
    def sqlalchemy_url(self) -> str:
        """The database address with the driver that the project uses (psycopg 3)."""
        scheme, separator, rest = self.database_url.partition("://")
        if scheme in {"postgres", "postgresql", "postgis"}:
            scheme = "postgresql+psycopg"
        return f"{scheme}{separator}{rest}"

    def read_oidc_client_secret(self) -> str | None:
        """The secret at the provider, of the variable or of the file; None where there is none."""
        if self.oidc_client_secret is not None:
            return self.oidc_client_secret.get_secret_value()
        file = self.oidc_client_secret_file
        return file.read_text(encoding="utf-8").strip() if file else None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.oidc_issuer:
            return self
        parts = urlsplit(self.oidc_issuer)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("SAFEPLACES_OIDC_ISSUER is the https address by which the provider calls itself.")
        if not self.oidc_client_id or not self.oidc_roles:
            raise ValueError("SAFEPLACES_OIDC_ISSUER needs SAFEPLACES_OIDC_CLIENT_ID and SAFEPLACES_OIDC_ROLES.")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("SAFEPLACES_OIDC_SCOPES has to hold openid.")
        self.read_oidc_client_secret()
        return self

    @field_validator("trusted_proxies")
    @classmethod
    def _names_networks(cls, value: str) -> str:
        for part in value.split(","):
            if part.strip():
                ip_network(part.strip(), strict=False)
        return value


def load_settings() -> Settings:
    """Read the settings from the environment; raises pydantic's ValidationError, which names each faulty one."""
    return Settings()
