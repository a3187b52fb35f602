"""The whole ledger of an authority, for its administrators: a page and a file."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.accounts.access import allow
from app.db.sessions import Reading, reading
from app.db.version import london_today
from app.http.pages import render
from app.ledger.queries import Asked, find_head
from app.ledger.rules import History, list_ledger
from app.ledger.sentences import CONCEPTS, VIAS, to_whole_sentence
from app.office.actors import name_actors
from app.office.addresses import LEDGER, SETTINGS, place_address, with_query
from app.office.entries import (
    WHOLE_COLUMNS,
    Words,
    list_called,
    parse_days,
    to_csv_head,
    to_csv_lines,
    to_row,
)
from app.office.queries import Names, find_names, list_actors
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places.queries import read_codes
from web.views_history import Head, HistoryRow, LedgerPage
from web.views_office import Choice, FormFault

PAGE = 50
BATCH = 1_000
"""Entries that one transaction reads for a file: whoever takes long to fetch it keeps no connection meanwhile."""
_REFERENCE = re.compile(r"(?:SP-?)?([0-9]{1,18})", re.ASCII | re.IGNORECASE)
_PREFIX = re.compile(r"spk_\w+", re.ASCII)

router = APIRouter(prefix=LEDGER, include_in_schema=False)
Reader = Annotated[Identity, Depends(allow(Action.READ_LEDGER))]


class LedgerQuery(BaseModel):
    """The filters of the page; empty does not narrow. `before`: entries older than that one."""

    about: str = Field(default="", max_length=60)
    concept: str = Field(default="", max_length=60)
    actor: str = Field(default="", max_length=60)
    via: str = Field(default="", max_length=60)
    since: str = Field(default="", max_length=60)
    until: str = Field(default="", max_length=60)
    before: int | None = Field(default=None, ge=1, lt=2**63)

    def to_query(self) -> dict[str, str]:
        """The filters that are set, for an address; where the page begins is none of them."""
        return {name: value for name, value in self.model_dump(exclude={"before"}).items() if value}


Filters = Annotated[LedgerQuery, Query()]


@router.get("")
def ledger(request: Request, identity: Reader, session: Reading, filters: Filters) -> Response:
    """Every change, newest first."""
    asked, faults = _asked(identity, filters)
    listed = list_ledger(session, identity, asked._replace(before=filters.before, limit=PAGE))
    head = find_head(session, asked.chain)
    query = filters.to_query()
    page = LedgerPage(
        head=Head(head.chain, head.sequence, head.hash.hex(), head.to_line()) if head else None,
        rows=_rows(session, listed),
        concepts=_choices(CONCEPTS, filters.concept),
        actors=_choices(_name_everybody(session, asked.chain), filters.actor),
        vias=_choices({via: words[:1].upper() + words[1:] for via, words in VIAS.items()}, filters.via),
        about=filters.about,
        since=filters.since,
        until=filters.until,
        faults=faults,
        is_narrowed=bool(query),
        address=LEDGER,
        newest=with_query(LEDGER, query) if filters.before else "",
        older=with_query(LEDGER, query | {"before": str(listed.following)}) if listed.following else "",
        csv=with_query(f"{LEDGER}.csv", query),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "office_ledger.html", status=status, page=page)


@router.get(".csv")
def ledger_csv(request: Request, identity: Reader, filters: Filters) -> Response:
    """The same as a table: one line for each field that changed, however many there are."""
    asked, _ = _asked(identity, filters)
    name = f"ledger-{identity.authority_code}-{london_today().isoformat()}.csv"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_file(request, identity, asked), headers=headers, media_type="text/csv; charset=utf-8")


def _file(request: Request, identity: Identity, asked: Asked) -> Iterator[bytes]:
    """The lines, newest first. Nothing is ever put between entries, so each batch goes on where the last one ended."""
    yield to_csv_head(WHOLE_COLUMNS)
    before: int | None = None
    while True:
        with reading(request) as session:
            listed = list_ledger(session, identity, asked._replace(before=before, limit=BATCH))
            names = name_actors(session, (entry.actor for entry in listed.entries))
        yield to_csv_lines(listed.entries, names, whole=True)
        before = listed.following
        if before is None:
            return


def _asked(identity: Identity, given: LedgerQuery) -> tuple[Asked, tuple[FormFault, ...]]:
    """What is asked for, and what is wrong with a date (which is then left out)."""
    days = parse_days(given.since.strip(), given.until.strip())
    asked = Asked(
        chain=identity.authority_code or "",
        subject=to_subject(given.about) or None,
        concept=given.concept or None,
        actor=given.actor or None,
        via=given.via or None,
        since=days.since,
        until=days.until,
    )
    return asked, days.faults


def to_subject(typed: str) -> str:
    """What the ledger calls what somebody typed: SP-0042 for "sp0042" or "42", key:spk_… for the beginning of a key."""
    tidy = "".join(character for character in typed.strip() if character.isprintable())
    if number := _REFERENCE.fullmatch(tidy):
        return f"SP-{number.group(1).zfill(4)}"
    return f"key:{tidy}" if _PREFIX.fullmatch(tidy) else tidy


def _rows(session: Session, listed: History) -> tuple[HistoryRow, ...]:
    known = find_names(session, list_called(listed.entries))
    words = Words(read_codes(session), known.names)
    names = name_actors(session, (entry.actor for entry in listed.entries))
    rows = []
    for entry in listed.entries:
        about = _about(entry.subject, known)
        sentence = to_whole_sentence(entry, names[entry.actor], about)
        rows.append(to_row(entry, sentence, words, subject=about, href=_page_of(entry.subject, known)))
    return tuple(rows)


def _about(subject: str, known: Names) -> str:
    """What people call a subject: a place by reference and name, a person by name, else what the ledger calls it."""
    name = known.names.get(subject, "")
    kind, _, rest = subject.partition(":")
    if not rest:
        return f"{subject} {name}".strip()
    if kind in {"setting", "request"}:
        return rest.replace("_", " ")
    return f"{name} ({rest})" if name and kind == "key" else name or subject


def _page_of(subject: str, known: Names) -> str:
    """Where a subject's own page is; empty where it has none."""
    kind, _, rest = subject.partition(":")
    if not rest:
        return place_address(subject, "history") if subject in known.names else ""
    if kind == "key":
        return f"/office/keys/{known.key_ids[subject]}" if subject in known.key_ids else ""
    if kind == "account":
        return f"/office/accounts/{rest}" if subject in known.names else ""
    return SETTINGS if kind == "setting" else ""


def _name_everybody(session: Session, authority_code: str) -> dict[str, str]:
    """Who can have changed something, by name; people of one name are told apart by their numbers."""
    found = list_actors(session, authority_code)
    names = [each.name for each in found]
    return {each.actor: f"{each.name} ({each.actor})" if names.count(each.name) > 1 else each.name for each in found}


def _choices(labels: dict[str, str], chosen: str) -> tuple[Choice, ...]:
    """What can be chosen; what was asked for is among it, whatever it is, so that sending the form again keeps it."""
    known = labels if not chosen or chosen in labels else {chosen: chosen} | labels
    return tuple(Choice(value, label, value == chosen) for value, label in known.items())
