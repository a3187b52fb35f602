"""Every template, filled with the gallery's data and read as HTML."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from web.gallery import HOSTILE, PLACE, Exhibit, exhibits, render_exhibit
from web.help_lines import HELP_LINES
from web.views import HomePage

TEMPLATES = Path(__file__).resolve().parents[2] / "web" / "templates"
FRAMES = {"base.html", "office.html"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

pytestmark = pytest.mark.usefixtures("built_assets")


class Reader(HTMLParser):
    """Reads a page: its elements and their nesting, its text, its ids and the targets of its labels."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID and not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}, line {self.getpos()[0]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, attribute: str) -> list[str]:
        """All values of an attribute, in order."""
        return [attributes[attribute] or "" for _, attributes in self.elements if attribute in attributes]


def read(html: str) -> Reader:
    """The page, read to its end."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize("name", sorted(exhibits()))
def test_page_is_well_formed_and_carries_what_every_page_must(name: str) -> None:
    exhibit = exhibits()[name]
    html = render_exhibit(exhibit)
    page = read(html)
    assert page.faults == []
    assert page.open == []
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for attribute in ("for", "aria-labelledby", "aria-describedby"):
        for value in page.values(attribute):
            assert set(value.split()) <= set(ids), f"{attribute}={value}"
    text = " ".join(page.text)
    assert "This is sample data" in text
    assert sum(tag == "h1" for tag, _ in page.elements) == 1
    assert sum(tag == "main" for tag, _ in page.elements) == 1
    ways_out = [value for value in page.values("href") if value == "https://www.bbc.co.uk/weather"]
    if exhibit.signed_in:
        assert ways_out == [], "officers leave by signing out"
        assert "/sign-out" in page.values("action")
        forms = [
            attributes for tag, attributes in page.elements if tag == "form" and attributes.get("method") == "post"
        ]
        tokens = [value for tag, value in page.elements if tag == "input" and value.get("name") == "csrf_token"]
        assert len(forms) == len(tokens), "a form that is sent carries the session's token"
    else:
        assert ways_out
        for line in HELP_LINES:
            assert (line.phone or line.link) in html
    assert "style" not in {name for _, attributes in page.elements for name in attributes}, "the policy forbids it"
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert all(script.get("src") for script in scripts), "no script is written into a page"


def test_every_template_is_in_the_gallery() -> None:
    shown = {exhibit.template for exhibit in exhibits().values()}
    pages = {path.name for path in TEMPLATES.glob("*.html")} - FRAMES
    assert pages == shown


def test_register_text_is_escaped_everywhere() -> None:
    html = render_exhibit(exhibits()["place_hostile"])
    assert HOSTILE not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert "&lt;img src=x onerror=alert(2)&gt;" in html


def test_a_search_is_repeated_escaped() -> None:
    exhibit = exhibits()["home_error"]
    html = render_exhibit(replace(exhibit, page=HomePage(where=HOSTILE, error=HOSTILE)))
    assert "<img" not in html
    page = read(html)
    assert HOSTILE in page.values("value")


def test_not_known_is_never_shown_as_no() -> None:
    html = render_exhibit(Exhibit("place.html", PLACE, "/places/SP-0012"))
    text = " ".join(" ".join(read(html).text).split())
    assert "British Sign Language: not known" in text
    assert "Hearing loop: no" in text
    assert "Step-free entrance: yes" in text


def test_a_place_that_is_gone_is_not_named() -> None:
    html = render_exhibit(exhibits()["place_gone"])
    assert "SP-0002" not in html
    assert "no longer on the list" in html


def test_titles_do_not_give_the_search_away() -> None:
    html = render_exhibit(exhibits()["results"])
    title = html.split("<title>")[1].split("</title>")[0]
    assert title.startswith("Places near you")
    assert "DH1" not in title


def test_without_sample_data_no_page_says_so() -> None:
    assert "sample data" not in render_exhibit(exhibits()["home"], sample_data=False)


def test_lists_come_before_maps_and_no_page_needs_the_map() -> None:
    for name in ("results", "place", "division", "divisions"):
        source = (TEMPLATES / exhibits()[name].template).read_text(encoding="utf-8")
        assert source.index("place_list(" if name in {"results", "division"} else "<h1") < source.index("map/_map.html")
