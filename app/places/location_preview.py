"""What a location means before a place is saved with it: its division and neighbours, and what is doubtful about it.

The rules are those of `geo.assignment`, for one position that is not in the register; a test holds the two together.
"""

from collections.abc import Mapping
from math import hypot
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.errors import Fault, FaultyFields, InvalidInput, NotFound
from app.places.changes import Located, locate
from app.places.drafts import PositionDraft, parse_position
from app.places.register_rules import sets_of_today
from app.places.work_schemas import LocationPreview, PreviewDivision
from geo.faults import GeographyError
from geo.grid_references import parse_grid_reference, to_grid_reference

FAR_FROM_POSTCODE_M = 2_000.0
"""Postcode units are small; rural ones reach a kilometre or so. Farther than this, one of the two is a mistake."""
DECIMALS = 6


def preview_location(session: Session, values: Mapping[str, Any]) -> LocationPreview:
    """What a location means.

    Args:
        session: where to read.
        values: by the names of `PositionDraft`, as texts or numbers (EPSG:27700 metres, CRS84 degrees); or
            `grid_reference` with letters (NZ 274 425), which stands for the middle of its square.

    Raises:
        FaultyFields: everything that is wrong with them; a postcode that is not held, a position outside Britain.
    """
    given = {name: value for name, value in values.items() if value not in {None, ""}}
    draft, faults = parse_position(_with_grid_reference(given))
    if draft is None:
        raise FaultyFields([Fault(*fault) for fault in faults])
    try:
        located = locate(session, draft)
        grid_reference = to_grid_reference(located.easting, located.northing)
    except (InvalidInput, NotFound, GeographyError) as error:
        raise FaultyFields([Fault(draft.locating_field, error.what, error.remedy)]) from error
    unit = session.connection().execute(_UNIT, {"postcode": draft.postcode}).one_or_none()
    distance_m = hypot(located.easting - unit.easting, located.northing - unit.northing) if unit else None
    linked = _divisions(session, located, draft, unit.division_code if unit else None)
    division = next((one for one in linked if one.is_assigned), None)
    return LocationPreview(
        lon=round(located.lon, DECIMALS),
        lat=round(located.lat, DECIMALS),
        easting=round(located.easting, 2),
        northing=round(located.northing, 2),
        grid_reference=grid_reference,
        location_source=draft.source,
        location_quality_m=draft.quality_m,
        postcode=draft.postcode,
        division=division,
        neighbours=[one for one in linked if not one.is_assigned],
        near_boundary=division is not None and division.distance_m < draft.quality_m,
        postcode_disagrees=_disagrees(linked, unit.division_code if unit else None),
        distance_to_boundary_m=division.distance_m if division else None,
        distance_to_postcode_m=round(distance_m, 1) if distance_m is not None else None,
        is_far_from_postcode=distance_m is not None and distance_m > FAR_FROM_POSTCODE_M,
    )


def _with_grid_reference(given: dict[str, Any]) -> dict[str, Any]:
    """The values with the grid reference in metres; its uncertainty is that of its square, if not given otherwise."""
    reference = given.pop("grid_reference", None)
    if reference is None:
        return given
    if not given.keys().isdisjoint({"easting", "northing"}):
        raise FaultyFields(
            [Fault("grid_reference", "There are both a grid reference and metres.", "Give one of them.")]
        )
    try:
        square = parse_grid_reference(str(reference)[:40])
    except GeographyError as error:
        raise FaultyFields([Fault("grid_reference", error.what, error.remedy)]) from error
    coarse = {"location_quality_m": round(square.uncertainty_m, 1)} if square.side_m > 1 else {}
    return coarse | given | {"easting": square.middle.easting, "northing": square.middle.northing}


def _divisions(session: Session, located: Located, draft: PositionDraft, official: str | None) -> list[PreviewDivision]:
    values = {
        "easting": located.easting,
        "northing": located.northing,
        "quality_m": draft.quality_m,
        "official": official,
        "sets": sets_of_today(session),
    }
    return [PreviewDivision.model_validate(row._asdict()) for row in session.connection().execute(_DIVISIONS, values)]


def _disagrees(linked: list[PreviewDivision], official: str | None) -> bool:
    """Whether the postcode's official division is one of today's, and not the one it would count in."""
    is_known = any(one.gss_code == official for one in linked)
    return is_known and not any(one.gss_code == official and one.is_assigned for one in linked)


_UNIT = text("SELECT easting, northing, division_code FROM postcode_unit WHERE postcode = :postcode")
_DIVISIONS = text("""
    WITH here AS (
        SELECT ST_SetSRID(ST_MakePoint(:easting, :northing), 27700) AS location,
               CAST(:quality_m AS double precision) AS quality_m
    ), near AS (
        SELECT piece.division_id, bool_or(ST_Covers(piece.geometry, here.location)) AS is_covered,
               min(ST_Distance(piece.geometry, here.location)) AS distance_m
        FROM here JOIN division_piece AS piece ON ST_DWithin(piece.geometry, here.location, here.quality_m)
        WHERE piece.division_set_id = ANY(CAST(:sets AS integer[]))
        GROUP BY piece.division_id
        HAVING bool_or(ST_Covers(piece.geometry, here.location))
            OR min(ST_Distance(piece.geometry, here.location)) < min(here.quality_m)
    ), judged AS (
        SELECT division.*, near.is_covered, near.distance_m,
               row_number() OVER (PARTITION BY division.division_set_id
                   ORDER BY near.is_covered DESC, near.distance_m, division.gss_code) = 1 AS is_assigned
        FROM near JOIN division ON division.id = near.division_id
        UNION ALL
        SELECT division.*, false, NULL, false
        FROM division LEFT JOIN near ON near.division_id = division.id
        WHERE division.gss_code = :official AND division.division_set_id = ANY(CAST(:sets AS integer[]))
          AND near.division_id IS NULL
    )
    SELECT judged.gss_code, judged.name, judged.is_assigned,
           CASE WHEN judged.is_assigned AND judged.is_covered THEN 'covers'
                WHEN judged.distance_m IS NOT NULL THEN 'near' ELSE 'postcode' END AS basis,
           round(CAST(CASE WHEN judged.is_covered THEN ST_Distance(ST_Boundary(judged.geometry), here.location)
                           ELSE coalesce(judged.distance_m, ST_Distance(judged.geometry, here.location)) END
                      AS numeric), 1) AS distance_m
    FROM judged CROSS JOIN here ORDER BY judged.is_assigned DESC, distance_m, judged.gss_code
""")
