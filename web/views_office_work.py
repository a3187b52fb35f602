"""What the office's pages of work are given: conflicts, changes that wait, statuses, merges, many places at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from web.views_office import Choice, Done, FormFault, OfficeRow, SummaryRow, ViewLink


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One fact in two versions. `base` is what both began from; lines are shown as they are, none is "not known".

    Attributes:
        is_conflict: both changed it, differently: the officer has to choose.
        take: which one is taken unless the officer says otherwise.
    """

    name: str
    label: str
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    base: tuple[str, ...] | None = None
    is_conflict: bool = True
    take: Literal["mine", "theirs"] = "mine"


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """office_conflict.html (412): two people changed one place. `carried` is all that was typed."""

    reference: str
    name: str
    version: int
    fields: tuple[FieldComparison, ...]
    carried: tuple[tuple[str, str], ...]
    changed_by: str = ""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A change in the list of those that wait."""

    id: int
    reference: str
    name: str
    proposed_by: str
    proposed_at: datetime
    fields: tuple[str, ...]
    reason: str = ""
    is_own: bool = False
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """office_changes.html: the changes that wait for a second person."""

    rows: tuple[WaitingRow, ...]
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """office_change.html: one change with its differences to `version`, and what can be done with it."""

    row: WaitingRow
    fields: tuple[FieldComparison, ...]
    may_decide: bool = False
    may_withdraw: bool = False
    decision: str = ""
    reason: str = ""
    error: str = ""
    error_field: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class StatusPage:
    """office_status.html: where a place's status may go, with what follows from each move as the hint."""

    row: OfficeRow
    moves: tuple[Choice, ...]
    version: int
    reason: str = ""
    faults: tuple[FormFault, ...] = ()


@dataclass(frozen=True, slots=True)
class LikelyRow:
    """A place that may be the same as another."""

    reference: str
    name: str
    words: str
    status: str
    status_label: str


@dataclass(frozen=True, slots=True)
class MergePage:
    """office_merge.html: choose the other place, look at both side by side, confirm.

    Attributes:
        likely: probable duplicates; `found` are the results of the search for `q`.
        other: the one that was chosen; `fields` compares the two (`mine` is this place, `theirs` the other).
        keep: the reference that stays.
    """

    row: OfficeRow
    likely: tuple[LikelyRow, ...] = ()
    found: tuple[LikelyRow, ...] = ()
    q: str = ""
    other: OfficeRow | None = None
    fields: tuple[FieldComparison, ...] = ()
    keep: str = ""
    reason: str = ""
    faults: tuple[FormFault, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkLine:
    """What a bulk action does to one place."""

    reference: str
    name: str
    before: str
    after: str
    changes: bool
    note: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class BulkPage:
    """office_bulk.html: what a bulk action would do, place by place.

    `carried` are the hidden fields that the confirmation sends.
    """

    title: str
    lines: tuple[BulkLine, ...]
    changed: int
    carried: tuple[tuple[str, str], ...] = ()
    faults: int = 0
    back_href: str = "/office/places"
    warning: str = ""


@dataclass(frozen=True, slots=True)
class BulkAskPage:
    """office_bulk_ask.html: what to do with the places that were selected, and why."""

    references: tuple[str, ...]
    actions: tuple[Choice, ...]
    whole: str = ""
    query: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[FormFault, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """office_settings.html: the settings of one authority."""

    authority: str
    second_person: bool
    others: tuple[SummaryRow, ...] = ()
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class DeleteViewPage:
    """office_view_delete.html: whether a saved view is really to go."""

    view: ViewLink
