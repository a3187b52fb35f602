"""Routes of merging: choose the other place, look at both side by side, confirm."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.accounts.access import allow
from app.db.sessions import Reading, Writing
from app.errors import Conflict, InvalidInput, NotFound, PlaceMerged
from app.http.pages import render
from app.office.addresses import PLACES, place_address
from app.office.comparison import compare
from app.office.forms import SentForm, go_to, text_of
from app.office.words import to_row
from app.permissions.identity import Identity
from app.permissions.table import Action
from app.places.editable import editable_facts
from app.places.merging import merge_places, suggest_duplicates
from app.places.queries import read_codes
from app.places.register_filters import parse_register_filters
from app.places.register_rules import get_visible, list_register
from app.places.register_schemas import RegisterPlace, RegisterQuery
from app.places.work_schemas import Difference, Likely
from app.vocabulary import MEMBERSHIP_LABELS, MembershipStatus
from web.views_office import FormFault
from web.views_office_work import FieldComparison, LikelyRow, MergePage
from web.words import distance_words

router = APIRouter(prefix=PLACES, include_in_schema=False)
Merger = Annotated[Identity, Depends(allow(Action.MERGE_PLACES))]
MOST_FOUND = 10
TEMPLATE = "office_merge.html"


@router.get("/{reference}/merge")
def ask_merge(  # noqa: PLR0913, PLR0917 - FastAPI names them
    request: Request,
    identity: Merger,
    session: Reading,
    reference: str,
    other: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Probable duplicates and a search; with `other`, both places side by side."""
    place = get_visible(session, identity, reference)
    if other:
        return render(request, TEMPLATE, page=_two(session, place, get_visible(session, identity, other)))
    faults: tuple[FormFault, ...] = ()
    found: list[LikelyRow] = []
    if q.strip():
        try:
            filters = parse_register_filters(RegisterQuery(q=q), read_codes(session))
            found = _found(list_register(session, identity, filters, limit=MOST_FOUND + 1).places, place)
        except InvalidInput:
            faults = (FormFault("q", "Search for a word or two of the name, an address, a reference or a postcode."),)
    likely = tuple(map(_likely, suggest_duplicates(session, identity, reference)))
    page = MergePage(to_row(place), likely, tuple(found[:MOST_FOUND]), q, faults=faults)
    return render(request, TEMPLATE, status=_status(faults), page=page)


@router.post("/{reference}/merge")
def merge(request: Request, identity: Merger, session: Writing, reference: str, form: SentForm) -> Response:
    """Merge the two."""
    place = get_visible(session, identity, reference)
    other = get_visible(session, identity, text_of(form, "other", 40))
    keep, reason = text_of(form, "keep", 40), text_of(form, "reason")
    both = {place.reference, other.reference}
    faults: list[FormFault] = []
    if keep not in both:
        faults.append(FormFault(f"keep-{other.reference}", "Choose which of the two stays."))
    if not reason:
        faults.append(FormFault("reason", "Say how you know that they are the same."))
    if not faults:
        goes = next(iter(both - {keep}), keep)
        try:
            with session.begin_nested():
                merge_places(session, identity, goes, keep, reason=reason)
            return go_to(place_address(keep), "merged")
        except (Conflict, InvalidInput, NotFound, PlaceMerged) as error:
            field = "reason" if error.field == "reason" else f"keep-{other.reference}"
            faults.append(FormFault(field, f"{error.what} {error.remedy}".strip()))
    page = _two(session, place, other, keep=keep, reason=reason, faults=tuple(faults))
    return render(request, TEMPLATE, status=HTTPStatus.UNPROCESSABLE_ENTITY, page=page)


def _two(  # noqa: PLR0913 - two places and what was said of them
    session: Session,
    place: RegisterPlace,
    other: RegisterPlace,
    *,
    keep: str = "",
    reason: str = "",
    faults: tuple[FormFault, ...] = (),
) -> MergePage:
    return MergePage(
        to_row(place),
        other=to_row(other),
        fields=_differences(session, place, other),
        keep=keep or _better(place, other).reference,
        reason=reason,
        faults=faults,
    )


def _differences(session: Session, place: RegisterPlace, other: RegisterPlace) -> tuple[FieldComparison, ...]:
    """The facts in which two places differ; `theirs` is the other's."""
    mine, theirs = editable_facts(place), editable_facts(other)
    mine["membership_status"], theirs["membership_status"] = place.membership_status, other.membership_status
    differing = [
        Difference(field=name, current=theirs.get(name), submitted=mine.get(name), is_conflict=True)
        for name in dict.fromkeys([*mine, *theirs])
        if mine.get(name) != theirs.get(name)
    ]
    return compare(differing, theirs, mine, read_codes(session))


def _better(place: RegisterPlace, other: RegisterPlace) -> RegisterPlace:
    """Which one probably stays: the one that people see, else the one that is listed, else the older."""
    return min(
        (other, place),
        key=lambda one: (
            not one.is_published,
            one.membership_status is not MembershipStatus.LISTED,
            one.membership_status is MembershipStatus.WITHDRAWN,
            one.created_at,
        ),
    )


def _likely(one: Likely) -> LikelyRow:
    words = f"{distance_words(one.distance_m)} away, {one.likeness:.0%} of the name alike"
    if one.same_uprn:
        words += ", the same UPRN"
    return LikelyRow(
        one.reference, one.name, words, one.membership_status.value, MEMBERSHIP_LABELS[one.membership_status]
    )


def _found(places: Iterable[RegisterPlace], place: RegisterPlace) -> list[LikelyRow]:
    return [
        LikelyRow(
            one.reference,
            one.name,
            ", ".join(filter(None, (one.kind_label, one.town, one.postcode))),
            one.membership_status.value,
            MEMBERSHIP_LABELS[one.membership_status],
        )
        for one in places
        if one.reference != place.reference and not one.merged_into
    ]


def _status(faults: tuple[FormFault, ...]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
