"""Routes of the pages that show the register."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.db.sessions import Reading
from app.db.version import LONDON
from app.errors import PlaceGone
from app.http.pages import render
from app.public_map import information, map_routes, rules
from app.public_map.answers import MINUTE, answer_once
from app.public_map.register import open_register
from app.public_map.search import search
from web.views import ChoosePage, DivisionPage, HomePage, ResultsPage

READ = ["GET", "HEAD"]
TEMPLATES = {
    HomePage: "home.html",
    ResultsPage: "results.html",
    ChoosePage: "choose.html",
    DivisionPage: "division.html",
}
LONGEST_NAME_SHOWN = 80

router = APIRouter(include_in_schema=False)
router.include_router(information.router)
router.include_router(map_routes.router)


@router.api_route("/", methods=READ)
def home(request: Request) -> Response:
    """One question: where are you?"""
    return answer_once(request, lambda headers: render(request, "home.html", headers=headers, page=HomePage()))


@router.post("/")
def find(
    request: Request,
    session: Reading,
    where: Annotated[str, Form()] = "",
    lon: Annotated[str, Form()] = "",
    lat: Annotated[str, Form()] = "",
) -> Response:
    """The answer to a search, given to the POST itself: no address ever holds what was searched for."""
    page = search(open_register(request, session), where, lon, lat)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(page, HomePage) else HTTPStatus.OK
    return render(request, TEMPLATES[type(page)], status=status, page=page)


@router.api_route("/places/{reference}", methods=READ)
def place(request: Request, session: Reading, reference: str) -> Response:
    """A published place, or what is near one that has left the list."""
    if reference != reference.upper():
        return RedirectResponse(f"/places/{quote(reference.upper())}", HTTPStatus.PERMANENT_REDIRECT)

    def draw(headers: dict[str, str]) -> Response:
        register = open_register(request, session)
        try:
            return render(request, "place.html", headers=headers, page=rules.show_place(register, reference))
        except PlaceGone as gone:
            page = rules.show_place_gone(register, gone.reference, gone.easting, gone.northing)
            return render(request, "place_gone.html", status=HTTPStatus.GONE, page=page)

    return answer_once(request, draw, _minute())


@router.api_route("/divisions", methods=READ)
def divisions(
    request: Request, session: Reading, q: Annotated[str, Query(max_length=LONGEST_NAME_SHOWN)] = ""
) -> Response:
    """Every division of the authority, A to Z."""

    def draw(headers: dict[str, str]) -> Response:
        page = rules.show_divisions(open_register(request, session), q)
        return render(request, "divisions.html", headers=headers, page=page)

    return answer_once(request, draw)


@router.api_route("/divisions/{gss_code}", methods=READ)
def division(request: Request, session: Reading, gss_code: str, page: Annotated[int, Query(ge=1)] = 1) -> Response:
    """A division with its councillors and places."""
    if gss_code != gss_code.upper():
        return RedirectResponse(f"/divisions/{quote(gss_code.upper())}", HTTPStatus.PERMANENT_REDIRECT)

    def draw(headers: dict[str, str]) -> Response:
        shown = rules.show_division(open_register(request, session), gss_code, page)
        return render(request, "division.html", headers=headers, page=shown)

    return answer_once(request, draw, _minute())


@router.api_route("/about/data", methods=READ)
def about_data(request: Request, session: Reading) -> Response:
    """Where everything comes from, and how good it is."""

    def draw(headers: dict[str, str]) -> Response:
        page = rules.show_sources(open_register(request, session))
        return render(request, "about_data.html", headers=headers, page=page)

    return answer_once(request, draw)


def _minute() -> str:
    """What a page depends on that says which places are open now."""
    return datetime.now(LONDON).strftime(MINUTE)
