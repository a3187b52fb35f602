"""The pages for everybody."""

from dataclasses import replace
from datetime import date, time, timedelta

from web.api_reference import to_reference
from web.gallery.exhibit import HOSTILE, NOW, Exhibit
from web.views import (
    AboutDataPage,
    BoundaryNotice,
    ChooseOption,
    ChoosePage,
    DataSource,
    DayHours,
    DivisionLink,
    DivisionPage,
    DivisionRow,
    DivisionsPage,
    ErrorPage,
    Fact,
    HomePage,
    Member,
    OpenNow,
    PlaceCard,
    PlaceGonePage,
    PlacePage,
    ProblemKind,
    ProblemsPage,
    ResultsPage,
    SchemeLine,
)

BOUNDARIES = BoundaryNotice(date(2013, 5, 2), date(2025, 5, 1), is_approximate=True)
CROSS = DivisionLink("E05009070", "Neville's Cross")
ELVET = DivisionLink("E05009047", "Elvet and Gilesgate")


CARDS = (
    PlaceCard(
        "SP-0012",
        "Crossgate Community Rooms",
        "community_centre",
        "Community centre",
        "Durham",
        OpenNow("open", NOW.replace(hour=17, minute=0)),
        distance_m=240,
        step_free=True,
        checked_on=date(2026, 5, 4),
        address="14 Example Terrace, Crossgate Moor, Durham, DH1 4XX",
        phone="0191 496 0123",
    ),
    PlaceCard(
        "SP-0031",
        "The Willow Tree Café",
        "cafe",
        "Café",
        "Durham",
        OpenNow("open", NOW.replace(hour=16, minute=30)),
        distance_m=610,
        checked_on=date(2026, 9, 18),
        boundary_with=ELVET,
    ),
    PlaceCard(
        "SP-0007",
        "Redhills Lane Library",
        "library",
        "Library",
        "Durham",
        OpenNow("closed", NOW.replace(hour=9, minute=0) + timedelta(days=1)),
        distance_m=1_280,
        step_free=True,
        checked_on=date(2026, 3, 11),
    ),
    PlaceCard(
        "SP-0054",
        "Framwell Bridge Pharmacy",
        "pharmacy",
        "Pharmacy",
        "Durham",
        OpenNow("unknown"),
        distance_m=2_050,
        step_free=False,
        checked_on=date(2026, 10, 2),
    ),
    PlaceCard(
        "SP-0090",
        "Stonebridge Road Fire Station",
        "fire_station",
        "Fire station",
        "Langley Moor",
        OpenNow("always"),
        distance_m=3_900,
        step_free=True,
        checked_on=date(2026, 1, 28),
    ),
)

PLACE = PlacePage(
    reference="SP-0012",
    name="Crossgate Community Rooms",
    kind="community_centre",
    kind_label="Community centre",
    address=("14 Example Terrace", "Crossgate Moor", "Durham"),
    postcode="DH1 4XX",
    town="Durham",
    open_now=CARDS[0].open_now,
    now=NOW,
    week=(
        DayHours(date(2026, 11, 23), ((time(9), time(17)),)),
        DayHours(date(2026, 11, 24), ((time(9), time(12)), (time(13), time(17)))),
        DayHours(date(2026, 11, 25), ((time(9), time(17)),)),
        DayHours(date(2026, 11, 26), ((time(9), time(20, 30)),)),
        DayHours(date(2026, 11, 27), ((time(9), time(17)),), "Doors close early when the hall is let"),
        DayHours(date(2026, 11, 28), ((time(10), time(14)),)),
        DayHours(date(2026, 11, 29)),
    ),
    description="A friendly hall with a kitchen and a small garden. Ring the bell beside the blue door if it is shut.",
    schemes=(
        SchemeLine("Safe place", "Somewhere to wait, feel safe and get help from trained staff."),
        SchemeLine("Hate crime reporting centre", "Staff can help you to report a hate crime."),
    ),
    offers=("You can wait inside", "Staff will call someone for you", "You can charge your phone", "A private room"),
    phone="0191 496 0123",
    email="rooms@crossgate.example",
    website="https://www.crossgate.example/rooms/",
    accessibility=(
        Fact("Step-free entrance", value=True),
        Fact("Accessible toilet", value=True),
        Fact("Hearing loop", value=False),
        Fact("Quiet space", value=True),
        Fact("British Sign Language", value=None),
    ),
    languages=("English", "Polish"),
    checked_on=date(2026, 5, 4),
    valid_until=date(2027, 5, 4),
    checked_by_two=True,
    at_postcode=True,
    location_quality_m=50,
    division=CROSS,
    boundary_with=ELVET,
    boundaries=BOUNDARIES,
)

