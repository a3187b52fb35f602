"""Which format an answer takes: `f=` if given, else the Accept header."""

from starlette.datastructures import Headers
from starlette.requests import Request

from app.errors import InvalidInput, NotAcceptable

API_PREFIXES = ("/api/", "/health/", "/map/", "/static/")


def wants_page(request: Request) -> bool:
    """Whether an error should be shown as a page: outside the API, to something that reads HTML."""
    return not request.url.path.startswith(API_PREFIXES) and "text/html" in request.headers.get("accept", "")


def choose_format(headers: Headers, f: str | None, offered: dict[str, str]) -> str:
    """The name of the format to answer in.

    Args:
        headers: the request's headers; Accept counts where `f` is not given.
        f: the value of the `f` parameter.
        offered: format name to media type, the preferred one first.

    Raises:
        InvalidInput: `f` names a format that is not offered.
        NotAcceptable: Accept excludes all that is offered.
    """
    if f is not None:
        if f in offered:
            return f
        raise InvalidInput(f"There is no format '{f[:20]}' here.", f"Use f={' or f='.join(offered)}.", field="f")
    accept = headers.get("accept", "*/*")
    if accept == "*/*":
        return next(iter(offered))
    best = max(offered, key=lambda name: (_quality(offered[name], accept), -list(offered).index(name)))
    if _quality(offered[best], accept) > 0:
        return best
    raise NotAcceptable(
        "None of the formats that you accept is available here.",
        f"Ask for one of: {', '.join(offered.values())}.",
    )


def _quality(media_type: str, accept: str) -> float:
    """The q value that Accept gives a media type, by its most specific matching range (RFC 9110, 12.5.1)."""
    best = (-1, 0.0)
    kind = media_type.partition("/")[0]
    for part in accept.split(","):
        media_range, *parameters = (piece.strip() for piece in part.split(";"))
        specificity = {media_type: 2, f"{kind}/*": 1, "*/*": 0}.get(media_range.lower(), -1)
        if specificity > best[0]:
            best = (specificity, _q(parameters))
    return best[1]


def _q(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
