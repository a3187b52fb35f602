"""What the API's description says of the register for those with a key: bodies, examples, and what can go wrong."""

from typing import Any

from app.places.describing import Responses, answer, body, flat_schema, object_schema, parameter
from app.places.documentation import PLACE as PUBLIC_PLACE
from app.places.documentation import problem
from app.places.drafts import PlaceDraft
from app.places.editable import EDITABLE
from app.vocabulary import MEMBERSHIP_TRANSITIONS

PLACE: dict[str, Any] = {
    name: PUBLIC_PLACE[name]
    for name in ("reference", "name", "kind", "kind_label", "schemes", "offers", "description", "town", "postcode")
} | {
    "authority_code": "E06000047",
    "version": 7,
    "address_1": "12 Fernhill Road",
    "address_2": None,
    "uprn": "100110742042",
    "opening_hours": "Mo-Fr 09:00-17:00; PH off",
    "closures": [],
    "phone": "+44 191 498 0042",
    "email": None,
    "website": None,
    "step_free_entrance": True,
    "accessible_toilet": False,
    "hearing_loop": None,
    "quiet_space": None,
    "bsl": None,
    "languages": [],
    "lon": -1.576432,
    "lat": 54.776131,
    "easting": 427350.0,
    "northing": 542450.0,
    "location_source": "postcode",
    "location_quality_m": 50.0,
    "membership_status": "listed",
    "consent_on": "2026-01-05",
    "assurance": "fit",
    "valid_until": "2027-09-14",
    "last_audit": {
        "audited_on": "2026-09-14",
        "verdict": "fit",
        "valid_until": "2027-09-14",
        "auditor": "account:5",
        "signed_off_by": "account:6",
    },
    "is_published": True,
    "divisions": [
        {
            "gss_code": "E05009052",
            "name": "Durham South",
            "basis": "covers",
            "is_assigned": True,
            "distance_m": 212.4,
            "near_boundary": False,
            "postcode_disagrees": False,
            "decided_at": None,
            "decided_by": None,
        }
    ],
    "near_boundary": False,
    "postcode_disagrees": False,
    "change_waiting": False,
    "merged_into": None,
    "created_at": "2026-01-05T09:12:44Z",
    "updated_at": "2026-09-14T15:01:02Z",
    "contact_name": "A. Person",
    "contact_role": "Manager",
    "contact_phone": "+44 7700 900000",
    "contact_email": "a.person@example.org",
    "private_notes": None,
    "consent_by": "A. Person",
}
_CHANGE: dict[str, Any] = {
    "id": 7,
    "reference": "SP-0042",
    "name": "Fernhill Library",
    "base_version": 7,
    "current_version": 7,
    "reason": "The desk has moved",
    "proposed_by": "account:12",
    "proposed_at": "2026-11-20T09:00:00Z",
    "decision": None,
    "decided_by": None,
    "decided_at": None,
    "decision_reason": None,
    "current": {"town": "Durham"},
    "submitted": {"town": "Seaham"},
    "differences": [
        {"field": "town", "base": "Durham", "current": "Durham", "submitted": "Seaham", "is_conflict": False}
    ],
    "may_decide": True,
    "may_withdraw": False,
}
_DRAFT_EXAMPLE = {
    "name": "Fernhill Library",
    "kind": "library",
    "schemes": ["safe_place"],
    "postcode": "DH1 1RH",
    "opening_hours": "Mo-Fr 09:00-17:00; PH off",
    "step_free_entrance": True,
    "contact_name": "A. Person",
}


