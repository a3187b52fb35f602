"""Pages of signing in at the council's own provider: there and back."""

from http import HTTPStatus
from typing import Annotated

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.accounts import queries
from app.accounts.letters import own_address
from app.accounts.oidc import Refusal, admit
from app.accounts.oidc_flow import COOKIE, LIFETIME, Flow
from app.accounts.oidc_provider import Provider, ProviderUnavailable, SignInFailed
from app.accounts.oidc_queries import find_id_token
from app.accounts.sessions import COOKIE as SESSION_COOKIE
from app.accounts.sessions import delete_cookie, set_cookie, signed_in_response, signed_out_response, start_session
from app.db.sessions import WriteSession, writing
from app.errors import NotFound
from app.http.pages import render
from app.http.security_log import note_event
from web.views_accounts import SignInOidcPage, SignOutOidcPage

log = structlog.get_logger(__name__)

CALLBACK = "/sign-in/oidc/callback"
TALKING = CapacityLimiter(8)
"""Requests that wait for the provider at the same time: a slow one must not take the threads that pages need."""

router = APIRouter(include_in_schema=False)
Short = Annotated[str, Query(max_length=4_000)]


@router.get("/sign-in/oidc")
async def begin(request: Request, wanted: Annotated[str, Query(alias="next", max_length=2_000)] = "") -> Response:
    """Send a browser to the provider, with a cookie by which its return is recognised."""
    provider = _provider_of(request)
    flow = Flow.begin(wanted)
    try:
        address = await to_thread.run_sync(provider.start_address, flow, _callback(request), limiter=TALKING)
    except SignInFailed as failed:
        return await to_thread.run_sync(_failed, request, failed)
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    set_cookie(response, COOKIE, flow.to_cookie(), lifetime=LIFETIME)
    return response


@router.get(CALLBACK)
async def finish(
    request: Request, code: Short = "", state: Short = "", error: Short = "", iss: Annotated[str | None, Query()] = None
) -> Response:
    """Take what the provider says, and sign the person in."""
    provider = _provider_of(request)
    flow = Flow.parse(request.cookies.get(COOKIE, ""))
    if flow is None or not flow.is_answered_by(state):
        failed = SignInFailed(
            "This sign-in was not begun in this browser, took longer than ten minutes, or was finished before.",
            "Start again.",
        )
        return await to_thread.run_sync(_failed, request, failed)
    begun = flow

    def sign_in() -> Response:
        try:
            if error or not provider.is_answer_of(iss):
                raise _stopped(error)
            vouched = provider.exchange(code, begun, _callback(request))
        except SignInFailed as failed:
            return _failed(request, failed)
        with writing(request) as session:
            admitted = admit(session, request.app.state.settings, vouched.claims)
            if isinstance(admitted, Refusal):
                note_event("sign_in_failed", method="oidc", cause="not_admitted")
                return _failed(request, SignInFailed(admitted.what, admitted.remedy))
            account = queries.enter(session, admitted)
            token = start_session(session, request, account, method="oidc", oidc_id_token=vouched.id_token)
        return signed_in_response(token, begun.to)

    response = await to_thread.run_sync(sign_in, limiter=TALKING)
    delete_cookie(response, COOKIE)
    return response


def prepare_sign_out(request: Request) -> None:
    """Have the provider's addresses at hand before a transaction begins: asking for them can take a while."""
    provider: Provider | None = request.app.state.oidc
    if provider:
        try:
            provider.metadata()
        except ProviderUnavailable:
            log.warning("oidc_sign_out_only_here")


def find_sign_out_address(request: Request, session: WriteSession) -> str | None:
    """Where to sign out at the provider too, for a session that began there; asked before the session ends."""
    provider: Provider | None = request.app.state.oidc
    if provider is None:
        return None
    id_token = find_id_token(session, request.cookies.get(SESSION_COOKIE, ""))
    return provider.sign_out_address(id_token, f"{own_address(request)}/sign-in") if id_token else None


def sign_out_there(request: Request, address: str) -> Response:
    """Send a browser on to the provider by a page: a form may not lead to another site, not by a redirect either."""
    headers = {"Refresh": f"0; url={address}"}
    response = render(request, "sign_in_oidc_out.html", headers=headers, page=SignOutOidcPage(address))
    left = signed_out_response()
    for name, value in left.raw_headers:
        if name in {b"set-cookie", b"clear-site-data"}:
            response.raw_headers.append((name, value))
    return response


def _provider_of(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc
    if provider is None:
        raise NotFound("This installation has no single sign-on.", "Choose another way to sign in.")
    return provider


def _callback(request: Request) -> str:
    return own_address(request) + CALLBACK


def _stopped(error: str) -> SignInFailed:
    """What the provider answered instead of a code. Its own words are not shown: anybody can write them there."""
    log.warning("oidc_stopped", cause=error if error.isidentifier() else "unknown")
    if error == "access_denied":
        return SignInFailed("You stopped signing in, or your council's sign-in did not let you in.", "Start again.")
    return SignInFailed("Your council's sign-in stopped with an error.", "Start again in a minute.")


def _failed(request: Request, failed: SignInFailed) -> Response:
    is_down = isinstance(failed, ProviderUnavailable)
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_down else HTTPStatus.FORBIDDEN
    return render(
        request,
        "sign_in_oidc.html",
        status=status,
        headers={"Retry-After": "60"} if is_down else None,
        page=SignInOidcPage(failed.what, failed.remedy, is_down=is_down),
    )
