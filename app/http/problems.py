"""Every error as an answer: problem details (RFC 9457) for machines, a page for people.

One table maps class to status.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from app import errors
from app.http.negotiation import wants_page

log = structlog.get_logger(__name__)

STATUS_OF: dict[type[errors.RegisterError], HTTPStatus] = {
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.PlaceGone: HTTPStatus.GONE,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    errors.DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.FaultyFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    errors.VersionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    errors.PlaceMerged: HTTPStatus.MOVED_PERMANENTLY,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
}

RETRY_AFTER_S = 30


@dataclass(frozen=True)
class Problem:
    """What went wrong, for people and machines alike.

    `detail` says what is wrong and `remedy` what to do; `errors` lists single faulty fields as {field, what, remedy};
    `extensions` holds further members of the answer.
    """

    status: HTTPStatus
    slug: str
    title: str
    detail: str
    remedy: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Members of the problem document; `type` is a reference that stays the same for ever."""
        members: dict[str, Any] = {
            "type": f"/problems#{self.slug}",
            "title": self.title,
            "status": int(self.status),
            "detail": f"{self.detail} {self.remedy}".strip(),
        }
        if self.errors:
            members["errors"] = self.errors
        return members | self.extensions


type_of_page = Callable[[Request, Problem], Response]


def from_register_error(error: errors.RegisterError) -> Problem:
    """The problem for one of our named errors; a subclass takes the status of its nearest listed parent."""
    status = next(
        (STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), HTTPStatus.UNPROCESSABLE_ENTITY
    )
    faults = [{"field": error.field, "what": error.what, "remedy": error.remedy}] if error.field else []
    kind = type(error)
    extensions: dict[str, Any] = {}
    if isinstance(error, errors.FaultyFields):
        faults, kind = [fault._asdict() for fault in error.faults], errors.InvalidInput
    if isinstance(error, errors.StaleVersion):
        extensions = {"current": error.current, "submitted": error.submitted, "differences": error.differences}
    if isinstance(error, errors.PlaceMerged):
        extensions = {"merged_into": error.into}
    if isinstance(error, errors.TooManyRequests):
        extensions = {"retry_after": error.retry_after_s}
    return Problem(status, slug_of(kind), error.title, error.what, error.remedy, faults, extensions)


def merged_location(request: Request, into: str) -> str:
    """The same address for the place that stayed, query and all; its page where the address named no place."""
    reference = request.path_params.get("reference")
    if not reference:
        return f"/places/{quote(into)}"
    path = request.url.path.replace(f"/{reference}", f"/{quote(into)}", 1)
    return f"{path}?{request.url.query}" if request.url.query else path


def from_validation_error(error: RequestValidationError) -> Problem:
    """The problem for values that do not fit the parameters. Values are not repeated: they may be private."""
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), "what": fault["msg"]}
        for fault in error.errors()
    ]
    named = ", ".join(dict.fromkeys(fault["field"] for fault in faults))
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-input",
        errors.InvalidInput.title,
        f"These values are not valid: {named}.",
        "See 'errors' for each, and /api/docs for what is allowed.",
        faults,
    )


def slug_of(kind: type[errors.RegisterError]) -> str:
    """InvalidInput -> invalid-input: the part of `type` that names the problem."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("-")


def answer(request: Request, problem: Problem, page: type_of_page) -> Response:
    """The problem as a page or as problem details, whichever the asker wants."""
    headers = {"Cache-Control": "no-store"}
    if "merged_into" in problem.extensions:
        headers["Location"] = merged_location(request, problem.extensions["merged_into"])
    if "retry_after" in problem.extensions:
        headers["Retry-After"] = str(problem.extensions["retry_after"])
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if wants_page(request):
        response = page(request, problem)
        response.headers.update(headers)
        return response
    return Response(orjson.dumps(problem.to_json()), int(problem.status), headers, "application/problem+json")


def to_sign_in(request: Request) -> Response:
    """Lead a person who wanted a page to signing in, and from there back to the page."""
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = quote(request.url.path + query, safe="/")
    return RedirectResponse(f"/sign-in?next={wanted}", HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


def install(app: FastAPI, page: type_of_page) -> None:
    """Make `app` answer every error as a problem; `page` draws one for people."""

    @app.exception_handler(errors.RegisterError)
    def on_register_error(request: Request, error: errors.RegisterError) -> Response:
        if isinstance(error, errors.NotSignedIn) and request.method == "GET" and wants_page(request):
            return to_sign_in(request)
        return answer(request, from_register_error(error), page)

    @app.exception_handler(RequestValidationError)
    def on_validation_error(request: Request, error: RequestValidationError) -> Response:
        return answer(request, from_validation_error(error), page)

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        problem = Problem(status, status.phrase.lower().replace(" ", "-"), status.phrase, status.description + ".")
        if status is HTTPStatus.BAD_REQUEST:
            what, remedy = "The request's body cannot be read.", "Send it as its Content-Type says, text in UTF-8."
            problem = Problem(status, problem.slug, problem.title, what, remedy)
        response = answer(request, problem, page)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    def on_fault(request: Request, error: Exception) -> Response:
        log.error("fault", exc_info=error)
        problem = Problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "fault",
            "Something went wrong on our side",
            "The request could not be finished.",
            "Try again in a minute. If it goes on, tell us what you were doing.",
        )
        return answer(request, problem, page)