_NOT_SIGNED_IN = problem(
    "There is no key, or it is not good any more.",
    "not-signed-in",
    "Sign in first",
    401,
    "This API key is unknown, has expired or was revoked. Send a key that is in date as 'Authorization: Bearer spk_…'.",
)
_FORBIDDEN = problem(
    "The key has not the scope that this needs.",
    "forbidden",
    "You cannot do this",
    403,
    "This API key has no scope 'places:write'. Ask an administrator for a key with that scope.",
)
_UNKNOWN = problem(
    "There is no such place that the key may see.",
    "not-found",
    "Not found",
    404,
    "There is no place 'SP-9999' that you can see. Check the reference, which looks like SP-0042, or search.",
)
_MERGED_AWAY = problem(
    "The place was merged into another; Location leads to that one.",
    "place-merged",
    "This place was merged into another",
    301,
    "SP-0420 turned out to be the same place as SP-0042. Use SP-0042.",
    merged_into="SP-0042",
)
_CONFLICT = problem(
    "The register is in a state that does not allow it.",
    "conflict",
    "It conflicts with what the register holds",
    409,
    "SP-0042 is proposed and cannot become suspended. From there it can become: listed or withdrawn.",
)
_STALE = problem(
    "Somebody else changed it in the meantime: both versions, and fact by fact what differs. `base` is what both "
    "started from; `is_conflict` tells where both changed the same fact.",
    "stale-version",
    "Somebody else changed it in the meantime",
    412,
    "SP-0042 has version 8 by now. Compare the two versions, then send your change again, from the present version.",
    current={"town": "Durham", "phone": "+44 191 498 0042"},
    submitted={"town": "Seaham", "phone": None},
    differences=[
        {"field": "town", "base": "Consett", "current": "Durham", "submitted": "Seaham", "is_conflict": True},
        {"field": "phone", "base": None, "current": "+44 191 498 0042", "submitted": None, "is_conflict": False},
    ],
)
MEDIA_TYPE = problem(
    "The Content-Type is not one that is taken here.",
    "unsupported-media-type",
    "Unsupported Media Type",
    415,
    "Entity body in unsupported format.",
)
_FAULTY = problem(
    "Values are not valid; `errors` names every one of them and what to do.",
    "invalid-input",
    "A value is not valid",
    422,
    "These values are not valid: kind, phone. Each is explained with what to do about it.",
    errors=[
        {"field": "kind", "what": "There is no kind of premises 'libary'.", "remedy": "Did you mean library?"},
        {
            "field": "phone",
            "what": "This telephone number has too few or too many digits.",
            "remedy": "Give one number with its area code, such as 0191 496 0000.",
        },
    ],
)
_VERSION_REQUIRED = problem(
    "There is no If-Match.",
    "version-required",
    "Say which version you are changing",
    428,
    "This change does not say which version of the place it starts from. Read the place, and send its ETag as "
    "If-Match, so that nobody's work is lost.",
)
_UNAVAILABLE = problem(
    "The register cannot be reached; try again after Retry-After seconds.",
    "database-unavailable",
    "The register cannot be reached",
    503,
    "The register's database does not answer. Wait a minute and try again.",
)
_TOO_MANY = problem(
    "The key has been used as often as it may in this minute; Retry-After says how many seconds to wait.",
    "too-many-requests",
    "Too many requests",
    429,
    "This key may be used 600 times in a minute, and has been. Wait for the seconds of Retry-After.",
    retry_after=12,
)
ALWAYS: Responses = {401: _NOT_SIGNED_IN, 403: _FORBIDDEN, 422: _FAULTY, 429: _TOO_MANY, 503: _UNAVAILABLE}
"""What every request with a key may be answered."""
_OF_ONE: Responses = ALWAYS | {301: _MERGED_AWAY, 404: _UNKNOWN}
_OF_CHANGES: Responses = _OF_ONE | {409: _CONFLICT, 415: MEDIA_TYPE}

