"""Tests, honest ones."""
