"""The pages with which officers keep the register."""

from dataclasses import replace
from datetime import time, timedelta

from web.gallery.exhibit import ADMINISTRATOR, COUNCILLOR, HOSTILE, NOW, OFFICER, Exhibit
from web.views import DayHours, ErrorPage
from web.views_office import (
    Chip,
    Choice,
    Column,
    DivisionDecision,
    Done,
    FilterGroup,
    FormFault,
    Glance,
    HoursView,
    LinkedDivisionRow,
    LocationView,
    OfficeListPage,
    OfficePlacePage,
    OfficeRow,
    PlaceFormPage,
    SummaryRow,
    SummarySection,
    ViewLink,
)
from web.views_office_work import (
    BulkAskPage,
    BulkLine,
    BulkPage,
    ChangePage,
    ChangesPage,
    ConflictPage,
    DeleteViewPage,
    FieldComparison,
    LikelyRow,
    MergePage,
    SettingsPage,
    StatusPage,
    WaitingRow,
)

TODAY = NOW.date()


def _row(
    number: int, named: tuple[str, str], status: str, assurance: str, days: int | None = None, *flags: str
) -> OfficeRow:
    name, town = named
    labels = {
        "proposed": "Proposed",
        "listed": "Listed",
        "suspended": "Suspended",
        "withdrawn": "Withdrawn",
        "fit": "Fit for purpose",
        "fit_with_actions": "Fit, with improvements agreed",
        "not_fit": "Not fit for purpose",
        "due": "Due for review",
        "lapsed": "Check has lapsed",
        "unassessed": "Not yet checked",
    }
    return OfficeRow(
        f"SP-{number:04d}",
        name,
        "Community centre",
        town,
        "DH1 4XX",
        status,
        labels[status],
        assurance,
        labels[assurance],
        "Neville's Cross",
        valid_until=None if days is None else TODAY + timedelta(days=days),
        days_left=days,
        flags=flags,
        is_published=status == "listed" and assurance in {"fit", "fit_with_actions", "due"},
    )


ROWS = (
    _row(12, ("Crossgate Community Rooms", "Durham"), "listed", "fit", 162, "Near a boundary"),
    _row(31, ("The Willow Tree Café", "Durham"), "listed", "due", 23),
    _row(7, ("Redhills Lane Library", "Brandon"), "suspended", "not_fit", 80),
    _row(54, ("Framwell Bridge Pharmacy", "Durham"), "listed", "lapsed", -12, "Postcode belongs to another division"),
    _row(90, ("Stonebridge Road Fire Station", "Langley Moor"), "listed", "fit_with_actions", 61, "A change waits"),
    _row(
        113, ("Old Forge Book Shop", "Barnard Castle"), "proposed", "unassessed", None, "No consent", "Not yet checked"
    ),
    _row(2, ("Station Approach Kiosk", "Durham"), "withdrawn", "lapsed", -200),
)
STATUSES = (
    Choice("proposed", "Proposed"),
    Choice("listed", "Listed", is_chosen=True),
    Choice("suspended", "Suspended"),
)
LIST = OfficeListPage(
    rows=ROWS,
    total=120,
    columns=(
        Column("Reference", "?sort=reference", "none"),
        Column("Place", "?sort=name&direction=desc", "ascending"),
        Column("Town", "?sort=town", "none"),
        Column("Status", "?sort=status", "none"),
        Column("Check", "?sort=valid_until", "none"),
        Column("Division"),
    ),
    groups=(
        FilterGroup("status", "Status", STATUSES),
        FilterGroup("assurance", "Check", (Choice("fit", "Fit for purpose"), Choice("due", "Due for review"))),
        FilterGroup("flag", "Flags", (Choice("near_boundary", "Near a boundary"), Choice("no_consent", "No consent"))),
    ),
    chosen={"q": "durham", "view_name": ""},
    divisions=(Choice("E05009070", "Neville's Cross"), Choice("E05009047", "Elvet and Gilesgate")),
    kinds=(Choice("library", "Library"), Choice("cafe", "Café")),
    withins=(Choice("30", "Within 30 days"), Choice("60", "Within 60 days")),
    chips=(Chip("Search: durham", "?status=listed"), Chip("Status: Listed", "?q=durham")),
    glances=(
        Glance("places in all", 120, "/office/places"),
        Glance("listed", 104, "/office/places?status=listed", is_current=True),
        Glance("run out within 60 days", 9, "/office/places?within_days=60"),
        Glance("have lapsed", 4, "/office/places?assurance=lapsed"),
        Glance("near a boundary", 17, "/office/places?flag=near_boundary"),
        Glance("changes wait", 2, "/office/changes"),
    ),
    views=(ViewLink(1, "Durham, running out", "/office/places?q=durham", is_current=True),),
    query="q=durham&status=listed",
    sort="name",
    direction="asc",
    next_href="?cursor=abc",
    csv_href="/office/places.csv",
    scope="Places of County Durham",
    may_write=True,
    actions=(Choice("status:listed", "List them"), Choice("status:suspended", "Suspend them")),
)

