"""Forms of people who have not signed in yet: sent from our pages, or not taken.

There is no session whose token a form could carry, and public pages set no cookie. Browsers say themselves where a
form was sent from: `Sec-Fetch-Site`, which scripts cannot set, and before that `Origin`. Without this, another site
could sign somebody in as somebody else and read what they then write (login CSRF).
"""

from urllib.parse import urlsplit

from fastapi import Request

from app.errors import Forbidden
from app.settings import Settings

OWN_FORM_HEADERS = {"Referrer-Policy": "same-origin"}
"""For pages that hold such a form: with our usual "no-referrer", browsers send `Origin: null`."""


def require_own_form(request: Request) -> None:
    """A dependency for POST routes that are for everyone but must not be sent from elsewhere.

    A request with neither header comes from a program, whose user nobody can trick this way.

    Raises:
        Forbidden: another site sent the form.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    elif origin is not None:
        settings: Settings = request.app.state.settings
        ours = urlsplit(origin).netloc in {
            request.headers.get("host"),
            urlsplit(settings.public_address).netloc or None,
        }
    else:
        ours = True
    if not ours:
        raise Forbidden(
            "This form was not sent from one of our pages.", "Open the sign-in page in a new tab and start again there."
        )
