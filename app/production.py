"""What is not safe in production. The service does not start with it, and says each in a sentence."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from app.settings import Settings

LEAST_CHARACTERS = 32
LEAST_DIFFERENT_CHARACTERS = 12
"""Of a secret of 32 random characters hardly any has fewer; of one that somebody made up most have."""
LEAST_PASSWORD = 12
"""Characters of a database's password: it is made by a program, and nobody types it."""
WIDEST_PROXIES = {4: 8, 6: 32}
"""Prefixes of the widest networks that proxies can be in: 10.0.0.0/8 is a company's, 0.0.0.0/0 is everybody's."""
LARGEST_SCALE = 20
"""Times the usual limits: 2,400 attempts to sign in a minute from one address. Beyond, there is as good as none."""
LONGEST_IDLE_MINUTES, LONGEST_SESSION_HOURS = 240, 24
"""Beyond half a working day without a touch, or a day and a night, whoever sits at the desk is somebody else."""
SECRET_FILES = ("secret_file", "oidc_client_secret_file", "smtp_password_file", "notify_api_key_file")
KEPT_BY_THE_SYSTEM = (Path("/run/secrets"), Path("/run/credentials"))
"""Where containers and systemd put secrets, with a mode of their own and out of others' reach."""
_MAKE = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'."
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
            "Nothing was started. See docs/running.md, In production."
        )


def list_dangers(settings: Settings) -> Iterator[str]:
    """What is not safe, a sentence for each that names the setting and says what to do."""
    yield from _address_dangers(settings)
    yield from _secret_dangers(settings)
    yield from _file_dangers(settings)
    yield from _proxy_dangers(settings)
    yield from _limit_dangers(settings)
    yield from _provider_dangers(settings)
    yield from _database_dangers(settings.database_url)
    if settings.smtp_host and settings.smtp_tls == "none" and not _is_here(settings.smtp_host):
        yield (
            "SAFEPLACES_SMTP_TLS is none, so sign-in links would cross the network in the clear: "
            "use starttls or tls, or a mail server on this machine."
        )


