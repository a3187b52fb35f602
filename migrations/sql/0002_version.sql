-- One row whose number grows with every change that may show in an answer. Its row lock puts writers in line, so numbers are in
-- the order of commits.
INSERT INTO register_version (only_row, version, changed_at) VALUES (true, 1, clock_timestamp());

CREATE FUNCTION bump_register_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE register_version SET version = version + 1, changed_at = clock_timestamp();
    RETURN NULL;
END $$;

DO $$
DECLARE
    changed text;
BEGIN
    FOREACH changed IN ARRAY ARRAY['authority', 'division_set', 'division', 'postcode_unit', 'premises_kind', 'scheme', 'place',
                                   'place_division', 'audit', 'councillor', 'term_of_office']
    LOOP
        EXECUTE format('CREATE TRIGGER bump_register_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION bump_register_version()', changed);
    END LOOP;
END $$;
