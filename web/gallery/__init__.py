"""Every page with invented but believable data: `python -m web.gallery FOLDER` writes them as files.

For looking at pages and for tests: it needs neither a database nor the service. Built files begin with /static. One
module for each area of pages, each with a function `exhibits`; a new area is added to `AREAS`.
"""

from web.gallery import accounts, history, keys, mail, office, public
from web.gallery.exhibit import HOSTILE, Exhibit, render_exhibit
from web.gallery.public import PLACE

__all__ = ["HOSTILE", "PLACE", "Exhibit", "exhibits", "render_exhibit"]

AREAS = (public, office, accounts, history, keys, mail)


def exhibits() -> dict[str, Exhibit]:
    """Every page, by the name of its file; raises ValueError where two areas use one name."""
    pages: dict[str, Exhibit] = {}
    for area in AREAS:
        own = area.exhibits()
        if twice := own.keys() & pages.keys():
            raise ValueError(f"two areas of the gallery have a page called {', '.join(sorted(twice))}")
        pages |= own
    return pages
