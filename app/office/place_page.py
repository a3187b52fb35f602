"""One place with everything that the reader may see of it."""

from collections.abc import Mapping

from app.db.version import LONDON
from app.office.addresses import CHANGES
from app.office.words import (
    FIELD_LABELS,
    MOVE_LABELS,
    SOURCE_WORDS,
    division_words,
    fact_lines,
    to_row,
)
from app.permissions.identity import Identity
from app.permissions.table import Action, may
from app.places.queries import Codes
from app.places.register_schemas import PRIVATE_FACTS, RegisterPlace
from app.places.work_schemas import WaitingChange
from app.vocabulary import (
    ACCESSIBILITY_FACTS,
    ASSURANCE_LABELS,
    MEMBERSHIP_LABELS,
    MEMBERSHIP_TRANSITIONS,
    Assurance,
    MembershipStatus,
)
from geo.grid_references import to_grid_reference
from web.views import MapView
from web.views_office import (
    Choice,
    DivisionDecision,
    Done,
    LinkedDivisionRow,
    OfficePlacePage,
    SummaryRow,
    SummarySection,
)
from web.words import date_words, is_web_address, phone_link, web_address_words

UNFIT = frozenset({Assurance.UNASSESSED, Assurance.NOT_FIT, Assurance.LAPSED})


def show_place(  # noqa: PLR0913 - a page is made of many things
    identity: Identity,
    place: RegisterPlace,
    *,
    codes: Codes,
    names: Mapping[str, str],
    waiting: WaitingChange | None,
    map_view: MapView | None,
    done: Done | None = None,
    error: str = "",
) -> OfficePlacePage:
    """The page of a place.

    Args:
        identity: for whom.
        place: what they may see of it.
        codes: kinds and schemes of the register.
        names: from actors to what people call them.
        waiting: the edit that waits, where they may see it.
        map_view: the map around it.
        done: what has just been done.
        error: why a decision on the division was not taken.
    """
    audit = place.last_audit
    return OfficePlacePage(
        row=to_row(place),
        sections=_sections(place, codes),
        moves=_moves(place) if may(identity, Action.CHANGE_STATUS) and not place.merged_into else (),
        why_not_public=_why_not_public(place),
        audited=(
            f"Checked on {date_words(audit.audited_on)} by {audit.auditor}, signed off by {audit.signed_off_by}."
            if audit
            else ""
        ),
        decision=_decision(identity, place, names, error),
        waiting=_waiting_words(place, waiting, names),
        waiting_href=f"{CHANGES}/{waiting.id}" if waiting else "",
        merged_into=place.merged_into or "",
        updated_at=place.updated_at.astimezone(LONDON),
        version=place.version,
        may_write=may(identity, Action.WRITE_PLACES),
        may_merge=may(identity, Action.MERGE_PLACES),
        may_read_history=may(identity, Action.READ_HISTORY),
        done=done,
        map=map_view,
    )


def _moves(place: RegisterPlace) -> tuple[Choice, ...]:
    allowed = MEMBERSHIP_TRANSITIONS[place.membership_status]
    return tuple(Choice(status.value, MOVE_LABELS[status]) for status in MembershipStatus if status in allowed)


def _why_not_public(place: RegisterPlace) -> tuple[str, ...]:
    if place.is_published:
        return ()
    reasons = []
    if place.membership_status is not MembershipStatus.LISTED:
        reasons.append(f"It is {MEMBERSHIP_LABELS[place.membership_status].lower()}, not listed.")
    if place.consent_on is None:
        reasons.append("Nobody has agreed to the listing.")
    if place.assurance in UNFIT:
        reasons.append(f"{ASSURANCE_LABELS[place.assurance]}.")
    return tuple(reasons)


def _waiting_words(place: RegisterPlace, waiting: WaitingChange | None, names: Mapping[str, str]) -> str:
    if waiting:
        facts = ", ".join(dict.fromkeys(FIELD_LABELS.get(one.field, one.field).lower() for one in waiting.differences))
        return f"A change by {names[waiting.proposed_by]} ({facts}) waits for a second person."
    return "A change waits for a second person." if place.change_waiting else ""


