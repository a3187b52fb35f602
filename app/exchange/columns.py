"""The columns of a places file: what each holds, an example, and the other headings it is known by."""

from typing import NamedTuple

from app.places.drafts import PlaceDraft
from app.places.facts import fold


class Column(NamedTuple):
    """One column of ours, as docs/importing.md shows it."""

    holds: str
    example: str
    also: tuple[str, ...] = ()


COLUMNS: dict[str, Column] = {
    "reference": Column("The register's reference of a place that it holds; empty for a new one.", "SP-0001", ("ref",)),
    "name": Column("Name of the place.", "Riverside Café", ("place name", "venue", "organisation", "premises")),
    "kind": Column("Kind of premises, by code or label.", "cafe", ("type", "premises kind", "category")),
    "schemes": Column("Schemes it belongs to, by code or label.", "safe_place; safe_haven", ("scheme",)),
    "offers": Column("What it offers, by code or label.", "wait_inside; toilet", ("services", "facilities")),
    "address_1": Column("First line of the address.", "12 Front Street", ("address", "address line 1", "street")),
    "address_2": Column("Second line of the address.", "Gilesgate", ("address line 2",)),
    "town": Column("Town or village.", "Durham", ("post town", "city", "village", "address 3")),
    "postcode": Column("Whole postcode; locates the place where there are no coordinates.", "DH1 1AA"),
    "uprn": Column("Unique Property Reference Number, up to 12 digits.", "200002900001"),
    "easting": Column("Easting on the National Grid, metres.", "427350", ("x", "eastings")),
    "northing": Column("Northing on the National Grid, metres.", "542450", ("y", "northings")),
    "lon": Column("Longitude, decimal degrees, where there is no easting.", "-1.5757", ("longitude", "long", "lng")),
    "lat": Column("Latitude, decimal degrees, where there is no northing.", "54.7761", ("latitude",)),
    "location_source": Column(
        "Where the coordinates come from: postcode, uprn, survey or entrance_pin. Without a word: uprn where there "
        "is a UPRN, otherwise survey.",
        "entrance_pin",
    ),
    "location_quality_m": Column(
        "Uncertainty of the location, metres. Without one: postcode 50, uprn 10, survey 5, entrance_pin 3.", "10"
    ),
    "opening_hours": Column(
        "Opening hours in the OpenStreetMap syntax.", "Mo-Fr 09:00-17:00; Sa 10:00-12:00; PH off", ("hours", "opening")
    ),
    "closures": Column(
        "Days closed, first and last, with a reason; several separated by semicolons.",
        "2026-12-24/2027-01-02 Christmas",
    ),
    "phone": Column("Public telephone number.", "0191 496 0000", ("telephone", "tel", "phone number")),
    "email": Column("Public e-mail address.", "desk@example.org", ("email address",)),
    "website": Column("Website; https:// is added.", "www.example.org", ("web", "url", "web address")),
    "description": Column("What the public should know, plain words.", "Ask at the desk.", ("public description",)),
    "step_free_entrance": Column("Step-free entrance: yes, no, or empty for not known.", "yes", ("step free",)),
    "accessible_toilet": Column("Accessible toilet: yes, no, or empty for not known.", "no", ("disabled toilet",)),
    "hearing_loop": Column("Hearing loop: yes, no, or empty for not known.", "", ("induction loop",)),
    "quiet_space": Column("Quiet space: yes, no, or empty for not known.", "yes", ("quiet room",)),
    "bsl": Column("British Sign Language: yes, no, or empty for not known.", "", ("british sign language",)),
    "languages": Column("Languages spoken.", "English; Polish", ("languages spoken",)),
    "contact_name": Column("Private: named contact.", "A. Person", ("contact", "contact person")),
    "contact_role": Column("Private: the contact's role.", "Manager", ("job title",)),
    "contact_phone": Column("Private: the contact's telephone number.", "07700 900000", ("contact telephone",)),
    "contact_email": Column("Private: the contact's e-mail address.", "a.person@example.org"),
    "private_notes": Column("Private: notes.", "Visit after 10.", ("notes",)),
    "consent_by": Column("Private: who consented to the listing.", "A. Person"),
    "consent_on": Column("Day of the consent; without it a place is not published.", "2026-01-05", ("consent date",)),
    "membership_status": Column(
        "proposed, listed, suspended or withdrawn; empty leaves it as it is, and a new place is proposed.",
        "listed",
        ("status",),
    ),
}
REQUIRED = ("name", "kind", "schemes")
LOCATING = (("postcode",), ("easting", "northing"), ("lon", "lat"))
"""One of these groups must be there as well."""

KEY_COLUMNS = ("name", "postcode", "uprn", "address_1", "address_2", "town", "phone", "email", "website")
"""Columns by which a place can be known from one run to the next."""
DEFAULT_KEY = ("name", "postcode")

LOCATION_COLUMNS = frozenset({"easting", "northing", "lon", "lat", "location_source", "location_quality_m"})
PRIVATE_COLUMNS = {
    "contact_name": "contact_name",
    "contact_role": "contact_role",
    "contact_phone": "contact_phone",
    "contact_email": "contact_email",
    "private_notes": "notes",
    "consent_by": "consent_by",
}
"""From our columns to those of `place_private`."""
PUBLIC_COLUMNS = tuple(
    name for name in COLUMNS if name not in PRIVATE_COLUMNS and name not in LOCATION_COLUMNS and name != "reference"
)
"""Columns that are columns of `place` of the same name, other than its location."""

BY_HEADING = {fold(heading): name for name, column in COLUMNS.items() for heading in (*column.also, name)}
"""From a folded heading to our column. Our own names come last, so that they win."""

if missing := PlaceDraft.model_fields.keys() ^ COLUMNS.keys():  # pragma: no cover - a guard for whoever adds a fact
    raise RuntimeError(f"Columns and the facts of a place differ: {sorted(missing)}")
