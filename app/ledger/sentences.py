"""Entries of the ledger in words, and differences word by word."""

from difflib import SequenceMatcher
from typing import Any, Literal

from app.ledger.rules import HistoryEntry
from web.views_history import Piece

VIAS = {
    "page": "on a page",
    "api": "through the API",
    "import": "with an import",
    "cli": "with a command",
    "sample": "with the sample data",
    "worker": "by itself",
    "database": "in the database itself",
}
"""Through what a change came, by what the ledger calls it."""
_WHAT = {
    "place": "the place",
    "audit": "a check of the place",
    "place_change": "a change that waits for a second person",
    "place_merge": "a merge with another place",
    "place_division": "the decision on its division",
}
CONCEPTS = {
    "place": "Places",
    "audit": "Checks of places",
    "place_change": "Changes that wait",
    "place_merge": "Merges",
    "place_division": "Decisions on divisions",
    "division_set": "Boundaries",
    "councillor": "Councillors",
    "term_of_office": "Terms of office",
    "account": "People’s accounts",  # noqa: RUF001 - a typographic apostrophe in what people read
    "account_secret": "Passwords and authenticators",
    "api_key": "API keys",
    "register_setting": "Settings",
    "authority": "The authority",
    "person": "Requests about personal data",
}
"""What entries of an authority's chain are about, by what the ledger calls it."""
_ABOUT = {
    "place": "the place {}",
    "audit": "a check of the place {}",
    "place_change": "a change of the place {} that waits for a second person",
    "place_merge": "the merge of the place {} with another",
    "place_division": "the decision on the division of the place {}",
    "division_set": "the boundaries {}",
    "councillor": "the councillor {}",
    "term_of_office": "a term of office of the councillor {}",
    "account": "the account of {}",
    "account_secret": "how the account of {} is protected",
    "api_key": "the API key {}",
    "register_setting": "the setting {}",
    "authority": "the authority {}",
}
_REQUESTS = {
    "exported": "gave out what is held about a person",
    "erased": "erased a person",
}
_LONG = 400
"""Texts longer than this are told whole: a difference word by word would be a puzzle."""


def to_sentence(entry: HistoryEntry, name: str) -> str:
    """Who did what through what: "Ada Auditor changed the place on a page"."""
    what = _WHAT.get(entry.concept, entry.concept.replace("_", " "))
    via = VIAS.get(entry.via)
    return f"{name} {entry.operation} {what}{f' {via}' if via else ''}"


def to_whole_sentence(entry: HistoryEntry, name: str, about: str) -> str:
    """The same for a reader of the whole ledger, who has to be told what it is about: "… the place SP-0042 …"."""
    via = VIAS.get(entry.via)
    if entry.concept == "person" and entry.operation in _REQUESTS:
        done = f"{_REQUESTS[entry.operation]} ({about})"
    else:
        done = f"{entry.operation} {_ABOUT.get(entry.concept, entry.concept.replace('_', ' ') + ' {}').format(about)}"
    return f"{name} {done}{f' {via}' if via else ''}"


def to_words(value: Any) -> str:  # noqa: ANN401  # JSON of any shape
    """A value as people read it; empty for what is not known."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(to_words(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(to_words(one) for one in value.values())
    return str(value)


def to_pieces(before: Any, after: Any) -> tuple[Piece, ...]:  # noqa: ANN401  # JSON of any shape
    """What went, came and stayed, by words."""
    was, now = to_words(before), to_words(after)
    if not was or not now or len(was) + len(now) > _LONG:
        whole: tuple[tuple[Literal["gone", "new"], str], ...] = (("gone", was), ("new", now))
        return tuple(Piece(kind, text) for kind, text in whole if text)
    old, new = was.split(" "), now.split(" ")
    pieces: list[Piece] = []
    for tag, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", " ".join(old[start:end])))
            continue
        parts: tuple[tuple[Literal["gone", "new"], list[str]], ...] = (
            ("gone", old[start:end]),
            ("new", new[begin:stop]),
        )
        pieces += [Piece(kind, " ".join(words)) for kind, words in parts if words]
    return tuple(pieces)