def _decision(identity: Identity, place: RegisterPlace, names: Mapping[str, str], error: str) -> DivisionDecision:
    assigned = next((division for division in place.divisions if division.is_assigned), None)
    doubts = []
    if assigned and place.near_boundary:
        doubts.append(
            f"It lies {assigned.distance_m:,.0f} metres from a boundary, and its position is certain to"
            f" {place.location_quality_m:g} metres only."
        )
    if place.postcode_disagrees:
        official = next((one.name for one in place.divisions if one.basis == "postcode"), "another division")
        doubts.append(f"Its postcode officially belongs to {official}.")
    decided = ""
    if assigned and assigned.decided_at and assigned.decided_by:
        day = date_words(assigned.decided_at.astimezone(LONDON).date())
        decided = f"Decided by {names.get(assigned.decided_by, assigned.decided_by)} on {day}."
    return DivisionDecision(
        tuple(
            LinkedDivisionRow(one.gss_code, one.name, division_words(one), one.is_assigned) for one in place.divisions
        ),
        tuple(doubts),
        decided,
        may_decide=may(identity, Action.WRITE_PLACES) and not place.merged_into,
        error=error,
    )


def _sections(place: RegisterPlace, codes: Codes) -> tuple[SummarySection, ...]:
    facts = place.to_json()

    def row(name: str, key: str = "") -> SummaryRow:
        return SummaryRow(key or FIELD_LABELS[name], fact_lines(name, facts.get(name), codes))

    address = tuple(filter(None, (place.address_1, place.address_2, place.town, place.postcode)))
    sections = (
        SummarySection("What it is", "what", (row("kind", "Kind"), row("schemes"), row("offers"), row("description"))),
        SummarySection("Where it is", "where", (SummaryRow("Address", address), row("uprn"), _position(place))),
        SummarySection("When it is open", "hours", (row("opening_hours"), row("closures", "Closed on"))),
        SummarySection(
            "How to reach it",
            "contact",
            (_phone(row("phone"), place.phone), _email(place.email), _website(place.website)),
        ),
        SummarySection(
            "Getting in and around", "access", (*(row(fact) for fact in ACCESSIBILITY_FACTS), row("languages"))
        ),
        SummarySection("Consent", "consent", (row("consent_on"), *_who_agreed(place, codes))),
    )
    return (*sections, _private(place, codes)) if place.shows_private else sections


def _position(place: RegisterPlace) -> SummaryRow:
    reference = to_grid_reference(place.easting, place.northing)
    lines = (reference, f"Longitude {place.lon:.6f}, latitude {place.lat:.6f}")
    note = f"{SOURCE_WORDS[place.location_source]}, exact to some {place.location_quality_m:g} metres"
    return SummaryRow("Position", lines, note=note)


def _phone(row: SummaryRow, number: str | None) -> SummaryRow:
    return SummaryRow(row.key, row.lines, phone_link(number) if number else "")


def _email(address: str | None) -> SummaryRow:
    return SummaryRow("E-mail", (address,), f"mailto:{address}") if address else SummaryRow("E-mail")


def _website(address: str | None) -> SummaryRow:
    if address and is_web_address(address):
        return SummaryRow("Website", (web_address_words(address),), address)
    return SummaryRow("Website", (address,) if address else ())


def _who_agreed(place: RegisterPlace, codes: Codes) -> tuple[SummaryRow, ...]:
    if not place.shows_private:
        return ()
    return (SummaryRow(FIELD_LABELS["consent_by"], fact_lines("consent_by", place.consent_by, codes), note="Private"),)


def _private(place: RegisterPlace, codes: Codes) -> SummarySection:
    rows = []
    for name in PRIVATE_FACTS:
        if name != "consent_by":
            value = getattr(place, name)
            link = phone_link(value) if value and name == "contact_phone" else ""
            rows.append(SummaryRow(FIELD_LABELS[name], fact_lines(name, value, codes), link))
    return SummarySection("Private contact", "private", tuple(rows), is_private=True)
