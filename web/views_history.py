"""What the pages of history and of the ledger are given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from web.views_office import Choice, FormFault


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
    """One change. `sentence` says who did what through what; a page at `href` tells of its `subject`."""

    sequence: int
    at: datetime
    sentence: str
    fields: tuple[ChangedField, ...]
    reason: str = ""
    subject: str = ""
    href: str = ""


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
    faults: tuple[FormFault, ...] = ()
    older: str = ""
    csv: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a chain: its number, which is how many there are, its hash, and both as a checkpoint."""

    chain: str
    entries: int
    hash: str
    checkpoint: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """office_ledger.html: everything that an authority's people and programs changed, newest first."""

    head: Head | None
    rows: tuple[HistoryRow, ...]
    concepts: tuple[Choice, ...]
    actors: tuple[Choice, ...]
    vias: tuple[Choice, ...]
    about: str = ""
    since: str = ""
    until: str = ""
    faults: tuple[FormFault, ...] = ()
    is_narrowed: bool = False
    address: str = ""
    newest: str = ""
    older: str = ""
    csv: str = ""