def _address_dangers(settings: Settings) -> Iterator[str]:
    """The address that people see, and those from which something comes."""
    public = urlsplit(settings.public_address)
    if public.scheme != "https" or not public.hostname:
        yield (
            "SAFEPLACES_PUBLIC_ADDRESS has to be the https address that people see, such as https://safe.example.org: "
            "links in mail are made from it, and cookies travel by https only."
        )
    elif _is_here(public.hostname) or "@" in public.netloc or public.query or public.fragment:
        yield (
            "SAFEPLACES_PUBLIC_ADDRESS has to be the address that people type, a host's name and nothing else, such as "
            "https://safe.example.org: this one leads elsewhere from where they are."
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
    file = settings.secret_file
    if settings.secret is None and file is None:
        yield f"SAFEPLACES_SECRET (or SAFEPLACES_SECRET_FILE) is missing. {_MAKE}"
        return
    secret = settings.secret.get_secret_value() if settings.secret else _read(file)
    if secret is None:
        return  # told of among the files
    if len(secret) < LEAST_CHARACTERS:
        yield f"SAFEPLACES_SECRET_FILE holds fewer than {LEAST_CHARACTERS} characters. {_MAKE}"
    elif len(set(secret)) < LEAST_DIFFERENT_CHARACTERS:
        yield f"SAFEPLACES_SECRET can be guessed: it has few different characters. {_MAKE}"


def _file_dangers(settings: Settings) -> Iterator[str]:
    """Files of secrets that the service cannot read, or that others can."""
    for name in SECRET_FILES:
        file: Path | None = getattr(settings, name)
        if file is None:
            continue
        variable = f"SAFEPLACES_{name.upper()}"
        if _read(file) is None:
            yield f"{variable}, {file}, cannot be read by the service's user: check its path and its owner."
        elif file.stat().st_mode & 0o077 and not any(
            file.absolute().is_relative_to(kept) for kept in KEPT_BY_THE_SYSTEM
        ):
            yield f"{variable}, {file}, can be read by other users of the machine: chmod 600 {file}."


def _proxy_dangers(settings: Settings) -> Iterator[str]:
    """Who is believed about where a request comes from."""
    if not settings.trusted_proxies.strip():
        yield (
            "SAFEPLACES_TRUSTED_PROXIES is missing: everybody would seem to come from the web server that speaks https "
            "in front, and one person who guesses passwords would lock all out. Set its address, such as 127.0.0.1."
        )
    for written in settings.trusted_proxies.split(","):
        network = ip_network(written.strip(), strict=False) if written.strip() else None
        if network is not None and network.prefixlen < WIDEST_PROXIES[network.version]:
            yield (
                f"SAFEPLACES_TRUSTED_PROXIES holds {network}, nearly everybody: anyone could say that they are "
                "somebody else, and no limit would hold. Name the addresses of your own proxies only."
            )


def _limit_dangers(settings: Settings) -> Iterator[str]:
    """How much one may ask, and for how long one stays signed in."""
    if settings.rate_limit_scale == 0 or settings.rate_limit_scale > LARGEST_SCALE:
        yield (
            f"SAFEPLACES_RATE_LIMIT_SCALE is {settings.rate_limit_scale:g}, so nothing holds up whoever guesses or "
            f"floods: leave it out, or set it to what your users need, {LARGEST_SCALE} at most."
        )
    if settings.session_idle_minutes > LONGEST_IDLE_MINUTES:
        yield (
            f"SAFEPLACES_SESSION_IDLE_MINUTES is {settings.session_idle_minutes}: whoever finds a browser that "
            f"was left open is signed in with it. Set it to {LONGEST_IDLE_MINUTES} at most; 60 is usual."
        )
    if settings.session_hours > LONGEST_SESSION_HOURS:
        yield (
            f"SAFEPLACES_SESSION_HOURS is {settings.session_hours}: a session that was stolen is good for as long. "
            f"Set it to {LONGEST_SESSION_HOURS} at most; 12 is usual."
        )


def _provider_dangers(settings: Settings) -> Iterator[str]:
    if settings.oidc_issuer and settings.oidc_client_secret is None and settings.oidc_client_secret_file is None:
        yield (
            "SAFEPLACES_OIDC_CLIENT_SECRET (or SAFEPLACES_OIDC_CLIENT_SECRET_FILE) is missing: "
            "register this installation at the provider as a confidential client and set its secret."
        )


def _database_dangers(address: str) -> Iterator[str]:
    """A database that is reached through the network is spoken to by TLS, with a password that nobody guesses."""
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    named = [urlsplit(f"//{host}").hostname or "" for host in parts.netloc.rpartition("@")[2].split(",")]
    for parameter in ("host", "hostaddr"):
        named = asked[parameter][-1].split(",") if parameter in asked else named
    networked = [host for host in named if host and not host.startswith(("/", "@"))]
    away = [host for host in networked if not _is_here(host)]
    if away and asked.get("sslmode", [""])[-1] not in _ENCRYPTED:
        yield (
            f"DATABASE_URL reaches {away[0]} without TLS for certain: add ?sslmode=verify-full (or at least require), "
            "since people's contacts and sessions cross the network."
        )
    password = asked.get("password", [unquote(parts.password or "")])[-1]
    if networked and password and (len(password) < LEAST_PASSWORD or len(set(password)) < LEAST_PASSWORD // 2):
        yield (
            "DATABASE_URL has a password that is short or plain, and can be guessed: give the user another "
            "(ALTER ROLE … PASSWORD …), such as openssl rand -hex 24 makes."
        )


def _read(file: Path | None) -> str | None:
    try:
        return file.read_text(encoding="utf-8").strip() if file else None
    except (OSError, UnicodeDecodeError):
        return None


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