SECTIONS = (
    SummarySection(
        "What it is",
        "what",
        (
            SummaryRow("Kind", ("Community centre",)),
            SummaryRow("Schemes", ("Safe place", "Hate crime reporting centre")),
            SummaryRow("Offers", ("You can wait inside", "Staff will call someone for you")),
            SummaryRow("Description", ("A friendly hall with a kitchen and a small garden.",)),
        ),
    ),
    SummarySection(
        "Where it is",
        "where",
        (
            SummaryRow("Address", ("14 Example Terrace", "Crossgate Moor", "Durham", "DH1 4XX")),
            SummaryRow("UPRN"),
            SummaryRow("Position", ("NZ 27350 42450",), note="From the postcode, right to some 50 metres"),
        ),
    ),
    SummarySection(
        "When it is open",
        "hours",
        (
            SummaryRow("Opening hours", ("Mo-Fr 09:00-17:00; PH off",)),
            SummaryRow("Closed", ("24 December 2026 to 2 January 2027: Christmas",)),
        ),
    ),
    SummarySection(
        "How to reach it",
        "contact",
        (
            SummaryRow("Phone", ("0191 496 0123",), "tel:+441914960123"),
            SummaryRow("Website", ("crossgate.example/rooms",), "https://www.crossgate.example/rooms/"),
        ),
    ),
    SummarySection("Private contact", "private", (SummaryRow("Name", ("Sam Sample",)),), is_private=True),
)
PLACE = OfficePlacePage(
    row=ROWS[0],
    sections=SECTIONS,
    moves=(Choice("suspended", "Suspend this place"), Choice("withdrawn", "Withdraw this place")),
    audited="Checked on 4 May 2026 by Ada Auditor, signed off by Sam Second.",
    decision=DivisionDecision(
        (
            LinkedDivisionRow("E05009070", "Neville's Cross", "It lies 12 metres inside.", is_assigned=True),
            LinkedDivisionRow("E05009047", "Elvet and Gilesgate", "It lies 12 metres away."),
        ),
        ("It lies 12 metres from a boundary, nearer than its position is certain (50 metres).",),
        may_decide=True,
    ),
    waiting="Jo Example asked to change the phone number. This waits for a second person.",
    waiting_href="/office/changes/3",
    updated_at=NOW,
    version=7,
    may_write=True,
    may_merge=True,
    may_read_history=True,
    done=Done("The status is now: listed."),
)
VALUES = {
    "name": "Crossgate Community Rooms",
    "kind": "community_centre",
    "description": "A friendly hall with a kitchen and a small garden.",
    "address_1": "14 Example Terrace",
    "town": "Durham",
    "postcode": "DH1 4XX",
    "location_by": "pin",
    "lon": "-1.584900",
    "lat": "54.776100",
    "hours_by": "week",
    **{f"opens_{day}": "09:00" for day in range(5)},
    **{f"closes_{day}": "17:00" for day in range(5)},
    "on_bank_holidays": "closed",
    "phone": "0191 496 0123",
    "step_free_entrance": "yes",
    "hearing_loop": "unknown",
    "consent_on-day": "27",
    "consent_on-month": "3",
    "consent_on-year": "2026",
}
WEEK = tuple(
    DayHours(TODAY + timedelta(days=ahead), ((time(9), time(17)),) if ahead not in {5, 6} else ()) for ahead in range(7)
)
FORM = PlaceFormPage(
    "/office/places/SP-0012/edit",
    VALUES,
    {"schemes": frozenset({"safe_place"}), "offers": frozenset({"wait_inside"})},
    kinds=(Choice("community_centre", "Community centre"), Choice("library", "Library")),
    schemes=(
        Choice("safe_place", "Safe place", hint="Somewhere to wait, feel safe and get help from trained staff."),
        Choice("safe_haven", "Safe haven", hint="Open in the evening or at night."),
    ),
    offers=(Choice("wait_inside", "You can wait inside"), Choice("drinking_water", "Drinking water")),
    facts=(Choice("step_free_entrance", "Step-free entrance"), Choice("hearing_loop", "Hearing loop")),
    reference="SP-0012",
    name="Crossgate Community Rooms",
    version=7,
    location=LocationView(
        -1.5849,
        54.7761,
        ("NZ 26800 42400, easting 426800, northing 542400", "Right to some 3 metres."),
        "Neville's Cross",
        ("Elvet and Gilesgate",),
        ("It lies 2 metres from the boundary with Elvet and Gilesgate: decide on the division once it is saved.",),
    ),
    hours=HoursView("Mo-Fr 09:00-17:00; PH off", week=WEEK),
    shows_private=True,
    waits=True,
)
DIFFERENCES = (
    FieldComparison("phone", "Phone", ("0191 496 0123",), ("0191 496 0999",), ("0191 496 0111",)),
    FieldComparison(
        "description",
        "Description",
        ("A friendly hall with a kitchen.",),
        ("A friendly hall with a garden.",),
        ("A friendly hall.",),
    ),
    FieldComparison(
        "town", "Town or village", ("Durham City",), ("Durham",), ("Durham",), is_conflict=False, take="theirs"
    ),
)
WAITING = WaitingRow(
    3, "SP-0012", "Crossgate Community Rooms", "Jo Example", NOW, ("Phone", "Description"), "They told us by phone."
)
LIKELY = (
    LikelyRow("SP-0080", "Crossgate Community Room", "34 metres away, the same UPRN", "proposed", "Proposed"),
    LikelyRow("SP-0081", "Crossgate Hall", "120 metres away", "listed", "Listed"),
)
LINES = (
    BulkLine("SP-0012", "Crossgate Community Rooms", "Listed", "Suspended", changes=True),
    BulkLine("SP-0007", "Redhills Lane Library", "Suspended", "Suspended", changes=False),
    BulkLine("SP-0054", "Framwell Bridge Pharmacy", "Listed", "Suspended", changes=True, note="Waits for agreement"),
)


