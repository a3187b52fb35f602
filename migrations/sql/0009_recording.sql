-- What appends to the ledger: triggers for each statement, whether it changes one row or a hundred thousand. `record_table` writes
-- the function of a table from the pieces in which tables differ; a migration that adds a column to a recorded table calls
-- `record_table` again with the same pieces (tests/rules/test_ledger_recorded.py finds a column that was forgotten).

CREATE PROCEDURE record_table(
    recorded regclass,
    concept text,           -- what the entries are about
    chain text,             -- expression: whose chain; {row} is the row
    subject text,           -- expression: what the entry is about
    key text,               -- columns by which the row before is found
    left_out text,          -- columns that are not recorded, besides the key
    joined text DEFAULT '', -- FROM clause: what chain, subject and person need besides the row
    personal text DEFAULT '', -- columns about a person
    person text DEFAULT '', -- expression: which person
    added_whole boolean DEFAULT false, -- a row that is added is one value, {"facts": [null, {…}]}, not one for each field
    added boolean DEFAULT true, -- whether rows that are added and removed are recorded
    changed_where text DEFAULT 'true',
    also text DEFAULT '''{}''::jsonb' -- expression: what is told besides, as {field: [before, after]}
) LANGUAGE plpgsql AS $make$
DECLARE
    name text := 'record_' || recorded;
    columns text;
    on_key text;
    body text := '';
    operation text;
    source text;
    done text;
    personal_list text := quote_literal(string_to_array(personal, ' ')::text);
    is_personal boolean := personal <> '';
BEGIN
    SELECT string_agg(CASE WHEN attribute.atttypid = 'geometry'::regtype  -- as metres that people can read
                      THEN format('round(ST_X({row}.%1$I)::numeric, 2) AS easting, round(ST_Y({row}.%1$I)::numeric, 2) AS northing', attname)
                      ELSE format('{row}.%I', attname) END, ', ' ORDER BY attnum)
    INTO columns FROM pg_attribute AS attribute
    WHERE attrelid = recorded AND attnum > 0 AND NOT attisdropped AND attname <> ALL (string_to_array(left_out, ' '));
    SELECT string_agg(format('o.%1$I = a.%1$I', part), ' AND ') INTO on_key FROM unnest(string_to_array(key, ' ')) AS part;

    FOREACH operation IN ARRAY CASE WHEN added THEN ARRAY['INSERT', 'UPDATE', 'DELETE'] ELSE ARRAY['UPDATE'] END LOOP
        done := CASE operation WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END;
        source := CASE operation
            WHEN 'INSERT' THEN CASE WHEN added_whole THEN $$
                SELECT {chain} AS chain, {subject} AS subject, a.{first} AS line, {person} AS was_person, {person} AS now_person, {also} AS also,
                       '{}'::jsonb AS was, jsonb_build_object('facts', jsonb_strip_nulls({facts})) AS now
                FROM added AS a {joined}$$ ELSE $$
                SELECT {chain} AS chain, {subject} AS subject, a.{first} AS line, {person} AS was_person, {person} AS now_person, {also} AS also,
                       '{}'::jsonb AS was, {facts} AS now
                FROM added AS a {joined}$$ END
            WHEN 'DELETE' THEN $$
                SELECT {chain} AS chain, {subject} AS subject, o.{first} AS line, {person} AS was_person, {person} AS now_person, {also} AS also,
                       {facts} AS was, '{}'::jsonb AS now
                FROM removed AS o {joined}$$
            ELSE $$
                SELECT {chain} AS chain, {subject} AS subject, a.{first} AS line, {was_person} AS was_person, {person} AS now_person, {also} AS also,
                       {was} AS was, {facts} AS now
                FROM removed AS o JOIN added AS a ON {on_key} {joined}
                WHERE {changed_where}$$ END;
        source := replace(source, '{was}', replace('(SELECT to_jsonb(whole_row) FROM (SELECT {columns}) AS whole_row)', '{columns}',
                                                   replace(columns, '{row}', 'o')));
        source := replace(source, '{facts}', '(SELECT to_jsonb(whole_row) FROM (SELECT ' || columns || ') AS whole_row)');
        source := replace(source, '{joined}', joined);
        source := replace(source, '{chain}', chain);
        source := replace(source, '{also}', also);
        source := replace(source, '{subject}', subject);
        source := replace(source, '{was_person}', replace(CASE WHEN is_personal THEN person ELSE 'NULL' END, '{row}', 'o'));
        source := replace(source, '{person}', CASE WHEN is_personal THEN person ELSE 'NULL' END);
        source := replace(source, '{first}', quote_ident(split_part(key, ' ', 1)));
        source := replace(source, '{on_key}', on_key);
        source := replace(source, '{changed_where}', changed_where);
        source := replace(source, '{row}', CASE operation WHEN 'DELETE' THEN 'o' ELSE 'a' END);
        body := body || replace(replace(replace(replace(replace(CASE WHEN is_personal THEN $$
    IF TG_OP = '{operation}' THEN
        WITH item AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY chain, line) AS n, source.* FROM ({source}) AS source
        ), secret AS MATERIALIZED (
            -- Each value about a person that came or went, with the salt that keeps its digest from being guessed.
            SELECT item.n, item.chain, side.name AS side, side.person, fact.key AS field, gen_random_uuid() AS id,
                   gen_random_bytes(16) AS iv, gen_random_bytes(16) || convert_to(fact.value::text, 'UTF8') AS plain
            FROM item
            CROSS JOIN LATERAL (VALUES ('was', item.was, item.now, item.was_person),
                                       ('now', item.now, item.was, item.now_person)) AS side (name, facts, others, person)
            CROSS JOIN LATERAL jsonb_each(side.facts) AS fact
            WHERE fact.key = ANY ({personal}::text[]) AND fact.value NOT IN ('null', '{}')
              AND fact.value IS DISTINCT FROM side.others -> fact.key
        ), made AS (
            INSERT INTO personal_key (id, person, key)
            SELECT gen_random_uuid(), person, gen_random_bytes(32) FROM (SELECT DISTINCT person FROM secret ORDER BY person) AS people
            ON CONFLICT (person) DO NOTHING RETURNING id, person, key
        ), keyed AS (
            SELECT * FROM made UNION ALL
            SELECT known.id, known.person, known.key FROM personal_key AS known WHERE known.person IN (SELECT person FROM secret)
        ), sealed AS (
            INSERT INTO personal_value (id, chain, person_id, iv, sealed)
            SELECT secret.id, secret.chain, keyed.id, iv, encrypt_iv(plain, keyed.key, iv, 'aes-cbc/pad:pkcs')
            FROM secret JOIN keyed USING (person)
        ), shown AS (
            SELECT n,
                   coalesce(jsonb_object_agg(field, digest) FILTER (WHERE side = 'was'), '{}') AS was,
                   coalesce(jsonb_object_agg(field, digest) FILTER (WHERE side = 'now'), '{}') AS now
            FROM secret, LATERAL (SELECT jsonb_build_object('personal', id, 'digest', encode(sha256(plain), 'hex'))) AS as_shown (digest)
            GROUP BY n
        ), told AS MATERIALIZED (
            SELECT item.n, item.chain, item.subject, ledger_content('{concept}', item.subject, '{done}', changes || item.also, at) AS content
            FROM item LEFT JOIN shown USING (n)
            CROSS JOIN LATERAL (SELECT item.was - {personal}::text[] || coalesce(shown.was, '{}') AS was,
                                       item.now - {personal}::text[] || coalesce(shown.now, '{}') AS now OFFSET 0) AS side
            CROSS JOIN LATERAL ({differences}) AS differences (changes)
            WHERE changes <> '{}'
        ){write};
    END IF;
$$ ELSE $$
    IF TG_OP = '{operation}' THEN
        WITH item AS MATERIALIZED (
            SELECT row_number() OVER (ORDER BY chain, line) AS n, source.* FROM ({source}) AS source
        ), told AS MATERIALIZED (
            SELECT n, chain, subject, ledger_content('{concept}', subject, '{done}', changes || also, at) AS content
            FROM item AS side CROSS JOIN LATERAL ({differences}) AS differences (changes)
            WHERE changes <> '{}'
        ){write};
    END IF;
$$ END, '{source}', source), '{operation}', operation), '{done}', done), '{concept}', concept), '{personal}', personal_list);
        -- {field: [before, after]} of what differs; a fact that is not known is the same as one that is not there. OFFSET 0 (and
        -- MATERIALIZED) keep the planner from working out an expression again wherever it is used.
        body := replace(body, '{differences}', CASE WHEN operation = 'INSERT' AND added_whole THEN
            $$SELECT CASE WHEN side.now ? 'facts' THEN jsonb_build_object('facts', jsonb_build_array(NULL, side.now -> 'facts')) ELSE '{}' END OFFSET 0$$
            ELSE $$
                SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(side.was -> key, side.now -> key)), '{}')
                FROM jsonb_object_keys(side.was || side.now) AS key
                WHERE coalesce(side.was -> key, 'null') <> coalesce(side.now -> key, 'null')$$ END);
    END LOOP;
    body := replace(body, '{write}', $$, begun AS (
            INSERT INTO ledger_chain (chain) SELECT DISTINCT told.chain FROM told ON CONFLICT DO NOTHING
        ), head AS (
            SELECT chains.chain, coalesce(last.sequence, 0) AS sequence, coalesce(last.hash, decode(repeat('00', 32), 'hex')) AS hash
            FROM (SELECT DISTINCT told.chain FROM told) AS chains
            LEFT JOIN LATERAL (SELECT sequence, hash FROM ledger_entry AS entry WHERE entry.chain = chains.chain
                               ORDER BY sequence DESC LIMIT 1) AS last ON true
        )
        INSERT INTO ledger_entry (chain, sequence, recorded_at, concept, subject, actor, content, hash)
        SELECT told.chain, head.sequence + row_number() OVER in_chain, at, '{concept}', told.subject, actor, told.content,
               chain_hash(head.hash, told.content) OVER in_chain
        FROM told JOIN head USING (chain)
        WINDOW in_chain AS (PARTITION BY told.chain ORDER BY told.n)$$);
    body := replace(body, '{concept}', concept);

    EXECUTE format('CREATE OR REPLACE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
                   'SET search_path = public, pg_temp AS %L', name, format($$
DECLARE
    at timestamptz;
    actor text := ledger_actor();
BEGIN
    at := clock_timestamp(); -- line_up has locked register_version, unless no recorded column was set: then nothing is written
%s    RETURN NULL;
END $$, body));
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %I FROM PUBLIC', name);
    FOREACH operation IN ARRAY CASE WHEN added THEN ARRAY['INSERT', 'UPDATE', 'DELETE'] ELSE ARRAY['UPDATE'] END LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION %I()',
                       'record_' || lower(operation), operation, recorded,
                       CASE operation WHEN 'INSERT' THEN 'NEW TABLE AS added' WHEN 'DELETE' THEN 'OLD TABLE AS removed'
                       ELSE 'OLD TABLE AS removed NEW TABLE AS added' END, name);
    END LOOP;
    IF added THEN
        EXECUTE format('CREATE OR REPLACE TRIGGER record_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT '
                       'EXECUTE FUNCTION record_emptied()', recorded);
    END IF;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
    WHERE attrelid = recorded AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      AND attname NOT IN ('signed_in_at', 'last_used_at', 'totp_last_step');
    EXECUTE format('CREATE OR REPLACE TRIGGER line_up BEFORE INSERT OR DELETE OR UPDATE OF %s ON %s FOR EACH STATEMENT '
                   'EXECUTE FUNCTION line_up()', columns, recorded);
END $make$;
REVOKE EXECUTE ON PROCEDURE record_table FROM PUBLIC;

-- A table that is emptied at once, which only its owner can.
CREATE FUNCTION record_emptied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM append_to_ledger('register', TG_TABLE_NAME, TG_TABLE_NAME, 'removed', '{"rows": ["…", null]}');
    RETURN NULL;
END $$;

-- Postcodes come by the million: that they were loaded, once for each statement.
CREATE FUNCTION record_postcodes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM append_to_ledger('register', 'postcode_unit', 'postcodes', lower(TG_OP), '{"postcodes": ["…", "…"]}');
    RETURN NULL;
END $$;
CREATE TRIGGER record_postcodes AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON postcode_unit
    FOR EACH STATEMENT EXECUTE FUNCTION record_postcodes();
CREATE TRIGGER line_up BEFORE INSERT OR UPDATE OR DELETE ON postcode_unit FOR EACH STATEMENT EXECUTE FUNCTION line_up();

-- Of what proves an account: that it changed, never what it is, not even its hash.
CREATE FUNCTION record_account_secret() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_account integer := CASE TG_OP WHEN 'DELETE' THEN OLD.account_id ELSE NEW.account_id END;
    had_authenticator boolean := TG_OP <> 'INSERT' AND OLD.totp_confirmed_at IS NOT NULL;
    has_authenticator boolean := TG_OP <> 'DELETE' AND NEW.totp_confirmed_at IS NOT NULL;
    old_hash text := CASE WHEN TG_OP <> 'INSERT' THEN OLD.password_hash END;
    new_hash text := CASE WHEN TG_OP <> 'DELETE' THEN NEW.password_hash END;
    changes jsonb := '{}';
BEGIN
    IF old_hash IS DISTINCT FROM new_hash THEN
        changes := '{"password": ["…", "…"]}';
    END IF;
    IF had_authenticator <> has_authenticator THEN
        changes := changes || jsonb_build_object('authenticator', jsonb_build_array(had_authenticator, has_authenticator));
    END IF;
    IF changes <> '{}' THEN
        PERFORM append_to_ledger((SELECT authority_code FROM account WHERE id = of_account), 'account_secret',
            'account:' || of_account, CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END, changes);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER record_account_secret AFTER INSERT OR UPDATE OR DELETE ON account_secret
    FOR EACH ROW EXECUTE FUNCTION record_account_secret();
CREATE TRIGGER record_truncate AFTER TRUNCATE ON account_secret FOR EACH STATEMENT EXECUTE FUNCTION record_emptied();
CREATE TRIGGER line_up BEFORE INSERT OR DELETE OR UPDATE OF account_id, password_hash, totp_secret, totp_confirmed_at, changed_at
    ON account_secret FOR EACH STATEMENT EXECUTE FUNCTION line_up();

CALL record_table('place', 'place', '{row}.authority_code', '{row}.reference', 'id', 'id search version created_at updated_at',
                  added_whole => true);
CALL record_table('place_private', 'place', 'place.authority_code', 'place.reference', 'place_id', 'place_id',
                  joined => 'JOIN place ON place.id = {row}.place_id', added_whole => true,
                  personal => 'facts contact_name contact_role contact_phone contact_email notes consent_by',
                  person => 'contact_of(place.reference, {row}.contact_email, {row}.contact_name)');
CALL record_table('place_change', 'place_change', '{row}.authority_code', 'place.reference', 'id', 'id place_id authority_code facts',
                  joined => 'JOIN place ON place.id = {row}.place_id');
CALL record_table('place_merge', 'place_merge', 'place.authority_code', 'place.reference', 'place_id', 'place_id',
                  joined => 'JOIN place ON place.id = {row}.place_id');
CALL record_table('audit', 'audit', 'place.authority_code', 'place.reference', 'id', 'id place_id',
                  joined => 'JOIN place ON place.id = {row}.place_id', added_whole => true);
-- Links are made by the thousand, and follow from boundaries and places; what an officer decides does not.
CALL record_table('place_division', 'place_division', 'place.authority_code', 'place.reference', 'place_id division_id',
                  'place_id division_id division_set_id distance_m near_boundary postcode_disagrees is_assigned recorded_at',
                  joined => 'JOIN place ON place.id = {row}.place_id', added => false,
                  changed_where => '(o.decided_by, o.decided_at) IS DISTINCT FROM (a.decided_by, a.decided_at)',
                  also => 'jsonb_build_object(''division'', jsonb_build_array(NULL, '
                          '(SELECT gss_code FROM division WHERE division.id = {row}.division_id)))');
CALL record_table('division_set', 'division_set', '{row}.authority_code', '''division_set:'' || {row}.id', 'id',
                  'id authority_code recorded_at');
