-- What the public may see. Every public read goes through published_place or published_place_as_at, and both go through
-- is_published: the one predicate.

CREATE FUNCTION london_date(at timestamptz) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (at AT TIME ZONE 'Europe/London')::date $$;

CREATE FUNCTION is_published(membership_status text, consent_on date, verdict text, valid_until date, on_date date)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT membership_status = 'listed' AND consent_on <= on_date AND verdict IN ('fit', 'fit_with_actions') AND valid_until >= on_date $$;
COMMENT ON FUNCTION is_published IS 'Listed, consented, fit or fit with actions, not lapsed. NULL (no consent, no audit) counts as no.';

CREATE FUNCTION assurance_of(verdict text, valid_until date, on_date date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE
       WHEN verdict IS NULL THEN 'unassessed'
       WHEN verdict = 'not_fit' THEN 'not_fit'
       WHEN valid_until < on_date THEN 'lapsed'
       WHEN valid_until < on_date + 60 THEN 'due'
       ELSE verdict
   END $$;
COMMENT ON FUNCTION assurance_of IS 'The assurance that follows from the newest effective audit and the date; due in the last 60 days.';

CREATE FUNCTION effective_audit(of_place bigint, at timestamptz) RETURNS SETOF audit LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS
$$ SELECT * FROM audit WHERE place_id = of_place AND effective_at <= at ORDER BY effective_at DESC, id DESC LIMIT 1 $$;
COMMENT ON FUNCTION effective_audit IS 'The newest audit of a place that was effective at a moment; no row where there was none.';

CREATE FUNCTION place_as_at(at timestamptz) RETURNS SETOF place LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT place.*
   FROM place_revision AS revision, jsonb_populate_record(NULL::place, revision.snapshot) AS place
   WHERE revision.recorded_at <= at AND (revision.superseded_at IS NULL OR revision.superseded_at > at) $$;
COMMENT ON FUNCTION place_as_at IS 'Every place as it stood at a moment.';

CREATE VIEW published_place AS
SELECT place.id, place.authority_code, place.reference, place.name, place.kind, place.schemes, place.offers,
       place.description, place.address_1, place.address_2, place.town, place.postcode, place.uprn, place.location,
       place.lon, place.lat, place.location_source, place.location_quality_m, place.opening_hours, place.closures,
       place.phone, place.email, place.website, place.step_free_entrance, place.accessible_toilet,
       place.hearing_loop, place.quiet_space, place.bsl, place.languages, place.version, place.created_at,
       place.updated_at, place.search,
       audit.verdict, audit.audited_on AS assessed_on, audit.valid_until,
       assurance_of(audit.verdict, audit.valid_until, london_date(statement_timestamp())) AS assurance
FROM place
CROSS JOIN LATERAL effective_audit(place.id, statement_timestamp()) AS audit
WHERE is_published(place.membership_status, place.consent_on, audit.verdict, audit.valid_until,
                   london_date(statement_timestamp()));

-- The id is the revision's own column, not one of the snapshot, so that asking for some places reads only their revisions.
CREATE FUNCTION published_place_as_at(at timestamptz) RETURNS SETOF published_place LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT revision.place_id, place.authority_code, place.reference, place.name, place.kind, place.schemes, place.offers,
       place.description, place.address_1, place.address_2, place.town, place.postcode, place.uprn, place.location,
       place.lon, place.lat, place.location_source, place.location_quality_m, place.opening_hours, place.closures,
       place.phone, place.email, place.website, place.step_free_entrance, place.accessible_toilet,
       place.hearing_loop, place.quiet_space, place.bsl, place.languages, place.version, place.created_at,
       place.updated_at, place.search,
          audit.verdict, audit.audited_on, audit.valid_until,
          assurance_of(audit.verdict, audit.valid_until, london_date(at))
   FROM place_revision AS revision
   CROSS JOIN LATERAL jsonb_populate_record(NULL::place, revision.snapshot) AS place
   CROSS JOIN LATERAL effective_audit(revision.place_id, at) AS audit
   WHERE revision.recorded_at <= at AND (revision.superseded_at IS NULL OR revision.superseded_at > at)
     AND is_published(place.membership_status, place.consent_on, audit.verdict, audit.valid_until, london_date(at)) $$;
