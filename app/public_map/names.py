"""How names that people type are compared with names that we hold."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar
from unicodedata import combining, normalize

EXACT, BEGINS, WITHIN = range(3)

APOSTROPHES_AND_STOPS = "['\u2019\u2018`.]"
"""Straight, curly and mistyped apostrophes: Neville's, Neville\u2019s, Nevilles are one name."""

T = TypeVar("T")


def plain_name(text: str) -> str:
    """A name without what people leave out or vary: case, accents, apostrophes, hyphens, & for and, extra spaces."""
    bare = "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
    bare = re.sub(APOSTROPHES_AND_STOPS, "", bare.casefold().replace("&", " and "))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())


def closeness(name: str, asked: str) -> int | None:
    """How well a name fits what was asked, both plain; None where it does not.

    EXACT; BEGINS with it; WITHIN: each word that was asked begins one of the name's words.
    """
    if name == asked:
        return EXACT
    if name.startswith(asked):
        return BEGINS
    words = name.split()
    return WITHIN if all(any(word.startswith(part) for word in words) for part in asked.split()) else None


def best_matches(things: Iterable[T], name_of: Callable[[T], str], asked: str) -> list[T]:
    """The things whose names fit best: those that fit exactly where there are any, else all that fit, closest first.

    `asked` is as it was typed; what has no letter or digit fits nothing.
    """
    wanted = plain_name(asked)
    if not wanted:
        return []
    found = [(fit, thing) for thing in things if (fit := closeness(plain_name(name_of(thing)), wanted)) is not None]
    if any(fit == EXACT for fit, _ in found):
        return [thing for fit, thing in found if fit == EXACT]
    return [thing for _, thing in sorted(found, key=lambda pair: (pair[0], plain_name(name_of(pair[1]))))]
