"""Cells of CSV files, which spreadsheets open and may run."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - Excel reads the wide signs too
"""What OWASP lists (CSV injection) as the characters that make a cell a formula."""


def guarded(value: object) -> object:
    """A cell that no spreadsheet runs: text that begins like a formula gets an apostrophe. Numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
