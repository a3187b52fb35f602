"""The history of a place, and the whole ledger."""

from dataclasses import replace
from datetime import timedelta

from web.gallery.exhibit import ADMINISTRATOR, HOSTILE, NOW, OFFICER, Exhibit
from web.views_history import ChangedField, Head, HistoryPage, HistoryRow, LedgerPage, Piece
from web.views_office import Choice, FormFault

ADDRESS = "/office/places/SP-0042/history"
HOURS = ChangedField(
    "Opening hours", (Piece("same", "Mo-Fr"), Piece("gone", "09:00-17:00"), Piece("new", "09:00-17:30"))
)
ROWS = (
    HistoryRow(12, NOW, "Jo Example changed the place on a page", (HOURS,), "They told us by telephone"),
    HistoryRow(
        9,
        NOW - timedelta(days=3),
        f"{HOSTILE} changed the place through the API",
        (ChangedField("Description", (Piece("gone", HOSTILE), Piece("new", HOSTILE))),),
    ),
    HistoryRow(
        4,
        NOW - timedelta(days=90),
        "the sample data added the place with the sample data",
        (
            ChangedField("Name of the place", (Piece("new", "Fernhill Library"),)),
            ChangedField("Step-free entrance", (Piece("new", "yes"),)),
        ),
    ),
)
PAGE = HistoryPage(
    reference="SP-0042",
    name="Fernhill Library",
    rows=ROWS,
    actors=(Choice("account:1", "Jo Example"), Choice("sample", "the sample data")),
    fields=(Choice("opening_hours", "Opening hours"),),
    older=f"{ADDRESS}?before=4",
    csv=f"{ADDRESS}.csv",
)
LEDGER_ADDRESS = "/office/ledger"
HASH = "5f0c9ab1" * 8
LEDGER = LedgerPage(
    head=Head("E06000047", 8412, HASH, f"safeplaces-ledger E06000047 8412 {HASH} 2026-11-23T10:20:00Z"),
    rows=(
        HistoryRow(
            8412,
            NOW,
            "Jo Example changed the place SP-0042 Fernhill Library on a page",
            (HOURS,),
            "They told us by telephone",
            "SP-0042 Fernhill Library",
            ADDRESS,
        ),
        HistoryRow(
            8411,
            NOW - timedelta(hours=2),
            f"{HOSTILE} added the account of Erased with a command",
            (
                ChangedField("Name of the place", (Piece("new", "(erased)"),)),
                ChangedField("Identity at the sign-in provider", (Piece("same", "changed: the value is not shown"),)),
            ),
            HOSTILE,
            "Erased",
            "/office/accounts/12",
        ),
        HistoryRow(8410, NOW - timedelta(days=1), "ada erased a person (1f2e3d4c5b6a) with a command", ()),
    ),
    concepts=(Choice("place", "Places"), Choice("account", "People’s accounts")),  # noqa: RUF001 - as people read it
    actors=(Choice("account:1", "Jo Example"), Choice("key:spk_1a2b3c4d", f"API key spk_1a2b3c4d, {HOSTILE}")),
    vias=(Choice("page", "On a page"), Choice("api", "Through the API")),
    address=LEDGER_ADDRESS,
    older=f"{LEDGER_ADDRESS}?before=8410",
    csv=f"{LEDGER_ADDRESS}.csv",
)


def exhibits() -> dict[str, Exhibit]:
    """Every page of this area, by the name of its file."""
    fault = (FormFault("since", "A day has to be given as year-month-day."),)
    none = HistoryPage("SP-0042", "Fernhill Library", (), (), (), faults=fault)
    narrowed = replace(LEDGER, rows=(), about=HOSTILE, since="soon", faults=fault, is_narrowed=True, older="")
    return {
        "history": Exhibit("office_history.html", PAGE, ADDRESS, OFFICER),
        "history_none": Exhibit("office_history.html", none, ADDRESS, OFFICER),
        "ledger": Exhibit("office_ledger.html", LEDGER, LEDGER_ADDRESS, ADMINISTRATOR),
        "ledger_none": Exhibit("office_ledger.html", narrowed, LEDGER_ADDRESS, ADMINISTRATOR),
    }
