"""Either a value or the fault that was said instead, for tests of any input."""

from collections.abc import Callable
from typing import TypeVar

from geo.faults import GeographyError

Given = TypeVar("Given")
Value = TypeVar("Value")


def answer_of(read: Callable[[Given], Value], given: Given) -> tuple[Value | None, GeographyError | None]:
    """What `read` makes of `given`, and the fault that it names; one of the two is None."""
    try:
        return read(given), None
    except GeographyError as fault:
        return None, fault
