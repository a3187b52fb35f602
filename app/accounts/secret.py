"""The installation's secret: what must be read again, such as an authenticator's seed, is encrypted with it."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import Conflict
from app.settings import Settings

SHORTEST = 32
_REMEDY = "Set SAFEPLACES_SECRET or SAFEPLACES_SECRET_FILE (docs/accounts.md) and start the service again."


def read_secret(settings: Settings) -> str:
    """The secret of the setting, or of the file that a setting names.

    Raises:
        Conflict: there is none, the file cannot be read, or it is too short.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    if settings.secret_file is None:
        raise Conflict("This installation has no secret, so authenticators cannot be used.", _REMEDY)
    try:
        secret = settings.secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Conflict("The file of the installation's secret cannot be read.", _REMEDY) from error
    if len(secret) < SHORTEST:
        raise Conflict(f"The installation's secret is shorter than {SHORTEST} characters.", _REMEDY)
    return secret


def encrypt(settings: Settings, purpose: str, value: str) -> str:
    """`value`, so that only this installation reads it again, and only for the same purpose."""
    return _cipher(settings, purpose).encrypt(value.encode()).decode()


def decrypt(settings: Settings, purpose: str, stored: str) -> str:
    """What `encrypt` was given.

    Raises:
        Conflict: it was encrypted with another secret, or changed.
    """
    try:
        return _cipher(settings, purpose).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Conflict(
            "What is stored cannot be read with this installation's secret.",
            "Put the secret back with which it was stored, or have an administrator reset the account.",
        ) from error


def _cipher(settings: Settings, purpose: str) -> Fernet:
    """A key of its own for each purpose, after RFC 5869."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"safeplaces {purpose}".encode())
    return Fernet(urlsafe_b64encode(derivation.derive(read_secret(settings).encode())))
