-- The role itself stays: other databases of the cluster may use it. All that it may do here goes.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', made.policyname, made.tablename);
    END LOOP;
    FOR made IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', made.relname);
    END LOOP;
    -- PostGIS and other extensions keep what they have.
    FOR made IN SELECT oid::regclass AS name, relkind FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S', 'p')
                  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = pg_class.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM safeplaces_web', CASE made.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, made.name);
    END LOOP;
    FOR made IN SELECT oid::regprocedure AS name FROM pg_proc AS p
                WHERE pronamespace = 'public'::regnamespace AND EXISTS (
                    SELECT FROM aclexplode(p.proacl) AS acl WHERE acl.grantee = 'safeplaces_web'::regrole)
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM safeplaces_web', made.name);
    END LOOP;
    IF (SELECT pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()) THEN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
    END IF;
END $$;
REVOKE USAGE ON SCHEMA public FROM safeplaces_web;
ALTER FUNCTION record_place_revision() SECURITY INVOKER RESET search_path;
ALTER FUNCTION bump_register_version() SECURITY INVOKER RESET search_path;
GRANT EXECUTE ON FUNCTION record_place_revision, bump_register_version TO PUBLIC;
DROP FUNCTION key_of, see_key, known_place, known_place_as_at, asking_authority, asking_role, keeps_register, reads_private;

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
CROSS JOIN LATERAL effective_audit(place.id, statement_timestamp()) AS audit
WHERE is_published(place.membership_status, place.consent_on, audit.verdict, audit.valid_until,
                   london_date(statement_timestamp()));

-- The id is the revision's own column, not one of the snapshot, so that asking for some places reads only their revisions.
CREATE OR REPLACE FUNCTION published_place_as_at(at timestamptz) RETURNS SETOF published_place LANGUAGE sql STABLE PARALLEL SAFE AS
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
DROP VIEW listed_revision;
DROP VIEW listed_place;
