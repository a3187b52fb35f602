"""Which way out the settings ask for."""

from ipaddress import ip_address
from pathlib import Path

from pydantic import SecretStr

from app.errors import RegisterError
from app.mail.addresses import parse_address
from app.mail.letter import Sender
from app.mail.notify import Notify
from app.mail.shown import Shown
from app.mail.smtp import Smtp
from app.mail.way_out import WayOut
from app.settings import Settings

PORTS = {"starttls": 587, "tls": 465, "none": 25}


def choose_way_out(settings: Settings) -> WayOut | None:
    """The way out; None where mail has to wait, because none is set up and this is not development.

    Raises:
        RegisterError: the settings contradict each other or are not safe.
    """
    notify_key = _secret(settings.notify_api_key, settings.notify_api_key_file, "SAFEPLACES_NOTIFY_API_KEY_FILE")
    if notify_key and settings.smtp_host:
        raise RegisterError(
            "Both a mail server and GOV.UK Notify are set up.",
            "Keep either SAFEPLACES_SMTP_HOST or SAFEPLACES_NOTIFY_API_KEY.",
        )
    if notify_key:
        if not settings.notify_template_id:
            raise RegisterError("GOV.UK Notify needs a template.", "Set SAFEPLACES_NOTIFY_TEMPLATE_ID (docs/mail.md).")
        return Notify(settings.notify_template_id, notify_key, settings.notify_base_url)
    if settings.smtp_host:
        return _smtp(settings)
    return Shown() if settings.mail_is_shown else None


def _smtp(settings: Settings) -> Smtp:
    password = _secret(settings.smtp_password, settings.smtp_password_file, "SAFEPLACES_SMTP_PASSWORD_FILE")
    if not settings.smtp_sender:
        raise RegisterError("Mail needs an address that it comes from.", "Set SAFEPLACES_SMTP_SENDER.")
    careless = password or settings.environment == "production"
    if settings.smtp_tls == "none" and careless and not _is_here(settings.smtp_host):
        raise RegisterError(
            "Mail, sign-in links among it, would cross the network for all to read.",
            "Set SAFEPLACES_SMTP_TLS to starttls or tls, or use a mail server on this machine.",
        )
    if bool(password) != bool(settings.smtp_user):
        raise RegisterError(
            "A mail server is signed in to with a name and a password, and one of them is missing.",
            "Set SAFEPLACES_SMTP_USER and SAFEPLACES_SMTP_PASSWORD, or neither.",
        )
    return Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port or PORTS[settings.smtp_tls],
        tls=settings.smtp_tls,
        sender=Sender(
            parse_address(settings.smtp_sender),
            settings.smtp_sender_name,
            parse_address(settings.smtp_reply_to) if settings.smtp_reply_to else "",
        ),
        user=settings.smtp_user,
        password=password,
        ca_file=settings.smtp_ca_file,
    )


def _is_here(host: str) -> bool:
    """Whether a mail server is on this very machine, so that nothing crosses a network."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(value: SecretStr | None, file: Path | None, setting: str) -> str:
    """A secret from its variable or its file; empty where there is neither."""
    if value is not None:
        return value.get_secret_value()
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise RegisterError(
            f"The file that {setting} names cannot be read.", "Check its path and who may read it."
        ) from error
