"""What the pages of history and of the ledger are given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from web.views_office import Choice


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that stayed, went or came, for differences that can be seen and heard."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field of a change: what it was and is now, in pieces. Nothing before: it was added."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change. `sentence` says who did what through what."""

    sequence: int
    at: datetime
    sentence: str
    fields: tuple[ChangedField, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """office_history.html: everything that happened to a place, newest first."""

    reference: str
    name: str
    rows: tuple[HistoryRow, ...]
    actors: tuple[Choice, ...]
    fields: tuple[Choice, ...]
    chosen_actor: str = ""
    chosen_field: str = ""
    since: str = ""
    until: str = ""
    fault: str = ""
    older: str = ""
    csv: str = ""
