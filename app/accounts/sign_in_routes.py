"""Pages of signing in and out: which way, the password, the code, the invitation."""

from http import HTTPStatus
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.accounts import queries
from app.accounts.access import allow, identify
from app.accounts.attempts import BROWSER_COOKIE, BROWSER_LIFETIME, Origin
from app.accounts.destinations import to_destination, with_destination
from app.accounts.oidc_routes import find_sign_out_address, prepare_sign_out, sign_out_there
from app.accounts.own_forms import OWN_FORM_HEADERS, require_own_form
from app.accounts.sessions import (
    delete_cookie,
    end_session,
    new_token,
    set_cookie,
    signed_in_response,
    signed_out_response,
    start_session,
)
from app.accounts.sign_in import (
    SECOND_STEP,
    WRONG,
    WRONG_REMEDY,
    Judged,
    SecondStep,
    accept_invitation,
    begin_second_step,
    find_invitation,
    judge_code,
    judge_password,
)
from app.accounts.ways import list_ways
from app.db.sessions import Reading, WriteSession, Writing
from app.errors import InvalidInput, NotSignedIn
from app.http.pages import render
from app.http.security_log import note_event
from app.permissions.identity import Identity
from app.permissions.table import Action
from web.views_accounts import InvitationPage, SignInCodePage, SignInPage, SignInPasswordPage
from web.views_office import FormFault

READ = ["GET", "HEAD"]
STEP_COOKIE = "__Host-sign-in"
"""Holds the token of the first step for as long as the second may take."""
HASHING = CapacityLimiter(2)
"""Passwords that are judged at the same time: each takes 64 MB and a whole core. The others wait; no page does."""
NOTICES = {
    "chosen": "Your password is set. Sign in with it now.",
    "late": "That took too long. Enter your password again.",
}
SIGNED_OUT = "You were signed out, because nothing was done for a while or because your session was ended."

router = APIRouter(include_in_schema=False)
Wanted = Annotated[str, Query(alias="next", max_length=2_000)]
WantedInForm = Annotated[str, Form(alias="next", max_length=2_000)]


@router.api_route("/sign-in", methods=READ)
def choose_way(request: Request, wanted: Wanted = "") -> Response:
    """How do you want to sign in? Whoever has, is sent on."""
    notice = ""
    try:
        if not identify(request).is_public:
            return RedirectResponse(to_destination(wanted), HTTPStatus.SEE_OTHER)
    except NotSignedIn:
        notice = SIGNED_OUT
    page = SignInPage(list_ways(request.app.state.settings, wanted), notice)
    return render(request, "sign_in.html", headers=OWN_FORM_HEADERS, page=page)


@router.api_route("/sign-in/password", methods=READ)
def show_password(request: Request, wanted: Wanted = "", done: str = "") -> Response:
    """The form for address and password."""
    page = SignInPasswordPage(to=to_destination(wanted), notice=NOTICES.get(done, ""))
    return render(request, "sign_in_password.html", headers=OWN_FORM_HEADERS, page=page)


@router.post("/sign-in/password", dependencies=[Depends(require_own_form)])
async def sign_in_by_password(
    request: Request,
    session: Writing,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    wanted: WantedInForm = "",
) -> Response:
    """Judge a password; lead on to the code where the account has an authenticator."""

    def judge_and_answer() -> Response:
        origin = Origin.of(request)
        judged = judge_password(request.app.state.engine, email, password, origin)
        if judged.account is None:
            fault = _password_fault(judged)
            page = SignInPasswordPage(to=to_destination(wanted), values={"email": email}, faults=(fault,))
            status = HTTPStatus.TOO_MANY_REQUESTS if judged.wait_s else HTTPStatus.UNPROCESSABLE_ENTITY
            headers = OWN_FORM_HEADERS | ({"Retry-After": str(judged.wait_s)} if judged.wait_s else {})
            return render(request, "sign_in_password.html", status=status, headers=headers, page=page)
        if not judged.needs_code:
            return _sign_in(session, request, judged.account, wanted)
        token = begin_second_step(session, judged.account)
        response = RedirectResponse(with_destination("/sign-in/code", wanted), HTTPStatus.SEE_OTHER)
        set_cookie(response, STEP_COOKIE, token, lifetime=SECOND_STEP)
        return response

    return await to_thread.run_sync(judge_and_answer, limiter=HASHING)


