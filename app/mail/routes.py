"""Development's viewer of mail: so that one can sign in by a link without a mail server. It is nowhere else."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.db.sessions import Reading
from app.db.version import LONDON
from app.errors import NotFound
from app.http.pages import render
from app.jobs.standing import find_standing
from app.mail.letter import split_addresses
from app.mail.queries import list_kept
from app.settings import Settings
from web.views_mail import MailViewerPage, ShownMessage, TextPart

router = APIRouter(include_in_schema=False)

RELAYED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@router.get("/dev/mail")
def show_kept_mail(request: Request, session: Reading) -> Response:
    """What would have left.

    Raises:
        NotFound: mail leaves, or this is production, or another machine asks.
    """
    if not _is_shown_to(request):
        raise NotFound("There is no such page.", "Check the address, or start from the home page.")
    messages = tuple(
        ShownMessage(row.id, row.to_address, row.subject, row.created_at.astimezone(LONDON), _paragraphs(row.text))
        for row in list_kept(session)
    )
    page = MailViewerPage(messages, find_standing(session).complaint() or "")
    return render(request, "mail_viewer.html", page=page)


def _is_shown_to(request: Request) -> bool:
    """Whether mail is kept for the viewer, and a browser on this very machine asks for it by a name of this machine.

    Messages hold links to sign in by. The name keeps out pages of other sites that have their own name lead here; an
    installation that the public reaches through another web server is not for development, whatever its settings say.
    """
    settings: Settings = request.app.state.settings
    known_as = urlsplit(settings.public_address).hostname if settings.public_address else "localhost"
    is_relayed = any(header in request.headers for header in RELAYED)
    if not settings.mail_is_shown or is_relayed or known_as not in LOCAL_NAMES:
        return False
    if request.client is None or request.url.hostname not in LOCAL_NAMES:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _paragraphs(text: str) -> tuple[tuple[TextPart, ...], ...]:
    paragraphs = (part.strip() for part in text.replace("\r\n", "\n").split("\n\n"))
    return tuple(
        tuple(TextPart(piece, piece if is_address else "") for piece, is_address in split_addresses(paragraph))
        for paragraph in paragraphs
        if paragraph
    )
