-- The register at any moment. Rows of these tables say since when they stand (recorded_at); what they were before lies in
-- row_history. Both moments are those of the statement, so that a statement which deletes and inserts leaves no gap.

CREATE FUNCTION keep_row_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - 'recorded_at' = to_jsonb(OLD) - 'recorded_at' THEN
        NEW.recorded_at := OLD.recorded_at;
        RETURN NEW;
    END IF;
    NEW.recorded_at := statement_timestamp();
    IF OLD.recorded_at < NEW.recorded_at THEN
        INSERT INTO row_history (relation, key, recorded_at, superseded_at, snapshot)
        VALUES (TG_TABLE_NAME, (to_jsonb(OLD) ->> TG_ARGV[0])::bigint, OLD.recorded_at, NEW.recorded_at,
                to_jsonb(OLD) - '{email,phone}'::text[]);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_deleted_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO row_history (relation, key, recorded_at, superseded_at, snapshot)
    SELECT TG_TABLE_NAME, (row ->> TG_ARGV[0])::bigint, (row ->> 'recorded_at')::timestamptz, statement_timestamp(),
           row - '{email,phone}'::text[]
    FROM (SELECT to_jsonb(deleted) AS row FROM deleted) AS rows
    WHERE (row ->> 'recorded_at')::timestamptz < statement_timestamp();
    RETURN NULL;
END $$;

CREATE FUNCTION keep_row_history_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What rows were before is never changed or deleted.' USING ERRCODE = 'SP001', HINT = 'Change the row itself.';
END $$;
CREATE TRIGGER keep_row_history_for_ever BEFORE UPDATE OR DELETE ON row_history
    FOR EACH ROW EXECUTE FUNCTION keep_row_history_for_ever();
CREATE TRIGGER keep_all_row_history BEFORE TRUNCATE ON row_history
    FOR EACH STATEMENT EXECUTE FUNCTION keep_row_history_for_ever();

DO $$
DECLARE
    kept record;
BEGIN
    FOR kept IN SELECT * FROM (VALUES ('division_set', 'id'), ('place_division', 'place_id'), ('councillor', 'id'),
                                      ('term_of_office', 'id')) AS tables (name, key)
    LOOP
        EXECUTE format('CREATE TRIGGER keep_row_history BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION keep_row_history(%L)',
                       kept.name, kept.key);
        EXECUTE format('CREATE TRIGGER keep_deleted_rows AFTER DELETE ON %I REFERENCING OLD TABLE AS deleted '
                       'FOR EACH STATEMENT EXECUTE FUNCTION keep_deleted_rows(%L)', kept.name, kept.key);
        EXECUTE format($make$
            CREATE FUNCTION %1$I(at timestamptz) RETURNS SETOF %2$I LANGUAGE sql STABLE PARALLEL SAFE AS
            $body$ SELECT now.* FROM %2$I AS now WHERE now.recorded_at <= at
                   UNION ALL
                   SELECT was.* FROM row_history AS history, jsonb_populate_record(NULL::%2$I, history.snapshot) AS was
                   WHERE history.relation = %2$L AND history.recorded_at <= at AND history.superseded_at > at $body$
        $make$, kept.name || '_as_at', kept.name);
    END LOOP;
END $$;

-- Links of one place, by the index of row_history.
CREATE FUNCTION place_links_as_at(of_place bigint, at timestamptz) RETURNS SETOF place_division LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT now.* FROM place_division AS now WHERE now.place_id = of_place AND now.recorded_at <= at
   UNION ALL
   SELECT was.* FROM row_history AS history, jsonb_populate_record(NULL::place_division, history.snapshot) AS was
   WHERE history.relation = 'place_division' AND history.key = of_place
     AND history.recorded_at <= at AND history.superseded_at > at $$;

-- The sets that were active at a moment, as was known then. Before an authority's first set became active here, those
-- that are active now answer: whoever asks for the boundaries of 2015 wants those of 2015, though nobody had loaded them.
CREATE FUNCTION active_set_as_at(at timestamptz) RETURNS SETOF division_set LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT known.* FROM division_set_as_at(at) AS known WHERE known.status = 'active'
   UNION ALL
   SELECT now.* FROM division_set AS now
   WHERE now.status = 'active'
     AND NOT EXISTS (SELECT FROM division_set AS early WHERE early.authority_code = now.authority_code
                     AND early.status = 'active' AND early.recorded_at <= at)
     AND NOT EXISTS (SELECT FROM row_history AS early WHERE early.relation = 'division_set' AND early.recorded_at <= at
                     AND early.snapshot ->> 'authority_code' = now.authority_code AND early.snapshot ->> 'status' = 'active') $$;
COMMENT ON FUNCTION active_set_as_at IS 'Division sets that answered at a moment; before an authority had any, those of now.';

-- Where a merged place led at a moment: merges are never undone, so that those until then are what was known.
CREATE FUNCTION surviving_place_as_at(of_place bigint, at timestamptz) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH RECURSIVE step AS (
       SELECT of_place AS id, 0 AS steps
       UNION ALL
       SELECT place_merge.into_place_id, step.steps + 1 FROM step JOIN place_merge ON place_merge.place_id = step.id
       WHERE place_merge.merged_at <= at AND step.steps < 1000)
   SELECT id FROM step ORDER BY steps DESC LIMIT 1 $$;
COMMENT ON FUNCTION surviving_place_as_at IS 'The place that a place had been merged into by a moment; itself where it had not been.';
