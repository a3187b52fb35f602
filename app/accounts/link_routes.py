"""Pages of signing in by a link: ask for one, "check your e-mail", and the page with the button."""

from http import HTTPStatus
from secrets import randbelow
from time import monotonic
from typing import Annotated

from anyio import sleep, to_thread
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.accounts import queries
from app.accounts.attempts import BROWSER_COOKIE, BROWSER_LIFETIME, Origin
from app.accounts.destinations import to_destination, with_destination
from app.accounts.letters import own_address
from app.accounts.links import LIFETIME, Asked, Standing, ask_for_link, judge_link, use_link
from app.accounts.own_forms import OWN_FORM_HEADERS, require_own_form
from app.accounts.sessions import delete_cookie, new_token, set_cookie, signed_in_response, start_session
from app.accounts.shown import faults_of
from app.db.sessions import Reading, Writing, writing
from app.errors import InvalidInput
from app.http.pages import render
from app.http.security_log import note_event
from web.views_accounts import SignInLinkPage, SignInLinkUsePage

READ = ["GET", "HEAD"]
LINK_COOKIE = "__Host-sign-in-link"
"""A random token that says which browser asked for a link; kept for as long as the link is good."""
LEAST_SECONDS = 0.3
"""How long an answer takes at least, and up to a third more by chance, so that its time does not tell whether a letter
was written: the worker, which begins to send it, takes a few thousandths of a second from the web service."""
TOKEN_PAGE_HEADERS = {"Referrer-Policy": "strict-origin"}
"""The address holds the token, so it is told to nobody. With "no-referrer" browsers would send `Origin: null`."""

router = APIRouter(include_in_schema=False)
Wanted = Annotated[str, Query(alias="next", max_length=2_000)]
WantedInForm = Annotated[str, Form(alias="next", max_length=2_000)]


@router.api_route("/sign-in/link", methods=READ)
def show_link_form(request: Request, wanted: Wanted = "") -> Response:
    """Where shall we send the link?"""
    return render(
        request, "sign_in_link.html", headers=OWN_FORM_HEADERS, page=SignInLinkPage(to=to_destination(wanted))
    )


@router.post("/sign-in/link", dependencies=[Depends(require_own_form)])
async def send_link(
    request: Request, email: Annotated[str, Form(max_length=254)] = "", wanted: WantedInForm = ""
) -> Response:
    """Send a link, if there is somebody to send one to. The answer is the same, and takes as long, if there is not."""
    started = monotonic()
    browser = request.cookies.get(LINK_COOKIE) or new_token()
    service = own_address(request)

    def address_of(token: str) -> str:
        return with_destination(f"{service}/sign-in/link/{token}", wanted)

    def ask() -> None:
        with writing(request) as session:
            ask_for_link(session, request.app.state.engine, Asked(email, Origin.of(request), browser, address_of))

    try:
        await to_thread.run_sync(ask)
    except InvalidInput as error:
        page = SignInLinkPage(values={"email": email}, faults=faults_of(error, "email"), to=to_destination(wanted))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "sign_in_link.html", status=status, headers=OWN_FORM_HEADERS, page=page)
    await sleep(max(0, started + LEAST_SECONDS * (1 + randbelow(1_000) / 3_000) - monotonic()))
    response = RedirectResponse(with_destination("/sign-in/link/sent", wanted), HTTPStatus.SEE_OTHER)
    set_cookie(response, LINK_COOKIE, browser, lifetime=LIFETIME)
    return response


@router.api_route("/sign-in/link/sent", methods=READ)
def show_sent(request: Request, wanted: Wanted = "") -> Response:
    """Check your e-mail: the same for everybody."""
    again = with_destination("/sign-in/link", wanted)
    return render(request, "sign_in_link_sent.html", page=SignInLinkPage(to=again))


@router.api_route("/sign-in/link/{token}", methods=READ)
def show_link(request: Request, session: Reading, token: str, wanted: Wanted = "") -> Response:
    """The page with the button. Looking uses nothing up: programs that check mail look at every link."""
    standing = judge_link(session.connection(), token, request.cookies.get(LINK_COOKIE, ""))
    return _page(request, standing, wanted, is_use=False)


@router.post("/sign-in/link/{token}", dependencies=[Depends(require_own_form)])
def sign_in_by_link(request: Request, session: Writing, token: str, wanted: WantedInForm = "") -> Response:
    """Use the link up and start a session."""
    browser = request.cookies.get(LINK_COOKIE, "")
    known = use_link(session, token, browser)
    if known is None:
        note_event("sign_in_failed", method="link")
        return _page(request, judge_link(session.connection(), token, browser), wanted, is_use=True)
    account = queries.enter(session, known)
    response = signed_in_response(start_session(session, request, account, method="link"), to_destination(wanted))
    delete_cookie(response, LINK_COOKIE)
    known_browser = request.cookies.get(BROWSER_COOKIE) or new_token()
    queries.remember_browser(session, known_browser)
    set_cookie(response, BROWSER_COOKIE, known_browser, lifetime=BROWSER_LIFETIME)
    return response


def _page(request: Request, standing: Standing, wanted: str, *, is_use: bool) -> Response:
    status = HTTPStatus.OK
    if standing == "over":
        status = HTTPStatus.GONE
    elif is_use:
        status = HTTPStatus.FORBIDDEN
    page = SignInLinkUsePage(standing, to=to_destination(wanted))
    return render(request, "sign_in_link_use.html", status=status, headers=TOKEN_PAGE_HEADERS, page=page)
