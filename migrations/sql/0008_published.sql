-- What the public sees, for a role that reads no table of places: a view reads with its owner's rights, but what a function in it
-- reads is read with the asker's. So the newest audit is looked up in the view itself.
CREATE OR REPLACE VIEW published_place AS
SELECT place.id, place.authority_code, place.reference, place.name, place.kind, place.schemes, place.offers,
       place.description, place.address_1, place.address_2, place.town, place.postcode, place.uprn, place.location,
       place.lon, place.lat, place.location_source, place.location_quality_m, place.opening_hours, place.closures,
       place.phone, place.email, place.website, place.step_free_entrance, place.accessible_toilet,
       place.hearing_loop, place.quiet_space, place.bsl, place.languages, place.version, place.created_at,
       place.updated_at, place.search,
       audit.verdict, audit.audited_on AS assessed_on, audit.valid_until,
       assurance_of(audit.verdict, audit.valid_until, london_date(statement_timestamp())) AS assurance
FROM place
CROSS JOIN LATERAL (
    SELECT newest.verdict, newest.audited_on, newest.valid_until FROM audit AS newest
    WHERE newest.place_id = place.id AND newest.effective_at <= statement_timestamp()
    ORDER BY newest.effective_at DESC, newest.id DESC LIMIT 1) AS audit
WHERE is_published(place.membership_status, place.consent_on, audit.verdict, audit.valid_until,
                   london_date(statement_timestamp()));

-- Which places can be published at all, by where they are: lists follow its index and then ask published_place for each.
CREATE VIEW listed_place AS
SELECT id, location, lon, lat FROM place WHERE membership_status = 'listed' AND consent_on IS NOT NULL;
COMMENT ON VIEW listed_place IS 'Listed and consented; whether the assurance has not lapsed is for published_place to say.';

-- What was public during [recorded_at, superseded_at) and [audited_at, audit_superseded_at), as far as it can have been.
CREATE VIEW listed_revision AS
SELECT revision.place_id, revision.recorded_at, revision.superseded_at, revision.snapshot,
       audit.verdict, audit.audited_on, audit.valid_until, audit.effective_at AS audited_at, audit.audit_superseded_at
FROM place_revision AS revision
CROSS JOIN LATERAL (
    SELECT dated.verdict, dated.audited_on, dated.valid_until, dated.effective_at,
           lead(dated.effective_at) OVER (ORDER BY dated.effective_at, dated.id) AS audit_superseded_at
    FROM audit AS dated WHERE dated.place_id = revision.place_id AND dated.effective_at IS NOT NULL) AS audit
WHERE revision.snapshot ->> 'membership_status' = 'listed' AND revision.snapshot ->> 'consent_on' IS NOT NULL;

CREATE OR REPLACE FUNCTION published_place_as_at(at timestamptz) RETURNS SETOF published_place LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT revision.place_id, place.authority_code, place.reference, place.name, place.kind, place.schemes, place.offers,
       place.description, place.address_1, place.address_2, place.town, place.postcode, place.uprn, place.location,
       place.lon, place.lat, place.location_source, place.location_quality_m, place.opening_hours, place.closures,
       place.phone, place.email, place.website, place.step_free_entrance, place.accessible_toilet,
       place.hearing_loop, place.quiet_space, place.bsl, place.languages, place.version, place.created_at,
       place.updated_at, place.search,
       revision.verdict, revision.audited_on, revision.valid_until,
       assurance_of(revision.verdict, revision.valid_until, london_date(at))
   FROM listed_revision AS revision
   CROSS JOIN LATERAL jsonb_populate_record(NULL::place, revision.snapshot) AS place
   WHERE revision.recorded_at <= at AND (revision.superseded_at IS NULL OR revision.superseded_at > at)
     AND revision.audited_at <= at AND (revision.audit_superseded_at IS NULL OR revision.audit_superseded_at > at)
     AND is_published(place.membership_status, place.consent_on, revision.verdict, revision.valid_until, london_date(at)) $$;

-- Whether a reference was ever given out. Where the place is, is told only of those that were once listed with consent:
-- who asks for one that is gone is led to the places around it.
CREATE FUNCTION known_place(asked_reference text) RETURNS TABLE (id bigint, easting double precision, northing double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT place.id, CASE WHEN once.listed THEN ST_X(place.location) END, CASE WHEN once.listed THEN ST_Y(place.location) END
    FROM place CROSS JOIN LATERAL (
        SELECT (place.membership_status = 'listed' AND place.consent_on IS NOT NULL) OR EXISTS (
            SELECT FROM place_revision AS revision WHERE revision.place_id = place.id
              AND revision.snapshot ->> 'membership_status' = 'listed' AND revision.snapshot ->> 'consent_on' IS NOT NULL
        ) AS listed) AS once
    WHERE place.reference = asked_reference;
END $$;

-- The same at a moment: where the place was then, if it had been listed with consent by then.
CREATE FUNCTION known_place_as_at(asked_reference text, at timestamptz)
RETURNS TABLE (id bigint, easting double precision, northing double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT place.id, CASE WHEN once.listed THEN ST_X(was.location) END, CASE WHEN once.listed THEN ST_Y(was.location) END
    FROM place
    JOIN place_revision AS stood ON stood.place_id = place.id AND stood.recorded_at <= at
        AND (stood.superseded_at IS NULL OR stood.superseded_at > at)
    CROSS JOIN LATERAL jsonb_populate_record(NULL::place, stood.snapshot) AS was
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM place_revision AS revision WHERE revision.place_id = place.id AND revision.recorded_at <= at
              AND revision.snapshot ->> 'membership_status' = 'listed' AND revision.snapshot ->> 'consent_on' IS NOT NULL
        ) AS listed) AS once
    WHERE place.reference = asked_reference;
END $$;
