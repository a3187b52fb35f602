"""The words of the register: codes that are stored, and the labels that people read.

The lists of codes are the single source: the database's check constraints, the API's schemas, the importers and the
pages take them from here. Premises kinds and schemes are rows of tables as well, so that an authority can extend them;
these are the ones that every register starts with.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person, a site or a program is to the register. `app/permissions/table.py` says what each may do."""

    PUBLIC = "public"
    PARTNER = "partner"
    COUNCILLOR = "councillor"
    AUDITOR = "auditor"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"


ROLE_LABELS: dict[Role, str] = {
    Role.PUBLIC: "Public",
    Role.PARTNER: "Partner site",
    Role.COUNCILLOR: "Councillor",
    Role.AUDITOR: "Auditor",
    Role.OFFICER: "Officer",
    Role.ADMINISTRATOR: "Administrator",
}

ACCOUNT_ROLES = (Role.COUNCILLOR, Role.AUDITOR, Role.OFFICER, Role.ADMINISTRATOR)
"""Roles that an account can have. The public and partner sites have none."""


class MembershipStatus(StrEnum):
    """Where a place stands in its membership: proposed, listed, suspended (and listed again), withdrawn."""

    PROPOSED = "proposed"
    LISTED = "listed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


MEMBERSHIP_TRANSITIONS: dict[MembershipStatus, frozenset[MembershipStatus]] = {
    MembershipStatus.PROPOSED: frozenset({MembershipStatus.LISTED, MembershipStatus.WITHDRAWN}),
    MembershipStatus.LISTED: frozenset({MembershipStatus.SUSPENDED, MembershipStatus.WITHDRAWN}),
    MembershipStatus.SUSPENDED: frozenset({MembershipStatus.LISTED, MembershipStatus.WITHDRAWN}),
    MembershipStatus.WITHDRAWN: frozenset(),
}
"""From a status to those that may follow it. A place that comes back after withdrawal gets a new reference."""


class Verdict(StrEnum):
    """What an audit found."""

    FIT = "fit"
    FIT_WITH_ACTIONS = "fit_with_actions"
    NOT_FIT = "not_fit"


class Assurance(StrEnum):
    """What the newest effective audit and the clock say of a place. Never typed in."""

    UNASSESSED = "unassessed"
    FIT = "fit"
    FIT_WITH_ACTIONS = "fit_with_actions"
    NOT_FIT = "not_fit"
    DUE = "due"
    LAPSED = "lapsed"


DUE_WITHIN_DAYS = 60
"""A place whose assurance ends within this many days is due for review."""


class LocationSource(StrEnum):
    """Where a place's location comes from."""

    POSTCODE = "postcode"
    UPRN = "uprn"
    SURVEY = "survey"
    ENTRANCE_PIN = "entrance_pin"


DEFAULT_LOCATION_QUALITY_M: dict[LocationSource, float] = {
    LocationSource.POSTCODE: 50.0,
    LocationSource.UPRN: 10.0,
    LocationSource.SURVEY: 5.0,
    LocationSource.ENTRANCE_PIN: 3.0,
}
"""Uncertainty in metres that is assumed where a location comes without one.

A postcode unit's point lies at the address nearest to the middle of fifteen addresses on average; 50 m covers most
urban units.
"""


class AssignmentBasis(StrEnum):
    """Why a place is linked to a division."""

    COVERS = "covers"
    NEAR = "near"
    POSTCODE = "postcode"
    DECIDED = "decided"


class DivisionSetStatus(StrEnum):
    """Loaded sets wait to be checked; active ones answer for their dates; retired ones answer for nothing."""

    LOADED = "loaded"
    ACTIVE = "active"
    RETIRED = "retired"


class MailState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    KEPT = "kept"


PREMISES_KINDS: dict[str, str] = {
    "library": "Library",
    "community_centre": "Community centre",
    "shop": "Shop",
    "cafe": "Café",
    "pharmacy": "Pharmacy",
    "health_centre": "Health centre",
    "place_of_worship": "Place of worship",
    "council_office": "Council office",
    "leisure_centre": "Leisure centre",
    "police_station": "Police station",
    "fire_station": "Fire station",
    "transport_hub": "Station or bus stop",
    "education": "School or college",
    "museum": "Museum or gallery",
    "other": "Other place",
}

SCHEMES: dict[str, tuple[str, str]] = {
    "safe_place": ("Safe place", "Somewhere to wait, feel safe and get help from trained staff."),
    "reporting_centre": (
        "Hate crime reporting centre",
        "Staff can help you to report a hate crime without going to the police yourself.",
    ),
    "safe_haven": ("Safe haven", "Open in the evening or at night for people who feel at risk."),
}

OFFERS: dict[str, str] = {
    "wait_inside": "You can wait inside",
    "call_someone": "Staff will call someone for you",
    "report_hate_crime": "Staff can help you report a hate crime",
    "phone_charging": "You can charge your phone",
    "drinking_water": "Drinking water",
    "toilet": "A toilet you can use",
    "private_room": "A private room to talk in",
    "first_aid": "First aid",
    "interpreter": "Help with languages or BSL",
    "support_information": "Information about local support",
}

ACCESSIBILITY_FACTS: dict[str, str] = {
    "step_free_entrance": "Step-free entrance",
    "accessible_toilet": "Accessible toilet",
    "hearing_loop": "Hearing loop",
    "quiet_space": "Quiet space",
    "bsl": "British Sign Language",
}
"""Each is yes, no or not known; not known is never shown as no."""

MEMBERSHIP_LABELS: dict[MembershipStatus, str] = {
    MembershipStatus.PROPOSED: "Proposed",
    MembershipStatus.LISTED: "Listed",
    MembershipStatus.SUSPENDED: "Suspended",
    MembershipStatus.WITHDRAWN: "Withdrawn",
}

ASSURANCE_LABELS: dict[Assurance, str] = {
    Assurance.UNASSESSED: "Not yet checked",
    Assurance.FIT: "Fit for purpose",
    Assurance.FIT_WITH_ACTIONS: "Fit, with improvements agreed",
    Assurance.NOT_FIT: "Not fit for purpose",
    Assurance.DUE: "Due for review",
    Assurance.LAPSED: "Check has lapsed",
}