CALL record_table('councillor', 'councillor', '{row}.authority_code', '''councillor:'' || {row}.id', 'id', 'id recorded_at',
                  personal => 'email phone', person => '''councillor:'' || {row}.id');
CALL record_table('term_of_office', 'term_of_office', 'councillor.authority_code', '''councillor:'' || {row}.councillor_id', 'id',
                  'id councillor_id recorded_at', joined => 'JOIN councillor ON councillor.id = {row}.councillor_id');
CALL record_table('account', 'account', '{row}.authority_code', '''account:'' || {row}.id', 'id', 'id signed_in_at',
                  personal => 'name email oidc_subject councillor_id', person => '''account:'' || {row}.id');
CALL record_table('api_key', 'api_key', '{row}.authority_code', '''key:'' || {row}.prefix', 'id',
                  'id authority_code key_hash last_used_at');
CALL record_table('register_setting', 'register_setting', '{row}.authority_code', '''setting:'' || {row}.name', 'authority_code name',
                  'authority_code name changed_at');
CALL record_table('authority', 'authority', '{row}.code', '''authority:'' || {row}.code', 'code', '');
CALL record_table('scheme', 'scheme', '''register''', '''scheme:'' || {row}.code', 'code', '');
CALL record_table('premises_kind', 'premises_kind', '''register''', '''premises_kind:'' || {row}.code', 'code', '');

-- Divisions are written down by the digest of their set. They take their turn like everything that grows register_version.
CREATE TRIGGER line_up BEFORE INSERT OR UPDATE OR DELETE ON division FOR EACH STATEMENT EXECUTE FUNCTION line_up();

-- Triggers work as the owner; nobody calls them or reads keys. The web's role reads entries of its own authority.
REVOKE EXECUTE ON FUNCTION record_emptied, record_postcodes, record_account_secret, personal_values_of, open_personal,
    append_to_ledger, lock_ledger, line_up FROM PUBLIC;
GRANT SELECT ON ledger_entry TO safeplaces_web;
GRANT EXECUTE ON FUNCTION personal_values_of TO safeplaces_web;
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_by_authority ON ledger_entry FOR SELECT TO safeplaces_web
    USING (chain = asking_authority() AND asking_role() IN ('councillor', 'auditor', 'officer', 'administrator'));