def exhibits() -> dict[str, Exhibit]:
    """Every page of the office, by the name of its file."""
    at = "/office/places/SP-0012"
    return {
        "office_places": _of("office_places.html", LIST, "/office/places"),
        "office_places_read": Exhibit(
            "office_places.html",
            replace(LIST, may_write=False, actions=(), scope="Places of your divisions", glances=()),
            "/office/places",
            COUNCILLOR,
        ),
        "office_places_none": _of(
            "office_places.html", replace(LIST, rows=(), total=0, next_href=""), "/office/places"
        ),
        "office_places_too_many": _of(
            "office_places.html",
            replace(LIST, total=31_000, with_map=True, too_many=20_000, map_href="/office/places"),
            "/office/places?view=map",
        ),
        "office_place": _of("office_place.html", PLACE, at),
        "office_place_hostile": _of("office_place.html", _hostile(), at),
        "office_place_merged": _of("office_place.html", replace(PLACE, merged_into="SP-0080", decision=None), at),
        "office_form": _of("office_form.html", FORM, f"{at}/edit"),
        "office_form_new": _of("office_form.html", _faulty(), "/office/places/new"),
        "office_conflict": _of("office_conflict.html", _conflict(), f"{at}/edit"),
        "office_changes": _of(
            "office_changes.html", ChangesPage((WAITING, replace(WAITING, id=4, is_own=True))), "/office/changes"
        ),
        "office_changes_none": _of("office_changes.html", ChangesPage(()), "/office/changes"),
        "office_change": _of(
            "office_change.html", ChangePage(WAITING, DIFFERENCES, may_decide=True), "/office/changes/3"
        ),
        "office_change_own": _of(
            "office_change.html",
            ChangePage(replace(WAITING, is_own=True), DIFFERENCES, may_withdraw=True),
            "/office/changes/3",
        ),
        "office_status": _of("office_status.html", _status(), f"{at}/status"),
        "office_status_withdrawn": _of("office_status.html", StatusPage(ROWS[6], (), 3), f"{at}/status"),
        "office_merge": _of("office_merge.html", MergePage(ROWS[0], LIKELY), f"{at}/merge"),
        "office_merge_two": _of(
            "office_merge.html",
            MergePage(ROWS[0], other=ROWS[1], fields=DIFFERENCES[:2], keep="SP-0012"),
            f"{at}/merge",
        ),
        "office_bulk_ask": _of(
            "office_bulk_ask.html", BulkAskPage(("SP-0012", "SP-0031"), LIST.actions), "/office/places/bulk"
        ),
        "office_bulk": _of("office_bulk.html", BulkPage("Suspend 3 places", LINES, 2), "/office/places/bulk/preview"),
        "office_bulk_faults": _of("office_bulk.html", _bulk_with_fault(), "/office/places/bulk/preview"),
        "office_settings": Exhibit(
            "office_settings.html", SettingsPage("County Durham", second_person=True), "/office/settings", ADMINISTRATOR
        ),
        "office_error_403": _of("error.html", ErrorPage(403), at),
        "office_view_delete": _of("office_view_delete.html", DeleteViewPage(LIST.views[0]), "/office/views/1/delete"),
    }


