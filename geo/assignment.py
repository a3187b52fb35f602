"""The statement that assigns places to the divisions of a set: the whole register, or some places, in one go.

For each place it links, in the set of the parameter `division_set_id`:

- the division that covers it (`covers`, assigned). On a shared edge that is the one whose code comes first, as in
  `geo.point_index`. A place just off the drawn coast, covered by none, goes to the nearest one within its location's
  uncertainty (`near`, assigned).
- each other division nearer than the location's uncertainty (`near`), and the one that is official for its postcode
  where that is yet another (`postcode`): their councillors see the place until an officer decides.
- instead of all these the division that an officer decided on (`decided`, assigned), as long as it would still be
  linked; a place that has moved away from the decision is assigned afresh.

`distance_m` is metres to that division's boundary where it covers the place, else metres to the division.
`near_boundary`: less than the location's uncertainty. `postcode_disagrees`: the postcode's official division is one of
this set, and not this one. (An official code of another set says nothing.)

Point work runs on `division_piece`, whose pieces have few vertices; the distance to a boundary needs the whole outline.
Old links go before new ones come: the INSERT counts the deleted rows first, since a place has one assigned division for
each set and the order of parts of one statement is otherwise undefined.
"""

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

_WHOLE_REGISTER = "true"
_SOME_PLACES = "place.id = ANY (:place_ids)"

# Outlines weigh kilobytes: they are joined last, so that no sort carries them. OFFSET 0 measures before grouping.
_STATEMENT = """
WITH scope AS MATERIALIZED (
    SELECT place.id AS place_id, place.location, place.location_quality_m AS quality_m,
           official.id AS official_id
    FROM place
    LEFT JOIN postcode_unit ON postcode_unit.postcode = place.postcode
    LEFT JOIN division AS official
           ON official.gss_code = postcode_unit.division_code AND official.division_set_id = :division_set_id
    WHERE {scope}
), piece_near AS (
    SELECT scope.place_id, piece.division_id, ST_Covers(piece.geometry, scope.location) AS is_covered,
           ST_Distance(piece.geometry, scope.location) AS distance_m, scope.quality_m
    FROM scope
    JOIN division_piece AS piece ON ST_DWithin(piece.geometry, scope.location, scope.quality_m)
    WHERE piece.division_set_id = :division_set_id
    OFFSET 0
), near AS MATERIALIZED (
    SELECT place_id, division_id, bool_or(is_covered) AS is_covered, min(distance_m) AS distance_m
    FROM piece_near GROUP BY place_id, division_id
    HAVING bool_or(is_covered) OR min(distance_m) < min(quality_m)
), judged AS MATERIALIZED (
    SELECT near.place_id, near.division_id, near.is_covered, near.distance_m,
           row_number() OVER (
               PARTITION BY near.place_id ORDER BY near.is_covered DESC, near.distance_m, division.gss_code
           ) = 1 AS is_best
    FROM near JOIN division ON division.id = near.division_id
    UNION ALL
    SELECT scope.place_id, scope.official_id, false, NULL, false
    FROM scope LEFT JOIN near ON near.place_id = scope.place_id AND near.division_id = scope.official_id
    WHERE scope.official_id IS NOT NULL AND near.place_id IS NULL
), decision AS MATERIALIZED (
    SELECT link.place_id, link.division_id, link.decided_at, link.decided_by
    FROM place_division AS link JOIN judged USING (place_id, division_id)
    WHERE link.division_set_id = :division_set_id AND link.basis = 'decided'
), removed AS (
    DELETE FROM place_division AS link USING scope
    WHERE link.place_id = scope.place_id AND link.division_set_id = :division_set_id
    RETURNING 1
), outline AS MATERIALIZED (
    SELECT id AS division_id, geometry, ST_Boundary(geometry) AS boundary
    FROM division WHERE division_set_id = :division_set_id
), located AS (
    SELECT judged.*, scope.location, scope.quality_m, judged.division_id <> scope.official_id AS is_disputed
    FROM judged JOIN scope USING (place_id)
    OFFSET 0
), link AS (
    SELECT located.place_id, located.division_id, located.is_covered, located.distance_m IS NOT NULL AS is_near,
           located.is_best, located.quality_m, located.is_disputed,
           CASE WHEN located.is_covered THEN ST_Distance(outline.boundary, located.location)
                ELSE coalesce(located.distance_m, ST_Distance(outline.geometry, located.location)) END AS distance_m
    FROM located JOIN outline USING (division_id)
    OFFSET 0
)
INSERT INTO place_division (place_id, division_id, division_set_id, basis, is_assigned, distance_m, near_boundary,
                            postcode_disagrees, decided_at, decided_by)
SELECT link.place_id, link.division_id, :division_set_id,
       CASE WHEN decision.division_id IS NOT NULL THEN 'decided'
            WHEN link.is_best AND link.is_covered THEN 'covers'
            WHEN link.is_near THEN 'near'
            ELSE 'postcode' END,
       link.is_best OR decision.division_id IS NOT NULL,
       link.distance_m, link.distance_m < link.quality_m,
       coalesce(link.is_disputed, false), decision.decided_at, decision.decided_by
FROM link LEFT JOIN decision USING (place_id)
WHERE (SELECT count(*) FROM removed) >= 0
  AND (decision.division_id IS NULL OR decision.division_id = link.division_id)
"""

ASSIGN_REGISTER: TextClause = text(_STATEMENT.format(scope=_WHOLE_REGISTER))
"""Assigns every place. Parameter: `division_set_id`. Its row count is the number of links made."""

ASSIGN_PLACES: TextClause = text(_STATEMENT.format(scope=_SOME_PLACES)).bindparams(
    bindparam("place_ids", type_=ARRAY(BigInteger))
)
"""Assigns the places of the parameter `place_ids` (a list of numbers). Parameters: `division_set_id`, `place_ids`."""
