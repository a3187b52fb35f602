"""Answers with pages: fills a template, adds what every page carries, and serves the built styles and scripts."""

from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Engine, text
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.db.failures import translated
from app.db.version import current_version
from app.errors import DatabaseUnavailable
from app.http.problems import Problem
from app.permissions.identity import Identity
from app.permissions.navigation import list_destinations
from app.settings import Settings
from app.vocabulary import ROLE_LABELS
from web.assets import read_manifest
from web.environment import make_environment
from web.signed_in import NavigationLink, SignedIn
from web.views import ErrorPage

log = structlog.get_logger(__name__)

IMMUTABLE = "public, max-age=31536000, immutable"
PASSING = "no-cache"


def render(
    request: Request,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """Fill `template` (a name below web/templates) and answer with it.

    `context` gives every template its `page`, one object of `web.views`; what the frame of the page needs is added
    here. A page is not stored by caches unless `headers` says otherwise.
    """
    settings: Settings = request.app.state.settings
    frame = {
        "path": request.url.path,
        "exit_address": settings.exit_address,
        "sample_data": holds_sample_data(request.app.state.engine),
        "signed_in": signed_in(request),
    }
    body = make_environment(settings.static_folder).get_template(template).render(frame | context)
    return HTMLResponse(body, int(status), {"Cache-Control": "no-store"} | (headers or {}))


def signed_in(request: Request) -> SignedIn | None:
    """What the frame says of who is signed in; None for the public, and on pages that never asked."""
    identity: Identity | None = getattr(request.state, "identity", None)
    if identity is None or identity.is_public:
        return None
    links = tuple(NavigationLink(to.href, to.text, to.section) for to in list_destinations(identity))
    return SignedIn(identity.name, ROLE_LABELS[identity.role], links, identity.csrf_token)


def problem_page(request: Request, problem: Problem) -> Response:
    """An error as a page, for `app.http.problems.install`.

    The title and words of bare HTTP errors ("Not Found") are replaced by plain ones of the template's own.
    """
    own_words = problem.title == problem.status.phrase
    page = ErrorPage(
        status=int(problem.status),
        title="" if own_words else problem.title,
        what="" if own_words else problem.detail,
        remedy="" if own_words else problem.remedy,
    )
    return render(request, "error.html", status=problem.status, page=page)


@dataclass
class _SampleFlag:
    """Whether the register of one engine holds invented data, and the register's version at which that was read."""

    version: int
    is_sample: bool


_flags: WeakKeyDictionary[Engine, _SampleFlag] = WeakKeyDictionary()
_lock = Lock()


def holds_sample_data(engine: Engine) -> bool:
    """Whether the register holds invented places, asked once per version of the register.

    When the database does not answer (the page may be the one that says so), the last known answer stands.
    """
    known = _flags.get(engine)
    try:
        version = current_version(engine).number
        if known and known.version == version:
            return known.is_sample
        with _lock, translated(), engine.connect() as connection:
            query = text("SELECT EXISTS (SELECT FROM authority WHERE is_sample)")
            known = _flags[engine] = _SampleFlag(version, bool(connection.execute(query).scalar_one()))
    except DatabaseUnavailable:
        log.warning("sample_flag_not_read")
    return known.is_sample if known else False


class BuiltFiles(StaticFiles):
    """Serves the build at `/static/<version>/<file>`: for ever with this build's version, briefly with any other.

    An older version in the address is answered with the present file, so that a page from before an update still works.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file that `path` (`<version>/<file>`) names; raises HTTPException 404."""
        version, _, name = path.partition("/")
        current, files = read_manifest(self.folder)
        if name not in files:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        response = await super().get_response(name, scope)
        response.headers["Cache-Control"] = IMMUTABLE if version == current else PASSING
        return response

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.static_folder
        super().__init__(directory=self.folder, check_dir=False)
