"""Where the build's files lie, and the numbers that several of its parts share."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
SOURCES = Path(__file__).resolve().parent / "sources"

COUNTY = "E06000047"
"""County Durham's code in the ONS register of codes."""

DIVISIONS_VALID_FROM = "2013-05-02"
DIVISIONS_VALID_TO = "2025-05-01"
"""Exclusive: the day of the election that the new divisions were first used for."""

SURROUNDINGS_M = 40_000
"""How far beyond the county's outermost postcode units the neighbouring areas are drawn, in metres."""

DECIMALS = 6
"""Decimals of a degree in published coordinates: 0.11 m in latitude, 0.06 m in longitude here."""
