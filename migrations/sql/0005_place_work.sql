-- A merged place leads to the one that stayed, over any number of merges. Every asker may follow: what they then see of that
-- place is decided elsewhere. Merges never form a ring: a place that was merged is withdrawn, and nothing is merged into that.

CREATE FUNCTION surviving_place(of_place bigint) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH RECURSIVE step AS (
       SELECT of_place AS id, 0 AS steps
       UNION ALL
       SELECT place_merge.into_place_id, step.steps + 1 FROM step JOIN place_merge ON place_merge.place_id = step.id
       WHERE step.steps < 1000)
   SELECT id FROM step ORDER BY steps DESC LIMIT 1 $$;
COMMENT ON FUNCTION surviving_place IS 'The place that a place was merged into in the end; itself where it never was.';

CREATE FUNCTION keep_merges() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'A merge is never undone.' USING ERRCODE = 'SP001', HINT = 'Add the place anew: it gets a new reference.';
    END IF;
    IF (SELECT count(DISTINCT authority_code) FROM place WHERE id IN (NEW.place_id, NEW.into_place_id)) > 1 THEN
        RAISE EXCEPTION 'Places of two authorities cannot be merged.'
            USING ERRCODE = 'SP001', HINT = 'Withdraw one of them instead.';
    END IF;
    IF surviving_place(NEW.into_place_id) IN (NEW.place_id)
       OR (SELECT membership_status FROM place WHERE id = NEW.into_place_id) = 'withdrawn' THEN
        RAISE EXCEPTION 'A place cannot be merged into one that was withdrawn.'
            USING ERRCODE = 'SP001', HINT = 'Choose the place that stays.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_merges BEFORE INSERT OR UPDATE OR DELETE ON place_merge FOR EACH ROW EXECUTE FUNCTION keep_merges();

-- Answers to requests that may be sent again are kept for a day.
CREATE FUNCTION prune_idempotent_answers() RETURNS bigint LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH gone AS (DELETE FROM idempotent_answer WHERE created_at < statement_timestamp() - interval '1 day' RETURNING 1)
   SELECT count(*) FROM gone $$;

-- Which places have these words: by the indexes of words, parts of names and contacts. Row-level security keeps those indexes from a
-- role that it bounds, since their operators could tell what they compare: as the owner this takes milliseconds, else a second.
-- The web's role finds places of the authority that it is confined to, and contacts where that role reads them; what it then sees of
-- them, its policies say.
CREATE FUNCTION find_places(words text, part text, numbers text[], postcodes text[], in_contacts boolean)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
DECLARE
    is_bounded boolean := current_setting('role', true) = 'safeplaces_web';
    bound text := current_setting('safeplaces.authority', true);
BEGIN
    RETURN QUERY
    SELECT place.id FROM place
    WHERE place.id IN (
        SELECT found.id FROM place AS found WHERE found.search @@ websearch_to_tsquery('english', words)
        UNION ALL SELECT found.id FROM place AS found WHERE found.name ILIKE part
        UNION ALL SELECT found.id FROM place AS found WHERE words <% found.name
        UNION ALL SELECT found.id FROM place AS found WHERE found.reference = ANY(numbers)
        UNION ALL SELECT found.id FROM place AS found WHERE cardinality(postcodes) > 0 AND found.postcode LIKE ANY(postcodes)
        UNION ALL SELECT private.place_id FROM place_private AS private
            WHERE in_contacts AND private.contact_name ILIKE part
              AND (NOT is_bounded OR current_setting('safeplaces.role', true) IN ('auditor', 'officer', 'administrator')))
      AND (NOT is_bounded OR place.authority_code = bound);
END $$;
