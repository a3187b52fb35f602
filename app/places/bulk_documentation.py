"""What the API's description says of changes of many places and of saved views: bodies, examples, what can go wrong."""

from typing import Any

from app.places.bulk_requests import BulkAsked, BulkConfirmed
from app.places.describing import Responses, answer, body, flat_schema, object_schema
from app.places.documentation import problem
from app.places.register_documentation import ALWAYS, IDEMPOTENCY_KEY, MEDIA_TYPE
from app.places.saved_views import LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS
from app.places.work_schemas import SavedSearch

_TOKEN = "9b2f7f0c1f0e4d7a8c55d1b0f6a3e2c49b2f7f0c1f0e4d7a8c55d1b0f6a3e2c4"  # noqa: S105 - an example that opens nothing
_ACTION = {"kind": "status", "value": "suspended", "reason": "Closed after a flood"}
_ROW: dict[str, Any] = {
    "reference": "SP-0042",
    "name": "Fernhill Library",
    "version": 7,
    "before": "Listed",
    "after": "Suspended",
    "changes": True,
    "waits": False,
    "fault": None,
    "remedy": None,
}
_BLOCKED = _ROW | {
    "reference": "SP-0420",
    "name": "The Library, Fernhill",
    "version": 1,
    "before": "Proposed",
    "changes": False,
    "fault": "It is proposed and cannot become suspended.",
    "remedy": "It can become: listed or withdrawn.",
}
_VIEW = {"id": 3, "name": "Near a boundary", "query": "flag=near_boundary&sort=town"}

_OF_BULK: Responses = ALWAYS | {
    415: MEDIA_TYPE,
    422: problem(
        "Values are not valid, or places stand in the way; `errors` names every one of them and what to do.",
        "invalid-input",
        "A value is not valid",
        422,
        "These values are not valid: SP-0420. Each is explained with what to do about it.",
        errors=[
            {
                "field": "SP-0420",
                "what": "It is proposed and cannot become suspended.",
                "remedy": "It can become: listed or withdrawn.",
            }
        ],
    ),
}
PREVIEWED: Responses = _OF_BULK | {
    200: answer(
        "What would happen. A row with a `fault` stands in the way of the whole.",
        {"action": _ACTION, "rows": [_ROW, _BLOCKED], "token": _TOKEN},
    )
}
APPLIED: Responses = _OF_BULK | {
    200: answer("It is done, to all of the places.", {"changed": 12, "waiting": 0}),
    409: problem(
        "The places are no longer those of the preview, or have other versions; nothing was done.",
        "conflict",
        "It conflicts with what the register holds",
        409,
        "These places have changed since they were shown to you. Look at the preview again, then confirm it.",
    ),
}
VIEWS: Responses = ALWAYS | {200: answer("The views.", {"views": [_VIEW]})}
VIEW_SAVED: Responses = ALWAYS | {
    200: answer("The view, which had the name before.", _VIEW) | {"model": SavedSearch},
    201: answer("The new view.", _VIEW),
    409: problem(
        "There are as many views as one account may have.",
        "conflict",
        "It conflicts with what the register holds",
        409,
        f"You have {MOST_VIEWS} views already. Delete one that you no longer need.",
    ),
    415: MEDIA_TYPE,
}
VIEW_DELETED: Responses = ALWAYS | {
    204: {"description": "It is gone."},
    404: problem(
        "There is no view of that number among those of the key's account.",
        "not-found",
        "Not found",
        404,
        "You have no such view. It may have been deleted already.",
    ),
}

_BY_REFERENCE = {"references": ["SP-0042", "SP-0420"], "action": _ACTION}
_BY_QUERY = {"query": "status=listed&division=E05009052", "action": _ACTION, "token": _TOKEN}
_JSON = ("application/json",)
PREVIEW: dict[str, Any] = body(_JSON, flat_schema(BulkAsked.model_json_schema()), _BY_REFERENCE, required=True)
APPLY: dict[str, Any] = body(_JSON, flat_schema(BulkConfirmed.model_json_schema()), _BY_QUERY, required=True) | {
    "parameters": [IDEMPOTENCY_KEY]
}
VIEW: dict[str, Any] = body(
    _JSON,
    object_schema(
        {
            "name": {"type": "string", "minLength": 1, "description": f"At most {LONGEST_NAME} characters."},
            "query": {
                "type": ["string", "null"],
                "maxLength": LONGEST_QUERY,
                "description": "A query string of /api/v1/register/places; empty or left out: all places.",
            },
        },
        required=("name",),
    ),
    {"name": "Near a boundary", "query": "flag=near_boundary&sort=town"},
    required=True,
)
