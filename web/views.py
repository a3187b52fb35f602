"""What each page is given: one frozen class for a page, made by the routes and read by the template of the same name.

Times are aware and in Europe/London, distances in metres. `None` always means "not known".
Nothing here knows the database: a page shows exactly what its class holds, so a private field cannot slip in.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal


@dataclass(frozen=True, slots=True)
class OpenNow:
    """Whether a place is open at a moment, and when that changes.

    Attributes:
        state: `always` is open day and night; `unknown` when no hours are held.
        changes_at: when an open place closes or a closed one opens; None when not known or over a week away.
    """

    state: Literal["open", "closed", "always", "unknown"]
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayHours:
    """Opening hours of one day. `spans` may end after midnight; (00:00, 00:00) is the whole day; none is closed."""

    day: date
    spans: tuple[tuple[time, time], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class DivisionLink:
    """An electoral division, enough to name it and link to its page."""

    gss_code: str
    name: str


@dataclass(frozen=True, slots=True)
class BoundaryNotice:
    """What a reader must know of the boundaries used: the period they were in force, and whether they are approximate.

    Attributes:
        valid_to: first day on which they were no longer in force; None while they are.
        is_approximate: drawn from postcodes, not the official line.
    """

    valid_from: date
    valid_to: date | None
    is_approximate: bool
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a map's legend. `symbol_svg` is markup of our own making, never text from the register."""

    label: str
    symbol_svg: str


@dataclass(frozen=True, slots=True)
class MapAssets:
    """Addresses of the styles and scripts that a map needs, in the order in which they load."""

    css: tuple[str, ...] = ()
    js: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapView:
    """A rendered Folium map, to be placed in a page; `height` is one of those in styles/_map.scss: 14 to 36rem."""

    script_url: str
    element_id: str
    title: str
    assets: MapAssets = MapAssets()
    legend: tuple[LegendEntry, ...] = ()
    height: str = "22rem"
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """A published place in a list.

    Attributes:
        kind: code of the premises kind, which chooses the picture; `kind_label` is what people read.
        distance_m: straight-line metres from the searched point; None outside a search.
        step_free: True, False, or None for not known.
        boundary_with: the neighbouring division when the place lies within its location's uncertainty of the boundary.
        address: on one line, with the postcode; it and `phone` are for paper, where nobody can follow a link.
    """

    reference: str
    name: str
    kind: str
    kind_label: str
    town: str
    open_now: OpenNow
    distance_m: float | None = None
    step_free: bool | None = None
    checked_on: date | None = None
    schemes: tuple[str, ...] = ()
    boundary_with: DivisionLink | None = None
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    """home.html: one question. `error` is what is wrong with what was typed, and what to do."""

    where: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """results.html: the answer to a search.

    Attributes:
        searched: how to name the point: "DH1 5UL", "Brandon", "your position".
        division: None outside every division that is held.
        places: nearest published places, nearest first.
        in_division: how many published places the division has.
        is_asker: whether the point is where the asker is; the middle of a town, or another place, need not be.
    """

    searched: str
    now: datetime
    division: DivisionLink | None
    places: tuple[PlaceCard, ...]
    is_asker: bool = True
    in_division: int = 0
    boundary_with: DivisionLink | None = None
    boundaries: BoundaryNotice | None = None
    map: MapView | None = None


@dataclass(frozen=True, slots=True)
class ChooseOption:
    """One meaning of what was typed: the page of a division or place, or else a search for `value`."""

    label: str
    detail: str = ""
    gss_code: str = ""
    reference: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class ChoosePage:
    """choose.html: what was typed means several things."""

    searched: str
    options: tuple[ChooseOption, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is so (True), is not so (False) or is not known (None)."""

    label: str
    value: bool | None


@dataclass(frozen=True, slots=True)
class SchemeLine:
    """A scheme that a place belongs to, with what that means."""

    label: str
    description: str


@dataclass(frozen=True, slots=True)
class PlacePage:
    """place.html: every public field of one published place.

    Attributes:
        week: today and the six days after it.
        location_quality_m: uncertainty of the location in metres; `at_postcode` when it is only the postcode's centre.
    """

    reference: str
    name: str
    kind: str
    kind_label: str
    address: tuple[str, ...]
    postcode: str
    town: str
    open_now: OpenNow
    now: datetime
    week: tuple[DayHours, ...] = ()
    description: str = ""
    schemes: tuple[SchemeLine, ...] = ()
    offers: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    website: str = ""
    accessibility: tuple[Fact, ...] = ()
    languages: tuple[str, ...] = ()
    checked_on: date | None = None
    valid_until: date | None = None
    checked_by_two: bool = False
    at_postcode: bool = False
    location_quality_m: float | None = None
    division: DivisionLink | None = None
    boundary_with: DivisionLink | None = None
    boundaries: BoundaryNotice | None = None
    map: MapView | None = None


@dataclass(frozen=True, slots=True)
class PlaceGonePage:
    """place_gone.html (410): a place that was public and is no longer. Never says why, nor names it."""

    reference: str
    now: datetime
    nearest: tuple[PlaceCard, ...] = ()


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """A division in the list of all. `members` is None where no source gives their number."""

    gss_code: str
    name: str
    members: int | None
    places: int


@dataclass(frozen=True, slots=True)
class DivisionsPage:
    """divisions.html: all divisions of an authority, A to Z; `q` narrows by name and `rows` holds what matches."""

    authority: str
    rows: tuple[DivisionRow, ...]
    q: str = ""
    total: int = 0
    boundaries: BoundaryNotice | None = None
    map: MapView | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A councillor who holds a seat, with public contacts only; `name` is empty for a vacant seat."""

    name: str = ""
    party: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DivisionPage:
    """division.html: a division with its members and its published places, or the nearest where it has none.

    Attributes:
        places: those that count in it, then those that may belong to it (`boundary_with` says where they count).
        in_division: how many count in it, as the list of divisions and the API have it.
        page_number, page_count: which part of `places` this is, and of how many.
    """

    gss_code: str
    name: str
    authority: str
    now: datetime
    members: tuple[Member, ...] = ()
    places: tuple[PlaceCard, ...] = ()
    in_division: int = 0
    page_number: int = 1
    page_count: int = 1
    nearest: tuple[PlaceCard, ...] = ()
    boundaries: BoundaryNotice | None = None
    map: MapView | None = None


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """error.html: what is wrong and what to do; `status` chooses the heading when `title` is empty."""

    status: int
    what: str = ""
    remedy: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class DataSource:
    """One data set that the installation holds, for about_data.html."""

    name: str
    source: str
    licence: str
    as_at: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AboutDataPage:
    """about_data.html: where everything comes from, and how good it is."""

    sources: tuple[DataSource, ...] = ()
    boundaries: BoundaryNotice | None = None


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of error answer of the API. `slug` is the part of its `type` after `/problems#`."""

    slug: str
    title: str
    status: int
    meaning: str


@dataclass(frozen=True, slots=True)
class ProblemsPage:
    """problems.html: where the `type` of every problem document leads."""

    kinds: tuple[ProblemKind, ...]