def _of(template: str, page: object, path: str) -> Exhibit:
    return Exhibit(template, page, path, OFFICER)


def _hostile() -> OfficePlacePage:
    """A place whose every text tries to run as script."""
    section = SummarySection("What it is", "what", (SummaryRow("Description", (HOSTILE,), note=HOSTILE),))
    return replace(PLACE, row=replace(ROWS[0], name=HOSTILE), sections=(section,), waiting=HOSTILE)


def _faulty() -> PlaceFormPage:
    """A new place of which several fields are wrong."""
    faults = (
        FormFault("name", "Name of the place: it is missing, and every place needs one."),
        FormFault("postcode", "Postcode: this is only the first half of a postcode."),
        FormFault("consent_on", "Day of consent: the day of consent has not come yet."),
    )
    values = dict(VALUES) | {"name": "", "postcode": "DH1", "location_by": "postcode", "hours_by": "text"}
    return replace(
        FORM,
        action="/office/places/new",
        values=values,
        faults=faults,
        reference="",
        name="",
        waits=False,
        location=LocationView(fault="This is only the first half of a postcode."),
        hours=HoursView(fault="The opening hours cannot be read."),
    )


def _conflict() -> ConflictPage:
    return ConflictPage(
        "SP-0012",
        "Crossgate Community Rooms",
        8,
        DIFFERENCES,
        (("name", "Crossgate Community Rooms"),),
        "Ash Sample saved version 8 at 10:14.",
    )


def _status() -> StatusPage:
    return StatusPage(
        ROWS[0],
        (
            Choice("suspended", "Suspended", hint="People will no longer see it. It can be listed again."),
            Choice("withdrawn", "Withdrawn", hint="People will no longer see it, for good."),
        ),
        7,
        faults=(FormFault("reason", "Say why, in a few words."),),
    )


def _bulk_with_fault() -> BulkPage:
    fault = replace(LINES[1], fault="It is withdrawn and cannot become suspended.", changes=False)
    return BulkPage("Suspend 3 places", (LINES[0], fault, LINES[2]), 2, (("reference", "SP-0012"),), faults=1)
