"""Authenticator apps (TOTP, RFC 6238) and the recovery codes that stand in for a lost one."""

from hmac import compare_digest
from secrets import choice
from time import time

import pyotp
import segno

from app.accounts.sessions import hash_token

ISSUER = "Safe places"
PURPOSE = "authenticator"
"""What seeds are encrypted for (`app.accounts.secret`)."""
STEP_S = 30
STEPS_ASIDE = 1
"""A code is good for its half minute and those beside it: telephones' clocks differ."""
CODE_LENGTH = 6
RECOVERY_CODES = 10
RECOVERY_GROUPS = 5
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no I, L, O, U. Five groups of five hold 125 random bits, so a plain SHA-256 of them may be stored."""
_MISREAD = str.maketrans("OIL", "011")


def new_seed() -> str:
    """A seed of 160 random bits, in base 32."""
    return pyotp.random_base32()


def seed_address(seed: str, email: str) -> str:
    """The otpauth: address that a QR code holds."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=ISSUER)


def draw_seed(seed: str, email: str) -> str:
    """The QR code as an SVG element without styles or scripts, dark on white whatever the page's colours are."""
    svg: str = segno.make(seed_address(seed, email), error="m").svg_inline(
        scale=5, border=4, light="#fff", svgclass="qr", lineclass=None
    )
    return svg


def step_of_code(seed: str, code: str, now: float | None = None) -> int | None:
    """The half minute (counted from 1970) for which a code is right; None where it is not right now."""
    code = code.replace(" ", "")
    if len(code) != CODE_LENGTH or not code.isascii() or not code.isdigit():
        return None
    totp = pyotp.TOTP(seed)
    current = int(now if now is not None else time()) // STEP_S
    found = None
    for step in range(current - STEPS_ASIDE, current + STEPS_ASIDE + 1):
        if compare_digest(totp.at(step * STEP_S), code):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes like 7K2QX-0M4ZA-9T1CD-RW6EH-3VNJB."""
    return [
        "-".join("".join(choice(_LETTERS) for _ in range(5)) for _ in range(RECOVERY_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def hash_recovery_code(code: str) -> str:
    """What is stored of a code, however it was typed."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum()).translate(_MISREAD)
    return hash_token(typed).hex()
