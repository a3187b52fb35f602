"""What the list of the register is asked for: texts of a query string become checked values, all faults at once."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from app.errors import Fault, FaultyFields, InvalidInput
from app.places.facts import parse_day
from app.places.filters import parse_as_at, parse_codes, parse_text
from app.places.queries import Codes
from app.places.register_schemas import Flag, RegisterFilters, RegisterListQuery, RegisterQuery, Sort
from app.vocabulary import Assurance, MembershipStatus

FARTHEST_DAYS = 3_660
"""Ten years: no assurance lasts longer."""
DIRECTIONS = ("asc", "desc")

Value = TypeVar("Value")
Member = TypeVar("Member", bound=StrEnum)


def parse_register_filters(query: RegisterQuery, codes: Codes) -> RegisterFilters:
    """The filters that a query asks for; an empty text is the same as none, as forms send it.

    Args:
        query: what was given.
        codes: the kinds and schemes that the register knows.

    Raises:
        FaultyFields: everything that is wrong with it.
    """
    faults: list[Fault] = []

    def read(field: str, given: str | None, parse: Callable[[str], Value]) -> Value | None:
        try:
            return parse(given) if given and given.strip() else None
        except InvalidInput as error:
            faults.append(Fault(field, error.what, error.remedy))
            return None

    def read_codes(field: str, given: list[str] | None, known: Iterable[str]) -> tuple[str, ...]:
        try:
            return parse_codes(given or (), known, field)
        except InvalidInput as error:
            faults.append(Fault(field, error.what, error.remedy))
            return ()

    filters = RegisterFilters(
        statuses=_members(MembershipStatus, read_codes("status", query.status, MembershipStatus)),
        assurances=_members(Assurance, read_codes("assurance", query.assurance, Assurance)),
        valid_before=read("valid_before", query.valid_before, parse_day),
        within_days=read("within_days", query.within_days, _parse_days),
        division=read("division", query.division, _parse_division),
        schemes=read_codes("scheme", query.scheme, codes.schemes),
        kinds=read_codes("kind", query.kind, codes.kinds),
        flags=_members(Flag, read_codes("flag", query.flag, Flag)),
        text=read("q", query.q, parse_text),
        sort=read("sort", query.sort, _parse_sort) or Sort.NAME,
        descending=read("direction", query.direction, _parse_direction) == "desc",
    )
    if faults:
        raise FaultyFields(faults)
    return filters


def parse_register_list(
    query: RegisterListQuery, codes: Codes, now: datetime
) -> tuple[RegisterFilters, datetime | None]:
    """The filters that a list is asked for, and the moment of the past (None: now).

    Raises:
        FaultyFields: everything that is wrong with it.
    """
    faults: list[Fault] = []
    filters, at = RegisterFilters(), None
    try:
        filters = parse_register_filters(query, codes)
    except FaultyFields as error:
        faults += error.faults
    try:
        at = parse_as_at(query.as_at, now) if query.as_at is not None else None
    except InvalidInput as error:
        faults.append(Fault("as_at", error.what, error.remedy))
    if faults:
        raise FaultyFields(faults)
    return filters, at


def to_query(filters: RegisterFilters) -> dict[str, str]:
    """The query string's parts that ask for these filters again; those that narrow nothing are left out."""
    given: dict[str, str | date | int | None] = {
        "status": ",".join(filters.statuses),
        "assurance": ",".join(filters.assurances),
        "valid_before": filters.valid_before,
        "within_days": filters.within_days,
        "division": filters.division,
        "scheme": ",".join(filters.schemes),
        "kind": ",".join(filters.kinds),
        "flag": ",".join(filters.flags),
        "q": filters.text,
        "sort": None if filters.sort is Sort.NAME else filters.sort.value,
        "direction": "desc" if filters.descending else None,
    }
    return {name: str(value) for name, value in given.items() if value not in {None, ""}}


def _members(kind: type[Member], codes: tuple[str, ...]) -> tuple[Member, ...]:
    return tuple(kind(code) for code in codes)


def _parse_days(text: str) -> int:
    tidy = text.strip()
    if not (tidy.isascii() and tidy.isdigit() and len(tidy) <= len(str(FARTHEST_DAYS)) and int(tidy) <= FARTHEST_DAYS):
        raise InvalidInput("This is not a number of days.", f"Give a whole number from 0 to {FARTHEST_DAYS}.")
    return int(tidy)


def _parse_division(text: str) -> str:
    code = text.strip().upper()
    if not (len(code) == len("E05009052") and code.isascii() and code.isalnum()):
        raise InvalidInput("This is not the code of a division.", "Codes look like E05009052.")
    return code


def _parse_sort(text: str) -> Sort:
    return Sort(_one(text, Sort, "sort"))


def _parse_direction(text: str) -> str:
    return _one(text, DIRECTIONS, "direction")


def _one(text: str, known: Iterable[str], field: str) -> str:
    known = list(known)
    code = text.strip()
    if code not in known:
        raise InvalidInput(f"There is no {field} '{code[:40]}'.", f"Use one of: {', '.join(known)}.")
    return code
