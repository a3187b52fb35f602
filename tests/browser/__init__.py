"""Tests: see docs/architecture.md for what belongs into browser."""
