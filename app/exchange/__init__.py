"""Spreadsheets in: reading them, checking every row, and writing what is sound in one transaction."""

from app.exchange.rules import ImportOptions, import_places, import_sheet

__all__ = ["ImportOptions", "import_places", "import_sheet"]
