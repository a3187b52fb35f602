"""Entries of the ledger as pages and files of the office tell them: words for fields and values, lines of a table."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any, NamedTuple

from app.db.version import LONDON
from app.http.spreadsheets import guarded
from app.ledger.rules import SHREDDED, FieldChange, HistoryEntry
from app.ledger.sentences import to_pieces, to_words
from app.office.words import FIELD_LABELS, fact_lines
from app.places.queries import Codes
from app.vocabulary import ASSURANCE_LABELS, ROLE_LABELS
from web.views_history import ChangedField, HistoryRow, Piece
from web.views_office import FormFault
from web.words import date_words, time_words

_OF_OTHERS = {
    "verdict": "Verdict",
    "audited_on": "Day of the check",
    "valid_until": "Valid until",
    "auditor": "Auditor",
    "signed_off_by": "Signed off by",
    "effective_at": "Effective from",
    "decision": "Decision",
    "decided_by": "Decided by",
    "basis": "Why it counts in its division",
    "contact": "Contact and notes",
    "into_place_id": "The place that stays",
    "division_id": "Division",
    "councillor_id": "Councillor",
    "account_id": "Made by",
    "oidc_issuer": "Sign-in provider",
    "oidc_subject": "Identity at the sign-in provider",
    "is_active": "In use",
    "valid_from": "In force from",
    "valid_to": "In force until",
    "content_sha256": "Digest of its content",
    "expires_at": "Good until",
    "per_minute": "Requests in a minute",
}
LABELS = FIELD_LABELS | _OF_OTHERS
"""Of the fields of a place and of what hangs on it; a name is that of the place."""
_SHARED = {name: FIELD_LABELS[name] for name in ("email", "phone", "reason")}
_CODES: dict[str, dict[str, str]] = {
    "verdict": {assurance.value: label for assurance, label in ASSURANCE_LABELS.items()},
    "role": {role.value: label for role, label in ROLE_LABELS.items()},
}
_DAYS = frozenset({"audited_on", "valid_until", "valid_from", "valid_to", "starts_on", "ends_on"})
_MOMENTS = frozenset(
    {
        *("effective_at", "decided_at", "proposed_at", "merged_at", "created_at", "expires_at", "revoked_at"),
        *("erased_at", "loaded_at", "activated_at"),
    }
)
_NUMBERS = {
    "into_place_id": "place",
    "division_id": "division",
    "councillor_id": "councillor",
    "account_id": "account",
}
"""Fields that hold the number of a row, and of what kind."""
_ACTORS = frozenset({"decided_by", "proposed_by", "merged_by"})
_NOT_HELD = "…"
"""What triggers write for a value that the ledger is not to hold."""
CHANGED = "changed: the ledger does not hold what it is"
HIDDEN = "changed: the value is not shown"
COLUMNS = ("entry", "at", "who", "actor", "through", "what", "field", "before", "after", "reason")
WHOLE_COLUMNS = (*COLUMNS[:6], "about", *COLUMNS[6:])


class Words(NamedTuple):
    """What values are told with: codes of the register, and names by what the ledger calls their owners."""

    codes: Codes
    names: Mapping[str, str]


class Days(NamedTuple):
    """A period that was asked for, as moments [since, until); a day that cannot be read is a fault, and left out."""

    since: datetime | None
    until: datetime | None
    faults: tuple[FormFault, ...]


def parse_days(since: str, until: str) -> Days:
    """The period from the beginning of a day to the end of another, in London; empty does not narrow."""
    moments: dict[str, datetime | None] = {}
    faults = []
    for name, given, days_later in (("since", since, 0), ("until", until, 1)):
        try:
            moments[name] = _midnight(date.fromisoformat(given) + timedelta(days=days_later)) if given else None
        except (ValueError, OverflowError):
            moments[name] = None
            faults.append(FormFault(name, "A day has to be given as year-month-day, such as 2026-11-23."))
    return Days(moments["since"], moments["until"], tuple(faults))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def list_called(entries: Iterable[HistoryEntry]) -> set[str]:
    """What the ledger calls everything that the words of these entries name: subjects, and rows by number."""
    called = set()
    for entry in entries:
        called.add(entry.subject)
        for change in entry.changes:
            kind = _NUMBERS.get(change.field)
            called |= {f"{kind}:{value}" for value in (change.before, change.after) if kind and isinstance(value, int)}
            if change.field in _ACTORS:
                called |= {value for value in (change.before, change.after) if isinstance(value, str)}
    return called


def to_row(entry: HistoryEntry, sentence: str, words: Words, *, subject: str = "", href: str = "") -> HistoryRow:
    """An entry as pages show it; `subject` is the text of the link to what it is about, at `href`."""
    is_place = entry.concept == "place"
    fields = [
        ChangedField(label_of(change.field, is_place=is_place), _pieces(change, words, is_place=is_place))
        for change in entry.changes
    ]
    if subject:  # a reader of the whole ledger
        fields += [ChangedField(label_of(name, is_place=is_place), (Piece("same", HIDDEN),)) for name in entry.hidden]
    return HistoryRow(
        sequence=entry.sequence,
        at=entry.at.astimezone(LONDON),
        sentence=sentence,
        fields=tuple(fields),
        reason=entry.reason or "",
        subject=subject,
        href=href,
    )


def label_of(field: str, *, is_place: bool = True) -> str:
    """What a field is called: of a place, or of something else."""
    known = LABELS if is_place else _OF_OTHERS | _SHARED
    return known.get(field, field.replace("_", " ").capitalize())


def _pieces(change: FieldChange, words: Words, *, is_place: bool) -> tuple[Piece, ...]:
    if _NOT_HELD in (change.before, change.after):
        return (Piece("same", CHANGED),)
    if is_place and change.field in FIELD_LABELS:
        before, after = (_fact_words(change.field, value, words) for value in (change.before, change.after))
    else:
        before, after = (_words(change.field, value, words) for value in (change.before, change.after))
    return to_pieces(before, after)


def _fact_words(field: str, value: Any, words: Words) -> Any:  # noqa: ANN401  # JSON of any shape, as the ledger has it
    """A fact of a place in the words that its page has for it."""
    return value if value == SHREDDED or value is None else "; ".join(fact_lines(field, value, words.codes))


def _words(field: str, value: Any, words: Words) -> Any:  # noqa: ANN401  # as above
    """A value in words: codes by their labels, numbers by names, a moment and a day as people write them."""
    if value == SHREDDED or value is None:
        return value
    if field in _CODES:
        return _CODES[field].get(value, value)
    if field in _ACTORS:
        return words.names.get(value, value)
    if field in _NUMBERS:
        return words.names.get(f"{_NUMBERS[field]}:{value}", f"number {value}")
    return _moment_words(field, value)


def _moment_words(field: str, value: Any) -> Any:  # noqa: ANN401  # as above
    if field in _DAYS:
        return date_words(date.fromisoformat(value))
    if field in _MOMENTS:
        moment = datetime.fromisoformat(value).astimezone(LONDON)
        return f"{date_words(moment.date())} at {time_words(moment)}"
    return value


def to_csv_lines(entries: Iterable[HistoryEntry], names: Mapping[str, str], *, whole: bool = False) -> bytes:
    """Entries as lines of a CSV file (RFC 4180), one for each field that changed; `names` are those of the actors.

    `whole`: with what an entry is about in a column of its own, and with what its reader may not see, by name only.
    """
    out = StringIO()
    writer = csv.writer(out)
    for entry in entries:
        cells = [(change.field, to_words(change.before), to_words(change.after)) for change in entry.changes]
        if whole:
            cells += [(name, "(not shown)", "(not shown)") for name in entry.hidden]
            cells = cells or [("", "", "")]
        for field, before, after in cells:
            line = (
                *(entry.sequence, entry.at.isoformat(), names[entry.actor], entry.actor, entry.via),
                f"{entry.concept} {entry.operation}",
                *((entry.subject,) if whole else ()),
                *(field, before, after, entry.reason or ""),
            )
            writer.writerow([guarded(cell) for cell in line])
    return out.getvalue().encode()


def to_csv_head(columns: Iterable[str]) -> bytes:
    """The heading line of a CSV file, after the mark that tells spreadsheets that it is UTF-8."""
    return ("\ufeff" + ",".join(columns) + "\r\n").encode()
