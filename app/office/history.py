"""The history of a place: who changed what, when, through what and why."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.accounts.access import allow
from app.db.sessions import Reading
from app.db.version import LONDON
from app.http.pages import render
from app.http.spreadsheets import guarded
from app.ledger.queries import Asked, list_actors
from app.ledger.rules import SHREDDED, History, HistoryEntry, list_history
from app.ledger.sentences import to_pieces, to_sentence, to_words
from app.office.actors import name_actors
from app.office.addresses import PLACES, place_address, with_query
from app.office.words import FIELD_LABELS, fact_lines
from app.permissions.identity import Identity
from app.permissions.table import Action, readable_fields
from app.places.queries import Codes, read_codes
from app.places.register_rules import get_visible
from app.vocabulary import ASSURANCE_LABELS, MEMBERSHIP_LABELS
from web.views_history import ChangedField, HistoryPage, HistoryRow
from web.views_office import Choice
from web.words import date_words, time_words

PAGE = 50
IN_ONE_FILE = 10_000
LABELS = FIELD_LABELS | {
    "membership_status": "Status",
    "verdict": "Verdict",
    "audited_on": "Day of the check",
    "valid_until": "Valid until",
    "auditor": "Auditor",
    "signed_off_by": "Signed off by",
    "effective_at": "Effective from",
    "decision": "Decision",
    "decided_by": "Decided by",
    "basis": "Why it counts in its division",
}
_CODES: dict[str, dict[str, str]] = {
    "membership_status": {status.value: label for status, label in MEMBERSHIP_LABELS.items()},
    "verdict": {assurance.value: label for assurance, label in ASSURANCE_LABELS.items()},
}
COLUMNS = ("entry", "at", "who", "actor", "through", "what", "field", "before", "after", "reason")

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
    asked, fault = _asked(identity, found.reference, filters)
    listed = list_history(session, identity, asked._replace(before=filters.before, limit=PAGE))
    names = name_actors(session, list_actors(session, asked.chain, found.reference))
    codes = read_codes(session)
    address = place_address(found.reference, "history")
    query = filters.to_query()
    labels = {name: LABELS.get(name, name) for name in sorted(readable_fields(identity, "register_place"))}
    page = HistoryPage(
        reference=found.reference,
        name=found.name,
        rows=tuple(_row(entry, names, codes) for entry in listed.entries),
        actors=tuple(Choice(one, name) for one, name in sorted(names.items(), key=lambda item: item[1])),
        fields=tuple(Choice(name, label) for name, label in labels.items() if name in LABELS),
        chosen_actor=filters.actor,
        chosen_field=filters.field,
        since=filters.since,
        until=filters.until,
        fault=fault,
        older=with_query(address, query | {"before": str(listed.following)}) if listed.following else "",
        csv=with_query(f"{address}.csv", query),
    )
    return render(request, "office_history.html", page=page)


@router.get("/{reference}/history.csv")
def history_csv(identity: Reader, session: Reading, reference: str, filters: Filters) -> Response:
    """The same as a table: one line for each field that changed."""
    found = get_visible(session, identity, reference, follow_merges=False)
    asked, _ = _asked(identity, found.reference, filters)
    listed = list_history(session, identity, asked._replace(limit=IN_ONE_FILE))
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{found.reference}-history.csv"',
    }
    return Response(_to_csv(session, listed), headers=headers, media_type="text/csv")


def _to_csv(session: Session, listed: History) -> bytes:
    names = name_actors(session, (entry.actor for entry in listed.entries))
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in listed.entries:
        for change in entry.changes:
            line = (
                *(entry.sequence, entry.at.isoformat(), names[entry.actor], entry.actor, entry.via),
                *(f"{entry.concept} {entry.operation}", change.field),
                *(to_words(change.before), to_words(change.after), entry.reason or ""),
            )
            writer.writerow([guarded(cell) for cell in line])
    return out.getvalue().encode("utf-8-sig")


def _asked(identity: Identity, reference: str, given: HistoryQuery) -> tuple[Asked, str]:
    """What is asked for, and what is wrong with a date (which is then left out)."""
    fault = ""
    days: dict[str, date | None] = {}
    for name, day in (("since", given.since), ("until", given.until)):
        try:
            days[name] = date.fromisoformat(day) if day else None
        except ValueError:
            days[name] = None
            fault = "A day has to be given as year-month-day, such as 2026-11-23."
    since, until = days["since"], days["until"]
    asked = Asked(
        chain=identity.authority_code or "",
        subject=reference,
        actor=given.actor or None,
        field={"private_notes": "notes"}.get(given.field, given.field) or None,
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
    )
    return asked, fault


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _row(entry: HistoryEntry, names: dict[str, str], codes: Codes) -> HistoryRow:
    return HistoryRow(
        sequence=entry.sequence,
        at=entry.at.astimezone(LONDON),
        sentence=to_sentence(entry, names.get(entry.actor, entry.actor)),
        fields=tuple(
            ChangedField(
                LABELS.get(change.field, change.field.replace("_", " ").capitalize()),
                to_pieces(_words(change.field, change.before, codes), _words(change.field, change.after, codes)),
            )
            for change in entry.changes
        ),
        reason=entry.reason or "",
    )


def _words(field: str, value: Any, codes: Codes) -> Any:  # noqa: ANN401  # JSON of any shape, as the ledger has it
    """A value in the words that the place's page has for it; a moment and a day as people write them."""
    if value == SHREDDED or value is None:
        return value
    if field in FIELD_LABELS:
        return "; ".join(fact_lines(field, value, codes))
    if field in _CODES:
        return _CODES[field].get(value, value)
    if field in {"audited_on", "valid_until"}:
        return date_words(date.fromisoformat(value))
    if field in {"effective_at", "decided_at", "proposed_at", "merged_at"}:
        moment = datetime.fromisoformat(value).astimezone(LONDON)
        return f"{date_words(moment.date())} at {time_words(moment)}"
    return value
