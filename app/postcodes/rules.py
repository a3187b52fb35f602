"""What a postcode is, and where. Postcodes are not repeated in errors: they may say where somebody lives."""

import re
from collections.abc import Sequence
from functools import lru_cache

from sqlmodel import Session
from ukpostcodeparser import parse_uk_postcode  # type: ignore[import-untyped]  # it ships no types
from ukpostcodeparser.exceptions import (  # type: ignore[import-untyped]  # the same
    IncodeNotFoundError,
    MaxLengthExceededError,
)

from app.errors import InvalidInput, NotFound
from app.postcodes import queries
from app.tables.postcode import PostcodeUnit

_STORED = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", re.ASCII)
"""The form that the database accepts."""
_MISREAD = str.maketrans("OILSZ", "01152")
_OUTSIDE = {
    "BT": "Northern Ireland",
    "GY": "Guernsey",
    "IM": "the Isle of Man",
    "JE": "Jersey",
}
"""Postcode areas that are not on the National Grid of Great Britain."""
MAXIMUM_LENGTH = 16


@lru_cache(maxsize=20_000)
def parse_postcode(text: str, field: str = "postcode") -> str:
    """A postcode unit in the usual form, "DH1 1AA", from any case and spacing.

    Raises:
        InvalidInput: it is not a whole postcode; says what is missing, or what was probably meant.
    """
    squeezed = "".join(character for character in text[: 2 * MAXIMUM_LENGTH] if character.isalnum()).upper()
    if not squeezed:
        raise InvalidInput("No postcode was given.", "Give one in full, such as DH1 5UL.", field=field)
    try:
        postcode = " ".join(parse_uk_postcode(squeezed))
    except MaxLengthExceededError:
        raise InvalidInput(
            "This is too long for a postcode.", "Give only the postcode, such as DH1 5UL.", field=field
        ) from None
    except IncodeNotFoundError:
        raise InvalidInput(
            "This is only the first half of a postcode.", "Give it in full, such as DH1 5UL.", field=field
        ) from None
    except ValueError:
        postcode = ""
    # The parser ignores what follows a postcode, and knows two that are not on any map (BFPO, GIR 0AA).
    if _STORED.fullmatch(postcode) and len(postcode) == len(squeezed) + 1:
        return postcode
    meant = _probably_meant(squeezed)
    raise InvalidInput(
        "This is not a postcode.",
        f"Did you mean {meant}?" if meant else "Check it, and give it in full, such as DH1 5UL.",
        field=field,
    )


def _probably_meant(squeezed: str) -> str | None:
    """The postcode that results from reading the letter O as nought and so on, where only digits can stand."""
    outward, inward = squeezed[:-3], squeezed[-3:]
    for tried in (
        outward + inward[:1].translate(_MISREAD) + inward[1:],
        outward[:-1] + outward[-1:].translate(_MISREAD) + inward[:1].translate(_MISREAD) + inward[1:],
    ):
        try:
            postcode = " ".join(parse_uk_postcode(tried))
        except ValueError:
            continue
        if tried != squeezed and _STORED.fullmatch(postcode):
            return postcode
    return None


def get_postcode(session: Session, text: str) -> PostcodeUnit:
    """The postcode unit that a person typed.

    Raises:
        InvalidInput: it is not a postcode.
        NotFound: the register does not hold it.
    """
    postcode = parse_postcode(text)
    unit = queries.find_unit(session, postcode)
    if unit is None:
        raise not_held(postcode)
    return unit


def find_postcodes(session: Session, postcodes: Sequence[str]) -> dict[str, PostcodeUnit]:
    """The units of parsed postcodes, by postcode; those that are not held are missing."""
    return {unit.postcode: unit for unit in queries.list_units(session, postcodes)}


def not_held(postcode: str) -> NotFound:
    """The error for a well-formed postcode that the register does not hold."""
    country = _OUTSIDE.get(postcode[:2])
    if country:
        return NotFound(f"This postcode is in {country}.", "The register covers Great Britain only.", field="postcode")
    return NotFound(
        "The register does not hold this postcode.",
        "Check it for slips. New postcodes are added a few times a year, and some registers hold only their own area.",
        field="postcode",
    )
