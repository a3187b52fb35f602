"""The history of a place: who changed what, when, through what and why."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.accounts.access import allow
from app.db.sessions import Reading
from app.http.pages import render
from app.ledger.queries import Asked, list_actors
from app.ledger.rules import list_history
from app.ledger.sentences import to_sentence
from app.office.actors import name_actors
from app.office.addresses import PLACES, place_address, with_query
from app.office.entries import (
    COLUMNS,
    LABELS,
    Words,
    label_of,
    list_called,
    parse_days,
    to_csv_head,
    to_csv_lines,
    to_row,
)
from app.office.queries import find_names
from app.permissions.identity import Identity
from app.permissions.table import Action, readable_fields
from app.places.queries import read_codes
from app.places.register_rules import get_visible
from web.views_history import HistoryPage
from web.views_office import Choice, FormFault

PAGE = 50
IN_ONE_FILE = 10_000

router = APIRouter(prefix=PLACES, include_in_schema=False)
Reader = Annotated[Identity, Depends(allow(Action.READ_HISTORY))]


class HistoryQuery(BaseModel):
    """The filters of the page; empty does not narrow. `before`: entries older than that one."""

    actor: str = Field(default="", max_length=60)
    field: str = Field(default="", max_length=60)
    since: str = Field(default="", max_length=60)
    until: str = Field(default="", max_length=60)
    before: int | None = Field(default=None, ge=1)

    def to_query(self) -> dict[str, str]:
        """The filters that are set, for an address; where the page begins is none of them."""
        return {name: value for name, value in self.model_dump(exclude={"before"}).items() if value}


Filters = Annotated[HistoryQuery, Query()]


@router.get("/{reference}/history")
def history(request: Request, identity: Reader, session: Reading, reference: str, filters: Filters) -> Response:
    """What happened to a place, newest first."""
    found = get_visible(session, identity, reference, follow_merges=False)
    asked, faults = _asked(identity, found.reference, filters)
    listed = list_history(session, identity, asked._replace(before=filters.before, limit=PAGE))
    names = name_actors(session, list_actors(session, asked.chain, found.reference))
    words = Words(read_codes(session), find_names(session, list_called(listed.entries)).names)
    address = place_address(found.reference, "history")
    query = filters.to_query()
    fields = sorted(name for name in readable_fields(identity, "register_place") if name in LABELS)
    page = HistoryPage(
        reference=found.reference,
        name=found.name,
        rows=tuple(
            to_row(entry, to_sentence(entry, names.get(entry.actor, entry.actor)), words) for entry in listed.entries
        ),
        actors=tuple(Choice(one, name) for one, name in sorted(names.items(), key=lambda item: item[1])),
        fields=tuple(Choice(name, label_of(name)) for name in fields),
        chosen_actor=filters.actor,
        chosen_field=filters.field,
        since=filters.since,
        until=filters.until,
        faults=faults,
        older=with_query(address, query | {"before": str(listed.following)}) if listed.following else "",
        csv=with_query(f"{address}.csv", query),
    )
    return render(request, "office_history.html", page=page)


@router.get("/{reference}/history.csv")
def history_csv(identity: Reader, session: Reading, reference: str, filters: Filters) -> Response:
    """The same as a table: one line for each field that changed."""
    found = get_visible(session, identity, reference, follow_merges=False)
    asked, _ = _asked(identity, found.reference, filters)
    entries = list_history(session, identity, asked._replace(limit=IN_ONE_FILE)).entries
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{found.reference}-history.csv"',
    }
    names = name_actors(session, (entry.actor for entry in entries))
    return Response(to_csv_head(COLUMNS) + to_csv_lines(entries, names), headers=headers, media_type="text/csv")


def _asked(identity: Identity, reference: str, given: HistoryQuery) -> tuple[Asked, tuple[FormFault, ...]]:
    """What is asked for, and what is wrong with a date (which is then left out)."""
    days = parse_days(given.since, given.until)
    asked = Asked(
        chain=identity.authority_code or "",
        subject=reference,
        actor=given.actor or None,
        field={"private_notes": "notes"}.get(given.field, given.field) or None,
        since=days.since,
        until=days.until,
    )
    return asked, days.faults