@router.api_route("/sign-in/code", methods=READ)
def show_code(request: Request, wanted: Wanted = "") -> Response:
    """The form for the code of an authenticator."""
    if not request.cookies.get(STEP_COOKIE):
        return RedirectResponse(with_destination("/sign-in/password", wanted), HTTPStatus.SEE_OTHER)
    page = SignInCodePage(to=to_destination(wanted))
    return render(request, "sign_in_code.html", headers=OWN_FORM_HEADERS, page=page)


@router.post("/sign-in/code", dependencies=[Depends(require_own_form)])
def sign_in_by_code(
    request: Request,
    session: Writing,
    code: Annotated[str, Form(max_length=64)] = "",
    wanted: WantedInForm = "",
) -> Response:
    """Judge a code of an authenticator, or a recovery code."""
    step = SecondStep(request.cookies.get(STEP_COOKIE, ""), code, Origin.of(request))
    judged = judge_code(session, request.app.state.engine, request.app.state.settings, step)
    if judged is None:
        late = RedirectResponse("/sign-in/password?done=late", HTTPStatus.SEE_OTHER)
        delete_cookie(late, STEP_COOKIE)
        return late
    if judged.account is None:
        text = _wait_words(judged.wait_s) if judged.wait_s else "This code is not right, or it was used before."
        page = SignInCodePage(to=to_destination(wanted), faults=(FormFault("code", text),))
        status = HTTPStatus.TOO_MANY_REQUESTS if judged.wait_s else HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "sign_in_code.html", status=status, headers=OWN_FORM_HEADERS, page=page)
    response = _sign_in(session, request, judged.account, wanted)
    delete_cookie(response, STEP_COOKIE)
    return response


@router.api_route("/sign-in/invitation/{token}", methods=READ)
def show_invitation(request: Request, session: Reading, token: str) -> Response:
    """The form for a new password. Looking does not use the link up: programs that check mail look at every link."""
    linked = find_invitation(session, token)
    if linked is None:
        return _invitation_over(request)
    page = InvitationPage(name=linked.name, email=linked.email or "")
    return render(request, "sign_in_invitation.html", headers=OWN_FORM_HEADERS, page=page)


@router.post("/sign-in/invitation/{token}", dependencies=[Depends(require_own_form)])
async def choose_password(
    request: Request, session: Writing, token: str, password: Annotated[str, Form(max_length=256)] = ""
) -> Response:
    """Store the password and have the person sign in with it."""

    def choose_and_answer() -> Response:
        linked = find_invitation(session, token)
        if linked is None:
            return _invitation_over(request)
        try:
            if not accept_invitation(session, token, password):
                return _invitation_over(request)
        except InvalidInput as error:
            fault = FormFault("password", f"{error.what} {error.remedy}")
            page = InvitationPage(name=linked.name, email=linked.email or "", faults=(fault,))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return render(request, "sign_in_invitation.html", status=status, headers=OWN_FORM_HEADERS, page=page)
        return RedirectResponse("/sign-in/password?done=chosen", HTTPStatus.SEE_OTHER)

    return await to_thread.run_sync(choose_and_answer, limiter=HASHING)


@router.post("/sign-out")
def sign_out(
    request: Request, identity: Annotated[Identity, Depends(allow(Action.USE_OWN_ACCOUNT))], session: Writing
) -> Response:
    """End this browser's session, and then lead to the end of the one at the provider, where it began there."""
    prepare_sign_out(request)
    there = find_sign_out_address(request, session)
    end_session(session, request)
    note_event("signed_out", actor=identity.actor)
    return sign_out_there(request, there) if there else signed_out_response()


def _sign_in(session: WriteSession, request: Request, known: queries.KnownAccount, wanted: str) -> Response:
    """Start a session and remember the browser: from now on, strangers' failures do not hold it up."""
    account = queries.enter(session, known)
    token = start_session(session, request, account, method="password")
    response = signed_in_response(token, to_destination(wanted))
    browser = request.cookies.get(BROWSER_COOKIE) or new_token()
    queries.remember_browser(session, browser)
    set_cookie(response, BROWSER_COOKIE, browser, lifetime=BROWSER_LIFETIME)
    return response


def _invitation_over(request: Request) -> Response:
    return render(request, "sign_in_invitation.html", status=HTTPStatus.GONE, page=InvitationPage(is_over=True))


def _password_fault(judged: Judged) -> FormFault:
    if judged.wait_s:
        return FormFault("password", _wait_words(judged.wait_s))
    return FormFault("password", f"{WRONG} {WRONG_REMEDY}")


def _wait_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return (
        f"Too many attempts from here. Wait {minutes} minute{'s' if minutes > 1 else ''}, or use a browser in which "
        "you signed in before."
    )
