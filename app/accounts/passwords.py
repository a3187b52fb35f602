"""Passwords: which ones are accepted, and how they are kept.

After the NCSC's advice and OWASP ASVS 5 (6.2): long rather than complicated, no expiry, nothing cut off, anything that
can be typed or pasted; what everybody tries first is refused: by words that people use here, and by zxcvbn, which knows
30,000 passwords that were found elsewhere, walks over keyboards, names, dates and how they are put together. Kept as
argon2id by pwdlib, with its recommended cost.
"""

import re
from functools import cache
from itertools import pairwise
from unicodedata import normalize

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn import zxcvbn  # type: ignore[import-untyped] # it has no annotations

from app.errors import InvalidInput

SHORTEST = 12
LONGEST = 128
FEWEST_OWN_LETTERS = 5
"""What must be left of a password once everything that guessers try first is taken out of it."""
FEWEST_DIFFERENT = 5
FEWEST_GUESSES = 10**8
"""From here on zxcvbn calls a password safe from guessing here, and from most who have stolen a slow hash of it."""
LONGEST_ESTIMATED = 72
"""Characters of which zxcvbn judges: its work grows with their square, and nobody's first 72 are forgotten."""

_USUAL = """
password passwort passphrase welcome letmein access account admin administrator changeme default example secret
login signin logon master manager user guest test testing temp temporary hello please private security secure
safeplaces safeplace safe place places council councillor county durham northeast england britain london
newcastle sunderland darlington teesside liverpool arsenal chelsea everton manchester united city football rugby
cricket superman batman spiderman pokemon starwars princess sunshine iloveyou loveyou love lovely monkey dragon
tiger shadow flower summer winter spring autumn january february march april june july august september october
november december monday tuesday wednesday thursday friday saturday sunday christmas easter
qwertyuiop qwerty uiop asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv qazwsx wsxedc azerty
abcdefghijklmnopqrstuvwxyz abcdefgh abcdef abcd abc
"""
"""Words that people build a password of when they are asked for one here. Ours; kept short."""
_WORDS = re.compile("|".join(sorted(_USUAL.split(), key=len, reverse=True)))
_LOOKS_LIKE = str.maketrans("@4310$57!", "aaeiossti")
_REPEATED = re.compile(r"(.+?)\1+")


def accept_password(password: str, *, email: str | None, name: str) -> str:
    """The password as it is kept: in one form of Unicode, so that every keyboard's is the same.

    Raises:
        InvalidInput: too short, too long, or among those that are guessed first; `field` is "password".
    """
    password = canonical(password)
    if len(password) < SHORTEST:
        raise InvalidInput(
            f"Your password must have at least {SHORTEST} characters.",
            "Three words that have nothing to do with each other are easy to remember.",
            field="password",
        )
    if len(password) > LONGEST:
        raise InvalidInput(
            f"Your password must have at most {LONGEST} characters.", "Use a part of it.", field="password"
        )
    if is_easily_guessed(password, email or "", name):
        raise InvalidInput(
            "This password would be guessed early.",
            "Use three words that have nothing to do with each other, with you, or with your work.",
            field="password",
        )
    return password


def canonical(password: str) -> str:
    """One form for what different keyboards send for the same characters (NIST SP 800-63B, 3.1.1.2)."""
    return normalize("NFKC", password)


def is_easily_guessed(password: str, email: str, name: str) -> bool:
    """Whether little is left of a password without usual words, the person's own, repetitions, digits and signs.

    Or whether few guesses lead to it, by zxcvbn's estimate.
    """
    plain = password.lower()
    own = [part for part in re.split(r"\W+", f"{email} {name}".lower()) if len(part) > 2]  # noqa: PLR2004 - "of", "de"
    if len(set(plain)) < FEWEST_DIFFERENT:
        return True
    for reading in (plain, plain.translate(_LOOKS_LIKE)):
        rest = reading
        for part in sorted(own, key=len, reverse=True):
            rest = rest.replace(part, " ")
        rest = _WORDS.sub(" ", rest)
        rest = _REPEATED.sub(r"\1", "".join(letter for letter in rest if letter.isalpha()))
        if len(rest) < FEWEST_OWN_LETTERS and not _is_mixed(password):
            return True
    return bool(zxcvbn(password[:LONGEST_ESTIMATED], user_inputs=own)["guesses"] < FEWEST_GUESSES)


def _is_mixed(password: str) -> bool:
    """Whether it is digits and signs in no order, as a program makes them, rather than a word with a year."""
    marks = [letter for letter in password if not letter.isalpha()]
    steps = {ord(after) - ord(before) for before, after in pairwise(marks)}
    return len(set(marks)) >= FEWEST_DIFFERENT + 2 and len(steps) >= FEWEST_DIFFERENT + 1


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys_hash() -> str:
    """A hash of the same cost as everybody's, for addresses that nobody has."""
    return _hasher().hash("nobody has this password")


def hash_password(password: str) -> str:
    """An argon2id hash of an accepted password. Takes about a seventh of a second, on purpose."""
    return _hasher().hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Whether a password is the one that is stored. Without one, the same work is done for nothing."""
    right = _hasher().verify(canonical(password[: LONGEST + 1]), stored or _nobodys_hash())
    return right and stored is not None
