"""The register as a list: what stands on its page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

from app.office.addresses import list_address, with_query
from app.office.words import to_row
from app.permissions.identity import Identity
from app.permissions.table import Action, Reach, may, reach_of
from app.places.queries import Codes
from app.places.register_filters import to_query
from app.places.register_schemas import FLAG_LABELS, Flag, RegisterFilters, RegisterPage, Sort
from app.places.work_schemas import View
from app.vocabulary import ASSURANCE_LABELS, DUE_WITHIN_DAYS, MEMBERSHIP_LABELS, Assurance, MembershipStatus
from web.views import MapView
from web.views_office import (
    Chip,
    Choice,
    Column,
    Done,
    FilterGroup,
    FormFault,
    Glance,
    OfficeListPage,
    ViewLink,
)
from web.words import date_words

Code = TypeVar("Code", bound=StrEnum)
Address = Callable[..., str]
"""`list_address`, or that of lists with a map."""

COLUMNS: tuple[tuple[str, Sort | None], ...] = (
    ("Reference", Sort.REFERENCE),
    ("Place", Sort.NAME),
    ("Town", Sort.TOWN),
    ("Status", Sort.STATUS),
    ("Check", Sort.VALID_UNTIL),
    ("Division", None),
)
WITHINS = (30, 60, 90, 180)
GLANCES: tuple[tuple[str, RegisterFilters], ...] = (
    ("in all", RegisterFilters()),
    ("listed", RegisterFilters(statuses=(MembershipStatus.LISTED,))),
    (f"run out within {DUE_WITHIN_DAYS} days", RegisterFilters(within_days=DUE_WITHIN_DAYS, sort=Sort.VALID_UNTIL)),
    ("have lapsed", RegisterFilters(assurances=(Assurance.LAPSED,))),
    ("near a boundary", RegisterFilters(flags=(Flag.NEAR_BOUNDARY,))),
    ("wait for agreement", RegisterFilters(flags=(Flag.CHANGE_WAITING,))),
)
"""Numbers at the head of the list, and which places they count."""


def show_list(  # noqa: PLR0913 - a page is made of many things
    identity: Identity,
    filters: RegisterFilters,
    found: RegisterPage,
    *,
    codes: Codes,
    divisions: Mapping[str, str],
    glances: Iterable[int],
    views: Iterable[View],
    cursor: str | None,
    authority: str,
    done: Done | None = None,
    fault: FormFault | None = None,
    view_name: str = "",
    with_map: bool = False,
    map_view: MapView | None = None,
    too_many: int = 0,
) -> OfficeListPage:
    """The page of a list.

    Args:
        identity: for whom.
        filters: what the list is narrowed to.
        found: the places of this page.
        codes: the kinds and schemes of the register.
        divisions: from GSS code to name, those of today.
        glances: how many places each of `GLANCES` counts.
        views: the asker's saved views.
        cursor: where this page starts; None on the first.
        authority: whose register it is, in words.
        done: what has just been done.
        fault: what is wrong with the search, or with the name of a view.
        view_name: the name that was typed for a view which could not be saved.
        with_map: whether a map was asked for; what the page leads to then has one, too.
        too_many: how many places a map can show at most, where one was asked for and more were found.
        map_view: the map; None where nothing was found, or none was asked for.
    """
    address = partial(list_address, view="map") if with_map else list_address
    query = urlencode(to_query(filters), safe=",")
    return OfficeListPage(
        rows=tuple(map(to_row, found.places)),
        total=found.total,
        columns=tuple(_column(label, sort, filters, address) for label, sort in COLUMNS),
        groups=_groups(filters, codes),
        chosen={"q": filters.text or "", "view_name": view_name},
        divisions=_choices(divisions, {filters.division}),
        kinds=_choices(dict(sorted(codes.kinds.items(), key=lambda one: one[1])), set(filters.kinds)),
        withins=_withins(filters),
        chips=tuple(_chips(filters, codes, divisions, address)),
        glances=tuple(
            Glance(label, count, address(narrowed), _same(narrowed, filters))
            for (label, narrowed), count in zip(GLANCES, glances, strict=True)
        ),
        views=tuple(to_view_link(view, query) for view in views),
        query=query,
        sort="" if filters.sort is Sort.NAME and not filters.descending else filters.sort.value,
        direction="desc" if filters.descending else "asc",
        next_href=address(filters, cursor=found.following) if found.following else "",
        first_href=address(filters) if cursor else "",
        all_href=address(),
        map_href=list_address(filters) if with_map else list_address(filters, view="map"),
        with_map=with_map,
        map=map_view,
        too_many=too_many,
        csv_href=with_query("/office/places.csv", to_query(filters)),
        scope=scope_words(identity, authority),
        may_write=may(identity, Action.WRITE_PLACES),
        actions=(Choice("bulk", "Change"),) if may(identity, Action.CHANGE_STATUS) else (),
        error=fault.text if fault else "",
        error_field=fault.field if fault else "",
        done=done,
    )


def scope_words(identity: Identity, authority: str) -> str:
    """Whose places somebody sees."""
    if reach_of(identity, Action.READ_PLACES) is Reach.OWN_DIVISIONS:
        return "All places of the divisions in which you hold a seat."
    return f"All places of {authority}, whatever their status."


def to_view_link(view: View, query: str = "") -> ViewLink:
    """A saved view as a link; `query` is that of the list which is shown."""
    same = parse_qs(view.query) == parse_qs(query)
    return ViewLink(view.id, view.name, f"/office/places?{view.query}" if view.query else "/office/places", same)


def _same(narrowed: RegisterFilters, filters: RegisterFilters) -> bool:
    return replace(narrowed, sort=filters.sort, descending=filters.descending) == filters


def _column(label: str, sort: Sort | None, filters: RegisterFilters, address: Address) -> Column:
    if sort is None:
        return Column(label)
    if sort is not filters.sort:
        return Column(label, address(replace(filters, sort=sort, descending=False)), "none")
    other_way = address(replace(filters, descending=not filters.descending))
    return Column(label, other_way, "descending" if filters.descending else "ascending")


def _groups(filters: RegisterFilters, codes: Codes) -> tuple[FilterGroup, ...]:
    return (
        FilterGroup("status", "Status", _labelled(MEMBERSHIP_LABELS, filters.statuses)),
        FilterGroup("assurance", "Check", _labelled(ASSURANCE_LABELS, filters.assurances)),
        FilterGroup("flag", "Flags", _labelled(FLAG_LABELS, filters.flags)),
        FilterGroup("scheme", "Scheme", _choices(codes.schemes, set(filters.schemes))),
    )


def _labelled(labels: Mapping[Code, str], chosen: Iterable[Code]) -> tuple[Choice, ...]:
    ticked = set(chosen)
    return tuple(Choice(code.value, label, code in ticked) for code, label in labels.items())


def _choices(labels: Mapping[str, str], chosen: set[str | None] | set[str]) -> tuple[Choice, ...]:
    return tuple(Choice(code, label, code in chosen) for code, label in labels.items())


def _withins(filters: RegisterFilters) -> tuple[Choice, ...]:
    days = sorted({*WITHINS, *([filters.within_days] if filters.within_days is not None else [])})
    return tuple(Choice(str(number), f"Within {number} days", number == filters.within_days) for number in days)


def _chips(filters: RegisterFilters, codes: Codes, divisions: Mapping[str, str], address: Address) -> Iterable[Chip]:
    """Each filter in force with the list without it."""

    def without(**changes: Any) -> str:  # noqa: ANN401 - values of the class's own fields
        return address(replace(filters, **changes))

    several: tuple[tuple[str, str, Mapping[Any, str]], ...] = (
        ("statuses", "Status: ", MEMBERSHIP_LABELS),
        ("assurances", "Check: ", ASSURANCE_LABELS),
        ("flags", "", FLAG_LABELS),
        ("schemes", "", codes.schemes),
        ("kinds", "", codes.kinds),
    )
    single = {
        "text": f"Search: {filters.text}",
        "division": f"Division: {divisions.get(filters.division or '', filters.division)}",
        "within_days": f"Runs out within {filters.within_days} days",
        "valid_before": f"Runs out before {date_words(filters.valid_before)}" if filters.valid_before else "",
    }
    for name, words in single.items():
        if getattr(filters, name) is not None:
            yield Chip(words, without(**{name: None}))
    for name, before, labels in several:
        chosen = getattr(filters, name)
        for code in chosen:
            rest = tuple(one for one in chosen if one != code)
            yield Chip(f"{before}{labels[code]}", without(**{name: rest}))
