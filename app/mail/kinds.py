"""What messages are for, and what follows from that: how long one is of use, and which goes first."""

from datetime import timedelta
from typing import NamedTuple


class Kind(NamedTuple):
    """How messages of a kind are treated.

    Attributes:
        lifetime: a message that could not be handed over in that time is given up: it would be of no use any more.
        priority: a higher one goes first.
        label: what it is for, as administrators read it; made from the kind's own word where there is none.
    """

    lifetime: timedelta = timedelta(days=2)
    priority: int = 0
    label: str = ""


KINDS: dict[str, Kind] = {"sign_in_link": Kind(timedelta(minutes=15), priority=10, label="Link to sign in")}
"""Kinds that differ from the usual; any other word is a kind too."""


def kind_of(name: str) -> Kind:
    """How messages of this kind are treated."""
    return KINDS.get(name, Kind())
