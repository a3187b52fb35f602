"""Pages of API keys."""

from dataclasses import replace
from datetime import timedelta

from web.gallery.exhibit import ADMINISTRATOR, HOSTILE, NOW, Exhibit
from web.views_keys import KeyRow, KeysPage, NewKeyPage, OneKeyPage, ShownKeyPage
from web.views_office import Choice, FormFault

ROW = KeyRow(
    3,
    "Website of the council",
    "spk_1a2b3c4d",
    "Ash Sample",
    ("places:read-all", "places:write"),
    600,
    "Until 3 May 2027",
    NOW - timedelta(minutes=4),
    is_good=True,
)
ROWS = (
    ROW,
    replace(ROW, id=4, name="Nightly copy", prefix="spk_9z8y7x6w", last_used=None, is_followed=True),
    replace(ROW, id=5, name=HOSTILE, prefix="spk_aaaabbbb", standing="Revoked on 1 June 2026", is_good=False),
)
SCOPES = (
    Choice("places:read-all", "Read all places of the register, published or not", hint="places:read-all"),
    Choice("places:write", "Add and change places", hint="places:write"),
)
LIVES = (Choice("30", "30 days"), Choice("365", "1 year"), Choice("730", "2 years"))
OVERLAPS = (Choice("0", "It ends at once", hint="Where the key may have been seen."), Choice("7", "7 days"))
TOKEN = "spk_" + "example-of-a-key-that-is-good-for-nothing"
FAULT = FormFault("scopes", "Choose what the key is good for. At least one.")
NEW = NewKeyPage(
    values={"name": "Website", "days": "365", "per_minute": "600"},
    chosen={"scopes": ("places:write",)},
    scopes=SCOPES,
    lives=LIVES,
)
ONE = OneKeyPage(values={"overlap": "7"}, key=ROW, overlaps=OVERLAPS)


def exhibits() -> dict[str, Exhibit]:
    """Every page of this area, by the name of its file."""
    new, one = "/office/keys/new", "/office/keys/3"
    faulty = replace(NEW, chosen={"scopes": ()}, faults=(FAULT,))
    shown = ShownKeyPage("Website", TOKEN, NOW, old_until=NOW)
    return {
        "keys": Exhibit("keys.html", KeysPage(ROWS, done="The key is revoked."), "/office/keys", ADMINISTRATOR),
        "keys_none": Exhibit("keys.html", KeysPage(()), "/office/keys", ADMINISTRATOR),
        "keys_new": Exhibit("keys_new.html", NEW, new, ADMINISTRATOR),
        "keys_new_faults": Exhibit("keys_new.html", faulty, new, ADMINISTRATOR),
        "keys_one": Exhibit("keys_one.html", ONE, one, ADMINISTRATOR),
        "keys_shown": Exhibit("keys_shown.html", shown, new, ADMINISTRATOR),
    }
