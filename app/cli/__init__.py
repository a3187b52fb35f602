"""The command `safeplaces`: the same rules as the web service, from a terminal."""

from app.cli.main import main

__all__ = ["main"]
