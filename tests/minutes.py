"""Counts of what one may ask for in a minute fade when the next one begins, so tests of limits stay within one."""

from time import sleep, time

MINUTE_S = 60


def early_in_a_minute(left_s: float = 8) -> None:
    """Wait for the next minute unless so many seconds of this one are left."""
    if (left := MINUTE_S - time() % MINUTE_S) < left_s:
        sleep(left)
