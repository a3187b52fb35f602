"""Routes of the pages that explain, and of what browsers and robots ask for unasked."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from app.errors import NotFound
from app.http.pages import render
from app.public_map.answers import answer_once
from app.public_map.problem_kinds import problems_page
from web.api_reference import to_reference
from web.assets import asset

READ = ["GET", "HEAD"]
A_DAY = "public, max-age=86400"

SECURITY_TXT_LASTS = timedelta(days=30)
"""Made anew at each request, so it never runs out on an installation that runs."""

ROBOTS = """User-agent: *
Disallow: /api/v1/
Disallow: /map/
"""

router = APIRouter(include_in_schema=False)


@router.api_route("/about", methods=READ)
def about(request: Request) -> Response:
    """What a safe place is, and why to trust the list."""
    return answer_once(request, lambda headers: render(request, "about.html", headers=headers))


@router.api_route("/.well-known/security.txt", methods=READ)
def security_txt(request: Request) -> Response:
    """Where weaknesses can be reported (RFC 9116); 404 where no contact is set."""
    contact = request.app.state.settings.security_contact
    if not contact:
        raise NotFound("This installation names no contact for weaknesses.", "Write to the council that runs it.")
    expires = datetime.now(UTC).replace(microsecond=0) + SECURITY_TXT_LASTS
    text = f"Contact: {contact}\nExpires: {expires:%Y-%m-%dT%H:%M:%SZ}\nPreferred-Languages: en\n"
    return PlainTextResponse(text, headers={"Cache-Control": A_DAY})


@router.api_route("/privacy", methods=READ)
def privacy(request: Request) -> Response:
    """What is kept of people: nothing."""
    return answer_once(request, lambda headers: render(request, "privacy.html", headers=headers))


@router.api_route("/accessibility", methods=READ)
def accessibility(request: Request) -> Response:
    """The accessibility statement."""
    return answer_once(request, lambda headers: render(request, "accessibility.html", headers=headers))


@router.api_route("/api", methods=READ)
def api(request: Request) -> Response:
    """The first page for people who want the data."""
    return answer_once(request, lambda headers: render(request, "api.html", headers=headers))


@router.api_route("/api/docs", methods=READ)
def api_docs(request: Request) -> Response:
    """The reference of the API, from its own description."""

    def draw(headers: dict[str, str]) -> Response:
        page = to_reference(request.app.openapi())
        return render(request, "api_docs.html", headers=headers, page=page)

    return answer_once(request, draw)


@router.api_route("/problems", methods=READ)
def problems(request: Request) -> Response:
    """Where the `type` of every problem document leads."""
    return answer_once(request, lambda headers: render(request, "problems.html", headers=headers, page=problems_page()))


@router.api_route("/robots.txt", methods=READ)
def robots(_: Request) -> Response:
    """Pages may be found by search engines; the data behind them is not for their crawlers."""
    return PlainTextResponse(ROBOTS, headers={"Cache-Control": A_DAY})


@router.api_route("/favicon.ico", methods=READ)
def favicon(request: Request) -> Response:
    """The picture that some browsers ask for at this address whatever the page says."""
    address = asset("images/favicon.svg", request.app.state.settings.static_folder)
    return RedirectResponse(address, 307, {"Cache-Control": A_DAY})
