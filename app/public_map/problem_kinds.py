"""The kinds of problem that answers name in `type`, for the page that those references lead to."""

from http import HTTPStatus

from app.http.problems import STATUS_OF, slug_of
from web.views import ProblemKind, ProblemsPage

OF_HTTP = (
    (
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The address does not take this method. The header Allow says which it takes.",
    ),
    (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "More was sent than is taken at a time. Send less."),
)


def problems_page() -> ProblemsPage:
    """Every kind: our named errors, those of HTTP itself, and a fault of ours."""
    named = [
        ProblemKind(slug_of(kind), kind.title, int(status), _first_sentence(kind.__doc__ or ""))
        for kind, status in STATUS_OF.items()
    ]
    bare = [
        ProblemKind(status.phrase.lower().replace(" ", "-"), status.phrase, int(status), meaning)
        for status, meaning in OF_HTTP
    ]
    fault = ProblemKind(
        "fault",
        "Something went wrong on our side",
        int(HTTPStatus.INTERNAL_SERVER_ERROR),
        "The request could not be finished. Try again in a minute.",
    )
    return ProblemsPage((*named, *bare, fault))


def _first_sentence(text: str) -> str:
    """The later sentences of a class's description are for programmers."""
    return " ".join(text.split()).partition(". ")[0].rstrip(".") + "."
