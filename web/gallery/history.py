"""The history of a place."""

from datetime import timedelta

from web.gallery.exhibit import HOSTILE, NOW, OFFICER, Exhibit
from web.views_history import ChangedField, HistoryPage, HistoryRow, Piece
from web.views_office import Choice

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


def exhibits() -> dict[str, Exhibit]:
    """Every page of this area, by the name of its file."""
    none = HistoryPage("SP-0042", "Fernhill Library", (), (), (), fault="A day has to be given as year-month-day.")
    return {
        "history": Exhibit("office_history.html", PAGE, ADDRESS, OFFICER),
        "history_none": Exhibit("office_history.html", none, ADDRESS, OFFICER),
    }
