"""What is not safe in production. The service does not start with it, and says each in a sentence."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from app.settings import Settings

LEAST_DIFFERENT_CHARACTERS = 12
"""Of a secret of 32 random characters hardly any has fewer; of one that somebody made up most have."""
WIDEST_PROXIES = {4: 8, 6: 32}
"""Prefixes of the widest networks that proxies can be in: 10.0.0.0/8 is a company's, 0.0.0.0/0 is everybody's."""
_ENCRYPTED = {"require", "verify-ca", "verify-full"}


def refuse_dangers(settings: Settings) -> None:
    """End the program where it is to run in production with settings that are not safe there.

    Raises:
        SystemExit: with one sentence for each.
    """
    dangers = list(list_dangers(settings)) if settings.environment == "production" else []
    if dangers:
        told = "\n".join(f"- {danger}" for danger in dangers)
        raise SystemExit(
            f"This is production (SAFEPLACES_ENVIRONMENT), and these settings are not safe there:\n{told}\n"
            "Nothing was started. See docs/running.md, Settings."
        )


def list_dangers(settings: Settings) -> Iterator[str]:
    """What is not safe, a sentence for each that names the setting and says what to do."""
    if urlsplit(settings.public_address).scheme != "https" or not urlsplit(settings.public_address).hostname:
        yield (
            "SAFEPLACES_PUBLIC_ADDRESS has to be the https address that people see, such as https://safe.example.org: "
            "links in mail are made from it, and cookies travel by https only."
        )
    yield from _secret_dangers(settings)
    yield from _file_dangers(settings)
    yield from _edge_dangers(settings)
    yield from _database_dangers(settings.database_url)
    if settings.smtp_host and settings.smtp_tls == "none" and not _is_here(settings.smtp_host):
        yield (
            "SAFEPLACES_SMTP_TLS is none, so sign-in links would cross the network in the clear: "
            "use starttls or tls, or a mail server on this machine."
        )
    for name, address in (
        ("SAFEPLACES_TILE_URL", settings.tile_url or ""),
        ("SAFEPLACES_NOTIFY_BASE_URL", settings.notify_base_url),
        ("SAFEPLACES_OIDC_ISSUER", settings.oidc_issuer),
        ("SAFEPLACES_EXIT_ADDRESS", settings.exit_address),
    ):
        if address and urlsplit(address).scheme != "https":
            yield f"{name} has to begin with https: everybody on the way could read or change what comes from there."


def _secret_dangers(settings: Settings) -> Iterator[str]:
    make = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'."
    file = settings.secret_file
    if settings.secret is None and file is None:
        yield f"SAFEPLACES_SECRET (or SAFEPLACES_SECRET_FILE) is missing. {make}"
        return
    secret = settings.secret.get_secret_value() if settings.secret else _read(file)
    if secret is None:
        yield f"SAFEPLACES_SECRET_FILE, {file}, cannot be read by the service's user."
    elif len(set(secret)) < LEAST_DIFFERENT_CHARACTERS:
        yield f"SAFEPLACES_SECRET can be guessed: it has few different characters. {make}"


def _file_dangers(settings: Settings) -> Iterator[str]:
    """Files of secrets that others can read."""
    for name in ("secret_file", "oidc_client_secret_file", "smtp_password_file", "notify_api_key_file"):
        file: Path | None = getattr(settings, name)
        if file is not None and file.exists() and file.stat().st_mode & 0o077:
            yield (f"SAFEPLACES_{name.upper()}, {file}, can be read by other users of the machine: chmod 600 {file}.")


def _edge_dangers(settings: Settings) -> Iterator[str]:
    """Who is believed about addresses, how much one may ask, and what the provider of sign-ins is shown."""
    for written in settings.trusted_proxies.split(","):
        network = ip_network(written.strip(), strict=False) if written.strip() else None
        if network is not None and network.prefixlen < WIDEST_PROXIES[network.version]:
            yield (
                f"SAFEPLACES_TRUSTED_PROXIES holds {network}, nearly everybody: anyone could say that they are "
                "somebody else, and no limit would hold. Name the addresses of your own proxies only."
            )
    if settings.rate_limit_scale == 0:
        yield (
            "SAFEPLACES_RATE_LIMIT_SCALE is 0, so nothing holds up whoever guesses or floods: "
            "leave it out, or set it to what your users need."
        )
    if settings.oidc_issuer and settings.oidc_client_secret is None and settings.oidc_client_secret_file is None:
        yield (
            "SAFEPLACES_OIDC_CLIENT_SECRET (or SAFEPLACES_OIDC_CLIENT_SECRET_FILE) is missing: "
            "register this installation at the provider as a confidential client and set its secret."
        )


def _read(file: Path | None) -> str | None:
    try:
        return file.read_text(encoding="utf-8").strip() if file else None
    except OSError:
        return None


def _database_dangers(address: str) -> Iterator[str]:
    """A database on another machine is spoken to by TLS. A host in the query is a folder of sockets."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    asked = parse_qs(parts.query)
    if not host or _is_here(host) or asked.get("host", [""])[0].startswith("/"):
        return
    if asked.get("sslmode", [""])[-1] not in _ENCRYPTED:
        yield (
            f"DATABASE_URL reaches {host} without TLS for certain: add ?sslmode=verify-full (or at least require), "
            "since people's contacts and sessions cross the network."
        )


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
