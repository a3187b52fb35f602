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

_STATEMENT = """
WITH scope AS MATERIALIZED (
    SELECT place.id AS place_id, place.location, place.location_quality_m AS quality_m,
           postcode_unit.division_code AS official_code
    FROM place LEFT JOIN postcode_unit ON postcode_unit.postcode = place.postcode
    WHERE {scope}
), outline AS MATERIALIZED (
    SELECT id AS division_id, gss_code, geometry, ST_Boundary(geometry) AS boundary
    FROM division WHERE division_set_id = :division_set_id
), near AS MATERIALIZED (
    SELECT scope.place_id, piece.division_id, bool_or(ST_Covers(piece.geometry, scope.location)) AS is_covered,
           min(ST_Distance(piece.geometry, scope.location)) AS distance_m
    FROM scope
    JOIN division_piece AS piece ON ST_DWithin(piece.geometry, scope.location, scope.quality_m)
    WHERE piece.division_set_id = :division_set_id
    GROUP BY scope.place_id, piece.division_id
), candidate AS (
    SELECT near.place_id, near.division_id, near.is_covered, near.distance_m
    FROM near JOIN scope USING (place_id)
    WHERE near.is_covered OR near.distance_m < scope.quality_m
    UNION ALL
    SELECT scope.place_id, outline.division_id, false, ST_Distance(outline.geometry, scope.location)
    FROM scope JOIN outline ON outline.gss_code = scope.official_code
    WHERE NOT EXISTS (
        SELECT FROM near
        WHERE near.place_id = scope.place_id AND near.division_id = outline.division_id
          AND (near.is_covered OR near.distance_m < scope.quality_m)
    )
), judged AS MATERIALIZED (
    SELECT candidate.place_id, candidate.division_id, candidate.is_covered,
           CASE WHEN candidate.is_covered THEN ST_Distance(outline.boundary, scope.location)
                ELSE candidate.distance_m END AS distance_m,
           scope.quality_m,
           (candidate.is_covered OR candidate.distance_m < scope.quality_m) AND row_number() OVER (
               PARTITION BY candidate.place_id
               ORDER BY candidate.is_covered DESC, candidate.distance_m, outline.gss_code
           ) = 1 AS is_best,
           outline.gss_code <> scope.official_code
               AND scope.official_code IN (SELECT gss_code FROM outline) AS is_disputed
    FROM candidate JOIN scope USING (place_id) JOIN outline USING (division_id)
), decision AS MATERIALIZED (
    SELECT link.place_id, link.division_id, link.decided_at, link.decided_by
    FROM place_division AS link JOIN judged USING (place_id, division_id)
    WHERE link.division_set_id = :division_set_id AND link.basis = 'decided'
), removed AS (
    DELETE FROM place_division AS link USING scope
    WHERE link.place_id = scope.place_id AND link.division_set_id = :division_set_id
    RETURNING 1
)
INSERT INTO place_division (place_id, division_id, division_set_id, basis, is_assigned, distance_m, near_boundary,
                            postcode_disagrees, decided_at, decided_by)
SELECT judged.place_id, judged.division_id, :division_set_id,
       CASE WHEN decision.division_id IS NOT NULL THEN 'decided'
            WHEN judged.is_best AND judged.is_covered THEN 'covers'
            WHEN judged.is_covered OR judged.distance_m < judged.quality_m THEN 'near'
            ELSE 'postcode' END,
       judged.is_best OR decision.division_id IS NOT NULL,
       judged.distance_m, judged.distance_m < judged.quality_m,
       coalesce(judged.is_disputed, false), decision.decided_at, decision.decided_by
FROM judged LEFT JOIN decision USING (place_id)
WHERE (SELECT count(*) FROM removed) >= 0
  AND (decision.division_id IS NULL OR decision.division_id = judged.division_id)
"""

ASSIGN_REGISTER: TextClause = text(_STATEMENT.format(scope=_WHOLE_REGISTER))
"""Assigns every place. Parameter: `division_set_id`. Its row count is the number of links made."""

ASSIGN_PLACES: TextClause = text(_STATEMENT.format(scope=_SOME_PLACES)).bindparams(
    bindparam("place_ids", type_=ARRAY(BigInteger))
)
"""Assigns the places of the parameter `place_ids` (a list of numbers). Parameters: `division_set_id`, `place_ids`."""