LIST: Responses = ALWAYS | {
    200: answer(
        "A page of the register. `next` (and the Link header) leads to the following page.",
        {"places": [PLACE], "next": None, "total": 1, "as_at": None},
    )
}
ONE: Responses = _OF_ONE | {200: answer("The place.", PLACE, etag=True)}
DUPLICATES: Responses = _OF_ONE | {
    200: answer(
        "The places that are probably the same.",
        {
            "places": [
                {
                    "reference": "SP-0420",
                    "name": "The Library, Fernhill",
                    "membership_status": "proposed",
                    "distance_m": 12.5,
                    "likeness": 0.79,
                    "same_uprn": False,
                }
            ]
        },
    )
}
LOCATION: Responses = ALWAYS | {
    200: answer(
        "What the location means.",
        {
            "lon": -1.576432,
            "lat": 54.776131,
            "easting": 427350.0,
            "northing": 542450.0,
            "grid_reference": "NZ 27350 42450",
            "location_source": "postcode",
            "location_quality_m": 50.0,
            "postcode": "DH1 1RH",
            "division": {
                "gss_code": "E05009052",
                "name": "Durham South",
                "basis": "covers",
                "is_assigned": True,
                "distance_m": 212.4,
            },
            "neighbours": [],
            "near_boundary": False,
            "postcode_disagrees": False,
            "distance_to_boundary_m": 212.4,
            "distance_to_postcode_m": 0.0,
            "is_far_from_postcode": False,
        },
    )
}
CREATED: Responses = ALWAYS | {
    201: answer("The new place.", PLACE | {"version": 1}, etag=True, location="/api/v1/register/places/SP-0042"),
    409: _CONFLICT,
    415: MEDIA_TYPE,
}
CHANGED: Responses = _OF_CHANGES | {
    200: answer("The place as it is now.", PLACE, etag=True),
    202: answer(
        "The change waits for a second person; the place is as it was.",
        PLACE | {"change_waiting": True},
        etag=True,
        location="/api/v1/places/changes/7",
    ),
    412: _STALE,
    428: _VERSION_REQUIRED,
}
MOVED: Responses = _OF_CHANGES | {200: answer("The place as it is now.", PLACE, etag=True), 412: _STALE}
MERGED: Responses = _OF_CHANGES | {200: answer("The place that stayed.", PLACE, etag=True)}
CHANGES: Responses = ALWAYS | {200: answer("The changes.", {"changes": [_CHANGE]})}
CHANGE: Responses = ALWAYS | {200: answer("The change.", _CHANGE), 404: _UNKNOWN}
DECIDED: Responses = _OF_CHANGES | {
    200: answer("The change as it was decided.", _CHANGE | {"decision": "approved", "decided_by": "account:13"}),
    412: _STALE,
}


_SCHEMA = flat_schema(PlaceDraft.model_json_schema())
_PATCH_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {name: _SCHEMA["properties"][name] for name in (*EDITABLE, "lon", "lat")},
}
_REASON = {"type": "string", "maxLength": 500, "description": "Why, for the place's history."}
_OPTIONAL_REASON = _REASON | {"type": ["string", "null"]}
_WHY = parameter("Change-Reason", "Why, for the place's history.", "The desk has moved")
_IF_MATCH = "The ETag of the version that the change starts from."
_SEEN = parameter("If-Match", _IF_MATCH, '"SP-0042.7"')

IDEMPOTENCY_KEY = parameter(
    "Idempotency-Key",
    "A random text. The same request with the same key can be sent again within a day: it has the same answer, "
    "and the work is done once.",
    '"9f1c2a60-6f1e-4c55-9e39-1f6f3a0e7d11"',
)

DRAFT: dict[str, Any] = body(("application/json",), _SCHEMA, _DRAFT_EXAMPLE, required=True) | {
    "parameters": [IDEMPOTENCY_KEY, _WHY]
}
PATCH: dict[str, Any] = body(
    ("application/merge-patch+json", "application/json"),
    _PATCH_SCHEMA,
    {"town": "Seaham", "phone": None},
    required=True,
) | {"parameters": [parameter("If-Match", _IF_MATCH, '"SP-0042.7"', required=True), _WHY]}
STATUS: dict[str, Any] = body(
    ("application/json",),
    object_schema(
        {"status": {"type": "string", "enum": list(MEMBERSHIP_TRANSITIONS)}, "reason": _REASON},
        required=("status", "reason"),
    ),
    {"status": "suspended", "reason": "Closed after a flood"},
    required=True,
) | {"parameters": [_SEEN]}
DIVISION: dict[str, Any] = body(
    ("application/json",),
    object_schema({"gss_code": {"type": ["string", "null"]}, "reason": _REASON}, required=("gss_code", "reason")),
    {"gss_code": "E05009052", "reason": "The entrance is on that side"},
    required=True,
)
MERGE: dict[str, Any] = body(
    ("application/json",),
    object_schema(
        {"into": {"type": "string", "description": "The place that stays."}, "reason": _REASON},
        required=("into", "reason"),
    ),
    {"into": "SP-0042", "reason": "The same building"},
    required=True,
)
REASON: dict[str, Any] = body(
    ("application/json",),
    object_schema({"reason": _OPTIONAL_REASON}, required=()),
    {"reason": "The number is that of the old desk"},
    required=False,
)
APPROVAL: dict[str, Any] = body(
    ("application/json",),
    object_schema(
        {
            "reason": _OPTIONAL_REASON,
            "version": {
                "type": ["integer", "null"],
                "description": "The present version, where the place has changed since.",
            },
        },
        required=(),
    ),
    {"version": 8},
    required=False,
)
