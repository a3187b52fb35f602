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