ROWS = (
    DivisionRow("E05009030", "Annfield Plain", 2, 3),
    DivisionRow("E05009031", "Aycliffe East", 2, 0),
    DivisionRow("E05009033", "Barnard Castle East", 2, 1),
    DivisionRow("E05009037", "Brandon", 2, 4),
    DivisionRow("E05009047", "Elvet and Gilesgate", 2, 6),
    DivisionRow("E05009070", "Neville's Cross", 2, 2),
    DivisionRow("E05009086", "Weardale", None, 1),
)

OPENAPI = {
    "info": {"title": "Safe places API", "version": "0.1.0", "description": "Open data.\n\nNothing is logged."},
    "paths": {
        "/api/v1/places": {
            "get": {
                "tags": ["places"],
                "summary": "List published places",
                "description": "Sorted by distance where `near` is given.",
                "parameters": [
                    {
                        "name": "near",
                        "in": "query",
                        "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                        "description": "Longitude and latitude.",
                        "example": "-1.5849,54.7761",
                    },
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
                ],
                "responses": {
                    "200": {
                        "description": "One page of places",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Places"},
                                "example": {"places": [], "next": None},
                            }
                        },
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Places": {
                "description": "A page of places.",
                "required": ["places"],
                "properties": {"places": {"type": "array", "items": {"type": "object"}, "description": "In order."}},
            }
        }
    },
}


def exhibits() -> dict[str, Exhibit]:
    """Every page for the public, by the name of its file."""
    results = ResultsPage("DH1 4XX", NOW, CROSS, CARDS, in_division=2, boundary_with=ELVET, boundaries=BOUNDARIES)
    division = DivisionPage(
        "E05009070",
        "Neville's Cross",
        "County Durham",
        NOW,
        members=(
            Member("Alex Example", "Independent", "alex.example@council.example", "0191 496 0456"),
            Member("Sam Sample", "Example Party", "sam.sample@council.example"),
            Member(),
        ),
        places=tuple(replace(card, distance_m=None) for card in CARDS[:2]),
        in_division=2,
        boundaries=BOUNDARIES,
    )
    pages = {
        "home": Exhibit("home.html", HomePage(), "/"),
        "home_error": Exhibit(
            "home.html",
            HomePage("XX1 1XX", "There is no postcode XX1 1XX. Check it, or type the name of a place."),
            "/",
        ),
        "results": Exhibit("results.html", results, "/"),
        "results_none_here": Exhibit("results.html", replace(results, in_division=0, boundary_with=None), "/"),
        "results_outside": Exhibit(
            "results.html",
            replace(results, searched="your position", division=None, places=(), in_division=0, boundaries=None),
            "/",
        ),
        "choose": Exhibit(
            "choose.html",
            ChoosePage(
                "brandon",
                (
                    ChooseOption("Brandon", "Electoral division", gss_code="E05009037"),
                    ChooseOption("Brandon Village", "Near Durham, DH7", value="DH7 8ST"),
                ),
            ),
            "/",
        ),
        "place": Exhibit("place.html", PLACE, "/places/SP-0012"),
        "place_hostile": Exhibit("place.html", hostile_place(), "/places/SP-0013"),
        "place_gone": Exhibit("place_gone.html", PlaceGonePage("SP-0002", NOW, CARDS[:3]), "/places/SP-0002"),
        "divisions": Exhibit("divisions.html", DivisionsPage("County Durham", ROWS, "", 63, BOUNDARIES), "/divisions"),
        "divisions_none": Exhibit("divisions.html", DivisionsPage("County Durham", (), "zzz", 63), "/divisions"),
        "division": Exhibit("division.html", division, "/divisions/E05009070"),
        "division_empty": Exhibit(
            "division.html", replace(division, places=(), nearest=CARDS[:3]), "/divisions/E05009031"
        ),
        "about": Exhibit("about.html", None, "/about"),
        "about_data": Exhibit(
            "about_data.html",
            AboutDataPage(
                (DataSource("Postcodes", "Ordnance Survey Code-Point Open", "Open Government Licence v3.0"),),
                BOUNDARIES,
            ),
            "/about/data",
        ),
        "privacy": Exhibit("privacy.html", None, "/privacy"),
        "accessibility": Exhibit("accessibility.html", None, "/accessibility"),
        "api": Exhibit("api.html", None, "/api"),
        "problems": Exhibit(
            "problems.html",
            ProblemsPage((ProblemKind("not-found", "Not found", 404, "There is nothing by that name."),)),
            "/problems",
        ),
        "api_docs": Exhibit("api_docs.html", to_reference(OPENAPI), "/api/docs"),
    }
    errors = {f"error_{code}": Exhibit("error.html", ErrorPage(code), "/x") for code in (404, 410, 422, 500, 503)}
    return pages | errors


def hostile_place() -> PlacePage:
    """A place whose every text tries to run as script."""
    return replace(
        PLACE,
        name=HOSTILE,
        town=HOSTILE,
        description=HOSTILE,
        address=(HOSTILE,),
        offers=(HOSTILE,),
        languages=(HOSTILE,),
        phone=HOSTILE,
        email=HOSTILE,
        website="javascript:alert(3)",
    )
