"""Spatial logic for Great Britain: no web, no database session."""
