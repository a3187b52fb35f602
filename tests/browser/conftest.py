"""Fixtures that several browser tests share."""

from tests.browser.office_site import office, office_server

__all__ = ["office", "office_server"]
