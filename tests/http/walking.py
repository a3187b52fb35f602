"""Walks through the service as a browser that follows every link, style, script and picture of its own host."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from re import findall
from urllib.parse import urljoin, urlsplit

from fastapi.testclient import TestClient
from httpx2 import Response

STARTS = ("/", "/divisions", "/about", "/problems", "/robots.txt", "/favicon.ico")
HERE = "http://testserver"
LOADED_BY = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "use": "href",
}


@dataclass
class Found(HTMLParser):
    """What a page links to, what it makes a browser load, and the style and event attributes that it carries."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inline += [f"<{tag} {name}>" for name in given if name == "style" or name.startswith("on")]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") != "canonical":
            self.loads.append(given["href"])
        elif given.get(LOADED_BY.get(tag, "")):
            self.loads.append(given[LOADED_BY[tag]])
        self.loads += [value for name, value in given.items() if name.startswith("data-") and value.startswith("/map/")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def read_page(html: str) -> Found:
    """What a page holds."""
    found = Found()
    found.feed(html)
    return found


def next_addresses(path: str, answer: Response) -> list[str]:
    """Addresses of this host that an answer leads to."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    found: list[str] = []
    if kind == "text/html":
        page = read_page(answer.text)
        found = page.links + page.loads
    elif kind == "text/css":
        found = [address for address in findall(r"url\(([^)]+)\)", answer.text) if not address.startswith("data:")]
    elif kind in {"text/javascript", "application/javascript"}:
        found = findall(r"[\"'](/(?:map|static)/[^\"'\s]+)[\"']", answer.text)
    absolute = [urlsplit(urljoin(HERE + path, address.strip("\"'"))) for address in found]
    return [
        f"{parts.path}?{parts.query}" if parts.query else parts.path
        for parts in absolute
        if parts.scheme == "http" and parts.netloc == "testserver"
    ]


def walk(client: TestClient, *starts: str) -> dict[str, Response]:
    """Every answer that can be reached from `starts` (all pages, when none is given) by GET, by its address."""
    waiting = list(starts or STARTS)
    seen: dict[str, Response] = {}
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen[path] = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
        waiting += next_addresses(path, seen[path])
    return seen
