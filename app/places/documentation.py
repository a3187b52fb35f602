"""What the API's description says of the answers about places: formats, examples, and what can go wrong."""

from typing import Any

PLACE: dict[str, Any] = {
    "reference": "SP-0042",
    "name": "Fernhill Library",
    "kind": "library",
    "kind_label": "Library",
    "schemes": ["safe_place", "reporting_centre"],
    "offers": ["wait_inside", "call_someone", "toilet"],
    "description": "Ask at the desk on the ground floor.",
    "address": ["12 Fernhill Road"],
    "town": "Durham",
    "postcode": "DH1 1RH",
    "uprn": "100110742042",
    "phone": "0191 498 0042",
    "email": "help@fernhill.example",
    "website": "https://fernhill.example",
    "opening_hours": "Mo-Fr 09:00-17:00; Sa 10:00-12:00; PH off",
    "closures": [{"first_day": "2026-12-24", "last_day": "2026-12-31", "reason": "New heating"}],
    "accessibility": {
        "step_free_entrance": True,
        "accessible_toilet": False,
        "hearing_loop": None,
        "quiet_space": True,
        "bsl": None,
        "languages": ["Polish"],
    },
    "assurance": "fit",
    "assessed_on": "2026-09-14",
    "valid_until": "2027-09-14",
    "division": {"gss_code": "E05009052", "name": "Durham South"},
    "location_source": "postcode",
    "location_quality_m": 50.0,
    "easting": 427350.0,
    "northing": 542450.0,
    "url": "https://example.org/places/SP-0042",
}
_POSITION = {"lon": -1.576432, "lat": 54.776131}
_NOTICES = [
    {
        "code": "boundaries-out-of-force",
        "text": "Electoral divisions are those in force until 1 May 2025, the newest held.",
        "attribution": None,
    }
]
_BESIDE = {
    "numberReturned": 1,
    "next": "https://example.org/api/v1/places?limit=1&cursor=WzQyXQ",
    "notices": _NOTICES,
    "as_at": None,
    "origin": None,
}
_FEATURE = {
    "type": "Feature",
    "id": "SP-0042",
    "geometry": {"type": "Point", "coordinates": [_POSITION["lon"], _POSITION["lat"]]},
    "properties": PLACE,
}
_CSV = {
    "schema": {"type": "string"},
    "example": "reference,name,kind,…\r\nSP-0042,Fernhill Library,library,…\r\n",
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def problem(description: str, slug: str, title: str, status: int, detail: str, **members: object) -> dict[str, Any]:
    """An answer that tells of a problem, with an example of it."""
    example = {"type": f"/problems#{slug}", "title": title, "status": status, "detail": detail} | members
    schema = {
        "type": "object",
        "title": "Problem details (RFC 9457)",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "description": "Names the kind of problem; leads to its explanation."},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong, and what to do."},
            "errors": {
                "type": "array",
                "description": "Single values at fault.",
                "items": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("field", "what", "remedy")},
                },
            },
        },
    }
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }


_NOT_MODIFIED = {"description": "Not modified: the asker's copy (If-None-Match) is still right."}
_REFUSED = problem(
    "A value or a parameter is not valid; the answer says which, and what to do.",
    "invalid-input",
    "A value is not valid",
    422,
    "Longitude and latitude look swapped. Longitude comes first: try -1.5757,54.7761.",
    errors=[
        {
            "field": "near",
            "what": "Longitude and latitude look swapped.",
            "remedy": "Longitude comes first: try -1.5757,54.7761.",
        }
    ],
)
_NOT_ACCEPTABLE = problem(
    "None of the formats in Accept is available.",
    "not-acceptable",
    "Format not available",
    406,
    "None of the formats that you accept is available here. Ask for one of: application/json, application/geo+json.",
)
_UNAVAILABLE = problem(
    "The register cannot be reached; try again after Retry-After seconds.",
    "database-unavailable",
    "The register cannot be reached",
    503,
    "The register's database does not answer. Wait a minute and try again.",
)


def _unknown(what: str, detail: str) -> dict[str, Any]:
    return problem(what, "not-found", "Not found", 404, detail)


LIST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page of published places. `next` (and the Link header) leads to the following page.",
        "content": {
            "application/json": {
                "schema": _ref("PlaceList"),
                "example": {"places": [PLACE | _POSITION]} | _BESIDE,
            },
            "application/geo+json": {
                "schema": _ref("PlaceFeatureCollection"),
                "example": {"type": "FeatureCollection", "features": [_FEATURE]} | _BESIDE,
            },
            "text/csv": _CSV,
        },
    },
    304: _NOT_MODIFIED,
    404: _unknown(
        "There is no such division or postcode.", "There is no electoral division 'E05000000' on 2026-11-23."
    ),
    406: _NOT_ACCEPTABLE,
    422: _REFUSED,
    503: _UNAVAILABLE,
}

ONE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The place.",
        "content": {
            "application/json": {"example": PLACE | _POSITION | {"notices": _NOTICES}},
            "application/geo+json": {"schema": _ref("PlaceFeature"), "example": _FEATURE | {"notices": _NOTICES}},
            "text/csv": _CSV,
        },
    },
    304: _NOT_MODIFIED,
    404: _unknown("There is no place of that reference that ever was public.", "There is no place 'SP-9999'."),
    406: _NOT_ACCEPTABLE,
    410: problem(
        "The place was public once and is not any more; `nearest` holds published places to go to instead.",
        "place-gone",
        "This place is no longer listed",
        410,
        "SP-0042 is no longer on the list of safe places. Choose one of the nearest places instead.",
        nearest=[PLACE | _POSITION | {"reference": "SP-0007", "distance_m": 412.3}],
    ),
    422: _REFUSED,
    503: _UNAVAILABLE,
}
