"""What the pages of the office are given: the register as those see it who keep it.

As in `web.views`, a page shows exactly what its class holds. What a person may not read is not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from web.views import DayHours, MapView


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list, with the hint that stands below it."""

    value: str
    label: str
    is_chosen: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Checkboxes of the filter panel that belong together."""

    name: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is in force, and the address of the list without it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column. `href` sorts by it; empty where one cannot. `sorted_by` is what aria-sort says."""

    label: str
    href: str = ""
    sorted_by: Literal["", "none", "ascending", "descending"] = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """A number at the head of the list, and the list that it counts."""

    label: str
    count: int
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view."""

    id: int
    name: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """A place in the list.

    Attributes:
        status, assurance: codes, which choose the sign; the labels are what people read.
        days_left: until the newest audit stops counting; negative where it has; None without one.
    """

    reference: str
    name: str
    kind_label: str
    town: str
    postcode: str
    status: str
    status_label: str
    assurance: str
    assurance_label: str
    division: str
    valid_until: date | None = None
    days_left: int | None = None
    flags: tuple[str, ...] = ()
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What has just been done, said at the head of the page that follows. `href` leads to it."""

    text: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class OfficeListPage:
    """office_places.html: the register as a list.

    Attributes:
        query: the query string of this list without its cursor, as saved views keep it.
        chosen: what the fields of the panel hold: q, division, kind, within_days.
        scope: whose places these are, such as "Places of your divisions".
        actions: bulk actions; empty for those who only read.
        all_href: the list without any filter.
        map_href: the same list with a map, or without where it has one (`with_map`); empty: there can be none.
        too_many: how many places a map can show at most, where more were found; else 0.
        map: of all places that were found; None where nothing was, or none was asked for.
    """

    rows: tuple[OfficeRow, ...]
    total: int
    columns: tuple[Column, ...]
    groups: tuple[FilterGroup, ...]
    chosen: Mapping[str, str]
    divisions: tuple[Choice, ...] = ()
    kinds: tuple[Choice, ...] = ()
    withins: tuple[Choice, ...] = ()
    chips: tuple[Chip, ...] = ()
    glances: tuple[Glance, ...] = ()
    views: tuple[ViewLink, ...] = ()
    query: str = ""
    sort: str = ""
    direction: str = ""
    next_href: str = ""
    first_href: str = ""
    csv_href: str = ""
    all_href: str = "/office/places"
    map_href: str = ""
    with_map: bool = False
    too_many: int = 0
    scope: str = ""
    may_write: bool = False
    actions: tuple[Choice, ...] = ()
    error: str = ""
    error_field: str = ""
    done: Done | None = None
    map: MapView | None = None


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A fact of a place: no lines is "not known". `link` is the target of the only line, such as tel: or https:."""

    key: str
    lines: tuple[str, ...] = ()
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SummarySection:
    """Facts that belong together, and where they are changed."""

    title: str
    anchor: str
    rows: tuple[SummaryRow, ...]
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class LinkedDivisionRow:
    """A division that a place counts in or may belong to."""

    gss_code: str
    name: str
    words: str
    is_assigned: bool = False


@dataclass(frozen=True, slots=True)
class DivisionDecision:
    """What is doubtful about a place's division, or who has decided it."""

    divisions: tuple[LinkedDivisionRow, ...]
    doubts: tuple[str, ...] = ()
    decided: str = ""
    may_decide: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class OfficePlacePage:
    """office_place.html: everything that the reader may see of one place.

    Attributes:
        moves: where its status may go now, for those who may move it.
        why_not_public: why the public does not see it; empty where it does.
        waiting: words on the change that waits; `waiting_href` leads to it where it may be seen.
    """

    row: OfficeRow
    sections: tuple[SummarySection, ...]
    moves: tuple[Choice, ...] = ()
    why_not_public: tuple[str, ...] = ()
    audited: str = ""
    decision: DivisionDecision | None = None
    waiting: str = ""
    waiting_href: str = ""
    merged_into: str = ""
    updated_at: datetime | None = None
    version: int = 0
    may_write: bool = False
    may_merge: bool = False
    may_read_history: bool = False
    done: Done | None = None
    map: MapView | None = None


@dataclass(frozen=True, slots=True)
class LocationView:
    """What a location means: the answer of the location check.

    `position` holds the same point in words; `warnings` what is doubtful about it.
    """

    lon: float | None = None
    lat: float | None = None
    position: tuple[str, ...] = ()
    division: str = ""
    neighbours: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class HoursView:
    """Opening hours read back in words: as they are kept, and the week that comes."""

    text: str = ""
    week: tuple[DayHours, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class FormFault:
    """Something wrong with a field of a form; `field` is the id of what has to be corrected."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceFormPage:
    """office_form.html: a new place, or an edit of one.

    Attributes:
        reference: of the place that is edited; empty for a new one.
        values: from the name of a field to what stands in it, as it was typed.
        chosen: for the lists of checkboxes, the values that are ticked.
        waits: whether this edit will wait for a second person.
    """

    action: str
    values: Mapping[str, str]
    chosen: Mapping[str, frozenset[str]]
    kinds: tuple[Choice, ...]
    schemes: tuple[Choice, ...]
    offers: tuple[Choice, ...]
    facts: tuple[Choice, ...]
    reference: str = ""
    name: str = ""
    version: int = 0
    faults: tuple[FormFault, ...] = ()
    location: LocationView | None = None
    hours: HoursView | None = None
    shows_private: bool = False
    waits: bool = False
    checked: str = ""
    map: MapView | None = None

    @property
    def is_new(self) -> bool:
        """Whether the place is not on the register yet."""
        return not self.reference

    def fault_of(self, name: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return next((fault.text for fault in self.faults if fault.field == name), "")
