"""The web service: `uvicorn --factory app.main:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

import structlog
from brotli_asgi import BrotliMiddleware
from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool

from app.accounts import routes as accounts
from app.accounts.keys import NoteSeenKeys
from app.accounts.oidc_provider import Provider
from app.accounts.sessions import NoteSeenSessions
from app.councillors import routes as councillors
from app.db.direct import DirectReads
from app.db.sessions import WEB_ROLE, find_refusal, make_engine
from app.divisions import routes as divisions
from app.http import health, problems
from app.http.client_address import ClientAddress
from app.http.logs import configure_logs
from app.http.pages import BuiltFiles, problem_page
from app.http.rate_limits import LimitRates, RateLimits
from app.http.request_log import RequestLog
from app.http.security_headers import SecurityHeaders
from app.mail import routes as mail
from app.office import mail_routes as office_mail
from app.office import routes as office
from app.places import bulk_routes, changes_routes, register_routes, views_routes, writing_routes
from app.places import routes as places
from app.postcodes import routes as postcodes
from app.production import refuse_dangers
from app.public_map import routes as public_map
from app.settings import Settings, load_settings

log = structlog.get_logger(__name__)

DESCRIPTION = """
Safe places: libraries, shops and community hubs where someone who is afraid can wait, get help and report what
happened.

Everything here is open data: only places that are listed, have agreed, and whose last check has not lapsed.
Answers come as JSON, GeoJSON or CSV (`f=` or `Accept`). Errors are problem details (RFC 9457) that say what to do.
Positions and postcodes that you ask about are not logged.
"""

ROUTERS: list[APIRouter] = [
    # Every route is tried in turn until one fits, so what programs ask for most often comes first.
    changes_routes.router,  # before places/{reference}, which would take "changes" for a reference
    places.router,
    divisions.router,
    postcodes.router,
    public_map.router,
    health.router,
    councillors.router,
    register_routes.router,
    writing_routes.router,
    bulk_routes.router,
    views_routes.router,
    accounts.router,
    office.router,
    office_mail.router,
    mail.router,
]

MAXIMUM_BODY_BYTES = 2 * 1024 * 1024


def project_version() -> str:
    """The installed version, which is part of every ETag."""
    try:
        return version("safeplaces")
    except PackageNotFoundError:
        return "0.1.0"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with its routes, its engine and its way of answering errors."""
    configure_logs()
    settings = settings or load_settings()
    refuse_dangers(settings)
    engine = make_engine(settings, role=WEB_ROLE)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if refusal := await run_in_threadpool(find_refusal, engine):
            log.error("database_role_refused", what=refusal.what, remedy=refusal.remedy)
        app.state.direct_reads.start()
        yield
        await app.state.direct_reads.close()
        engine.dispose()

    app = FastAPI(
        title="Safe places API",
        version=project_version(),
        description=DESCRIPTION,
        license_info={"name": "Open Government Licence v3.0", "identifier": "OGL-UK-3.0"},
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=MAXIMUM_BODY_BYTES,
    )
    app.state.settings = settings
    app.state.engine = engine
    app.state.direct_reads = DirectReads(settings)
    app.state.oidc = Provider(settings) if settings.oidc_issuer else None
    app.state.rate_limits = RateLimits(settings.rate_limit_scale)
    include_routes(app)
    app.mount("/static", BuiltFiles(settings), name="static")
    problems.install(app, page=problem_page)
    app.add_middleware(NoteSeenSessions)
    app.add_middleware(NoteSeenKeys)
    app.add_middleware(BrotliMiddleware, quality=4, minimum_size=500)
    app.add_middleware(LimitRates, settings=settings, page=problem_page)
    app.add_middleware(RequestLog)
    app.add_middleware(ClientAddress, settings=settings)
    # Outside of everything, since Starlette answers faults (500) outside of the middleware that it is given.
    app.middleware_stack = SecurityHeaders(app.build_middleware_stack(), settings)
    return app


def include_routes(app: FastAPI) -> None:
    """Every router, in one list: this is where an address of the service is looked up first."""
    for router in ROUTERS:
        app.include_router(router)
