"""The bundled data: loaded once into a register that has none, and never over anything that is there."""

from app.bundled.rules import BundledReport, is_loaded, load_bundled

__all__ = ["BundledReport", "is_loaded", "load_bundled"]
