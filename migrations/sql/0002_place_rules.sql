-- Places are never deleted, keep their reference, and move along the allowed transitions. Every insert and update appends a
-- revision that says who did it, through what, and why (see WriteSession.record_as). SP001 marks messages written for people.

CREATE FUNCTION keep_place_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Place % cannot be deleted.', OLD.reference
            USING ERRCODE = 'SP001', HINT = 'Withdraw it instead: its reference is never used again.';
    END IF;
    IF NEW.reference <> OLD.reference OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'The reference of place % cannot change.', OLD.reference
            USING ERRCODE = 'SP001', HINT = 'Add a new place instead.';
    END IF;
    IF NEW.membership_status <> OLD.membership_status AND NOT EXISTS (
        SELECT FROM membership_transition WHERE before = OLD.membership_status AND after = NEW.membership_status
    ) THEN
        RAISE EXCEPTION 'Place % is % and cannot become %.', OLD.reference, OLD.membership_status, NEW.membership_status
            USING ERRCODE = 'SP001', HINT = 'See the membership status in the documentation for the moves that are allowed.';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER keep_place_rules BEFORE UPDATE OR DELETE ON place FOR EACH ROW EXECUTE FUNCTION keep_place_rules();

CREATE FUNCTION record_place_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    unknown_scheme text;
BEGIN
    SELECT code INTO unknown_scheme FROM new_place, unnest(new_place.schemes) AS code
    WHERE code NOT IN (SELECT scheme.code FROM scheme) LIMIT 1;
    IF unknown_scheme IS NOT NULL THEN
        RAISE EXCEPTION 'There is no scheme "%".', unknown_scheme
            USING ERRCODE = 'SP001', HINT = 'Use the code of one of the schemes of the register.';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        UPDATE place_revision SET superseded_at = moment
        FROM new_place WHERE place_revision.place_id = new_place.id AND place_revision.superseded_at IS NULL;
    END IF;
    INSERT INTO place_revision (place_id, version, recorded_at, actor, via, reason, snapshot)
    SELECT id, version, moment,
           coalesce(nullif(current_setting('safeplaces.actor', true), ''), session_user),
           coalesce(nullif(current_setting('safeplaces.via', true), ''), 'database'),
           nullif(current_setting('safeplaces.reason', true), ''),
           to_jsonb(new_place) - 'search' - 'location' || jsonb_build_object('location', location::text, 'search', search::text)
    FROM new_place;
    RETURN NULL;
END $$;

CREATE TRIGGER record_place_insert AFTER INSERT ON place REFERENCING NEW TABLE AS new_place
    FOR EACH STATEMENT EXECUTE FUNCTION record_place_revision();
CREATE TRIGGER record_place_update AFTER UPDATE ON place REFERENCING NEW TABLE AS new_place
    FOR EACH STATEMENT EXECUTE FUNCTION record_place_revision();

CREATE FUNCTION keep_revisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
       AND to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Revisions are never changed or deleted.' USING ERRCODE = 'SP001', HINT = 'Change the place: a new revision is added.';
END $$;

CREATE TRIGGER keep_revisions BEFORE UPDATE OR DELETE ON place_revision FOR EACH ROW EXECUTE FUNCTION keep_revisions();

-- An effective audit never changes; a correction is a new audit.
CREATE FUNCTION keep_effective_audits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.effective_at IS NOT NULL THEN
        RAISE EXCEPTION 'An audit that has been signed off cannot be changed or deleted.'
            USING ERRCODE = 'SP001', HINT = 'Correct it with a new audit.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER keep_effective_audits BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION keep_effective_audits();
