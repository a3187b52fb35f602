-- The ledger: every change of the register, in a chain of hashes for each authority. docs/ledger.md says how to check it.
--
-- An entry's hash is SHA-256(hash of the one before || content), with 32 zero bytes before the first. The content is JSON
-- text as PostgreSQL writes jsonb, so it is the same whoever reads it. Values about people are not in it: an entry holds
-- {"personal": id, "digest": SHA-256(salt || value)}, and the value is kept apart, encrypted with a key of that person.
-- Without the key nobody reads it, nobody guesses it (the salt is encrypted with it), and the chain still holds.

CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- One key for each person, whatever rows they stand in; destroyed when the person is erased.
CREATE FUNCTION personal_key_of(of_person text) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    found bytea;
BEGIN
    SELECT key INTO found FROM personal_key WHERE person = of_person;
    IF found IS NULL THEN
        INSERT INTO personal_key (person, key) VALUES (of_person, gen_random_bytes(32)) ON CONFLICT (person) DO NOTHING;
        SELECT key INTO found FROM personal_key WHERE person = of_person;
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION seal_personal(of_chain text, of_person text, value jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    plain bytea := gen_random_bytes(16) || convert_to(value::text, 'UTF8');
    iv bytea := gen_random_bytes(16);
    made uuid := gen_random_uuid();
BEGIN
    IF value IS NULL OR value = 'null'::jsonb THEN
        RETURN 'null'::jsonb;
    END IF;
    INSERT INTO personal_value (id, chain, person, iv, sealed)
    VALUES (made, of_chain, of_person, iv, encrypt_iv(plain, personal_key_of(of_person), iv, 'aes-cbc/pad:pkcs'));
    RETURN jsonb_build_object('personal', made, 'digest', encode(sha256(plain), 'hex'));
END $$;

-- The values that entries refer to, of the authority that asks and for roles that read private facts; without a person's
-- key there is none. The owner (commands) asks `open_personal` itself.
CREATE FUNCTION open_personal(asked uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT convert_from(substring(decrypt_iv(v.sealed, k.key, v.iv, 'aes-cbc/pad:pkcs') FROM 17), 'UTF8')::jsonb
    FROM personal_value v JOIN personal_key k USING (person) WHERE v.id = asked
$$;
CREATE FUNCTION personal_values_of(asked uuid[]) RETURNS TABLE (id uuid, value jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.id, open_personal(v.id) FROM personal_value v
    WHERE v.id = ANY (asked) AND v.chain = asking_authority() AND reads_private()
$$;

-- Whose facts the private row of a place holds: the person with that e-mail address, else the contact of that place.
CREATE FUNCTION contact_of(of_place text, email text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce('email:' || lower(nullif(btrim(email), '')), 'contact:' || of_place) $$;

CREATE FUNCTION chain_step(state bytea, head bytea, content text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT sha256(coalesce(state, head) || convert_to(content, 'UTF8')) $$;
CREATE AGGREGATE chain_hash(bytea, text) (SFUNC = chain_step, STYPE = bytea);

-- Locks the chains until the transaction ends: register_version first, as every statement that is recorded does (line_up).
CREATE FUNCTION lock_ledger() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM register_version FOR UPDATE;
    PERFORM FROM ledger_chain ORDER BY chain FOR UPDATE;
END $$;

CREATE FUNCTION ledger_content(of_concept text, of_subject text, of_operation text, changes jsonb, at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'actor', coalesce(nullif(current_setting('safeplaces.actor', true), ''), 'database:' || session_user),
        'via', coalesce(nullif(current_setting('safeplaces.via', true), ''), 'database'),
        'reason', nullif(current_setting('safeplaces.reason', true), ''),
        'request', nullif(current_setting('safeplaces.request', true), ''),
        'concept', of_concept, 'subject', of_subject, 'operation', of_operation, 'changes', changes)::text
$$;

CREATE FUNCTION append_to_ledger(of_chain text, of_concept text, of_subject text, of_operation text, changes jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz;
    last record;
    content text;
BEGIN
    PERFORM lock_ledger();
    INSERT INTO ledger_chain (chain) VALUES (of_chain) ON CONFLICT DO NOTHING;
    at := clock_timestamp();
    SELECT sequence, hash INTO last FROM ledger_entry WHERE chain = of_chain ORDER BY sequence DESC LIMIT 1;
    content := ledger_content(of_concept, of_subject, of_operation, changes, at);
    INSERT INTO ledger_entry (chain, sequence, recorded_at, concept, subject, actor, content, hash)
    VALUES (of_chain, coalesce(last.sequence, 0) + 1, at, of_concept, of_subject, content::jsonb ->> 'actor', content,
            chain_step(NULL, coalesce(last.hash, decode(repeat('00', 32), 'hex')), content));
END $$;

-- What differs between two rows: {field: [before, after]}. Facts about people are sealed; what is named in `without` is left out.
CREATE FUNCTION ledger_changes(of_chain text, was jsonb, now jsonb, without text[], personal text[], was_person text,
                               now_person text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    field text;
    found jsonb := '{}';
BEGIN
    FOR field IN SELECT jsonb_object_keys(coalesce(was, '{}') || coalesce(now, '{}')) LOOP
        CONTINUE WHEN field = ANY (without)
            OR coalesce(was -> field, 'null') IS NOT DISTINCT FROM coalesce(now -> field, 'null');
        IF field = ANY (personal) THEN
            found := found || jsonb_build_object(field, jsonb_build_array(
                seal_personal(of_chain, was_person, was -> field), seal_personal(of_chain, now_person, now -> field)));
        ELSE
            found := found || jsonb_build_object(field, jsonb_build_array(was -> field, now -> field));
        END IF;
    END LOOP;
    RETURN found;
END $$;

-- Geometry as metres that people can read.
CREATE FUNCTION ledger_place(place) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT to_jsonb($1) - '{id,search,location,version,created_at,updated_at}'::text[]
        || jsonb_build_object('easting', round(ST_X($1.location)::numeric, 2), 'northing', round(ST_Y($1.location)::numeric, 2))
$$;

-- One row of any table that is not written in bulk.
CREATE FUNCTION record_in_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was jsonb;
    now jsonb;
    fact jsonb;
    concept text := TG_TABLE_NAME;
    chain text;
    subject text;
    without text[] := '{id,recorded_at,place_id,authority_code,account_id,councillor_id}';
    personal text[] := '{}';
    was_person text;
    now_person text;
    changes jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF TG_TABLE_NAME = 'place' THEN was := ledger_place(OLD); ELSE was := to_jsonb(OLD); END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF TG_TABLE_NAME = 'place' THEN now := ledger_place(NEW); ELSE now := to_jsonb(NEW); END IF;
    END IF;
    fact := coalesce(now, was);
    chain := fact ->> 'authority_code';
    CASE TG_TABLE_NAME
        WHEN 'place' THEN
            subject := fact ->> 'reference';
            without := '{}';
        WHEN 'place_private' THEN
            SELECT reference, authority_code INTO subject, chain FROM place WHERE id = (fact ->> 'place_id')::bigint;
            concept := 'place';
            personal := '{contact_name,contact_role,contact_phone,contact_email,notes,consent_by}';
            was_person := contact_of(subject, was ->> 'contact_email');
            now_person := contact_of(subject, now ->> 'contact_email');
        WHEN 'place_change', 'place_merge', 'place_division', 'audit' THEN
            SELECT reference, authority_code INTO subject, chain FROM place WHERE id = (fact ->> 'place_id')::bigint;
            without := without || '{facts,distance_m,near_boundary,postcode_disagrees,is_assigned}'::text[];
        WHEN 'councillor', 'account' THEN
            subject := TG_TABLE_NAME || ':' || (fact ->> 'id');
            personal := CASE TG_TABLE_NAME WHEN 'account' THEN '{name,email,oidc_subject}' ELSE '{email,phone}' END::text[];
            was_person := subject;
            now_person := subject;
            without := '{id,recorded_at,signed_in_at}';
        WHEN 'term_of_office' THEN
            subject := 'councillor:' || (fact ->> 'councillor_id');
            SELECT authority_code INTO chain FROM councillor WHERE id = (fact ->> 'councillor_id')::integer;
        WHEN 'account_secret' THEN
            subject := 'account:' || (fact ->> 'account_id');
            SELECT authority_code INTO chain FROM account WHERE id = (fact ->> 'account_id')::integer;
        WHEN 'api_key' THEN
            subject := 'key:' || (fact ->> 'prefix');
            without := '{id,key_hash,last_used_at}';
        WHEN 'register_setting' THEN
            subject := 'setting:' || (fact ->> 'name');
            without := '{authority_code,name,changed_at}';
        WHEN 'authority' THEN
            subject := 'authority:' || (fact ->> 'code');
            chain := fact ->> 'code';
        WHEN 'division_set' THEN
            subject := 'division_set:' || (fact ->> 'id');
        ELSE
            subject := TG_TABLE_NAME || ':' || coalesce(fact ->> 'code', fact ->> 'id');
            chain := 'register';
            without := '{}';
    END CASE;
    IF TG_TABLE_NAME = 'account_secret' THEN
        -- That it changed, never what it is: not even its hash.
        changes := '{}';
        IF (was ->> 'password_hash') IS DISTINCT FROM (now ->> 'password_hash') THEN
            changes := changes || '{"password": ["…", "…"]}';
        END IF;
        IF (was ->> 'totp_confirmed_at') IS DISTINCT FROM (now ->> 'totp_confirmed_at') THEN
            changes := changes || jsonb_build_object('authenticator',
                jsonb_build_array((was ->> 'totp_confirmed_at') IS NOT NULL, (now ->> 'totp_confirmed_at') IS NOT NULL));
        END IF;
    ELSE
        changes := ledger_changes(coalesce(chain, 'register'), was, now, without, personal, was_person, now_person);
    END IF;
    IF changes <> '{}' THEN
        PERFORM append_to_ledger(coalesce(chain, 'register'), concept, subject,
            CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END, changes);
    END IF;
    RETURN NULL;
END $$;

-- Places that are added, one or a hundred thousand, by one statement: {field: [null, value]} of what is known.
CREATE FUNCTION record_places_in_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at timestamptz;
BEGIN
    PERFORM lock_ledger();
    INSERT INTO ledger_chain (chain) SELECT DISTINCT authority_code FROM added ON CONFLICT DO NOTHING;
    at := clock_timestamp();
    INSERT INTO ledger_entry (chain, sequence, recorded_at, concept, subject, actor, content, hash)
    SELECT item.chain, coalesce(last.sequence, 0) + row_number() OVER in_chain, at, 'place', item.subject,
           coalesce(nullif(current_setting('safeplaces.actor', true), ''), 'database:' || session_user), item.content,
           chain_hash(coalesce(last.hash, decode(repeat('00', 32), 'hex')), item.content) OVER in_chain
    FROM (SELECT added.authority_code AS chain, added.id, added.reference AS subject,
                 ledger_content('place', added.reference, 'added',
                                jsonb_build_object('facts', jsonb_build_array(NULL, jsonb_strip_nulls(ledger_place(added)))), at) AS content
          FROM added) AS item
    LEFT JOIN LATERAL (SELECT sequence, hash FROM ledger_entry AS entry WHERE entry.chain = item.chain
                       ORDER BY sequence DESC LIMIT 1) AS last ON true
    WINDOW in_chain AS (PARTITION BY item.chain ORDER BY item.id);
    RETURN NULL;
END $$;

-- Private facts that are added, sealed as one value for each place: {"facts": [null, {"personal": …}]}.
CREATE FUNCTION record_private_in_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    at timestamptz;
BEGIN
    PERFORM lock_ledger();
    at := clock_timestamp();
    WITH item AS MATERIALIZED (
        SELECT place.authority_code AS chain, place.id, place.reference, contact_of(place.reference, added.contact_email) AS person,
               gen_random_uuid() AS sealed_id, gen_random_bytes(16) AS iv,
               gen_random_bytes(16) || convert_to(jsonb_strip_nulls(to_jsonb(added) - 'place_id')::text, 'UTF8') AS plain
        FROM added JOIN place ON place.id = added.place_id
    ), made AS (
        INSERT INTO personal_key (person, key) SELECT DISTINCT person, gen_random_bytes(32) FROM item ORDER BY person
        ON CONFLICT (person) DO NOTHING RETURNING person, key
    ), keyed AS (
        SELECT person, key FROM made
        UNION ALL SELECT known.person, known.key FROM personal_key AS known WHERE known.person IN (SELECT person FROM item)
    ), sealed AS (
        INSERT INTO personal_value (id, chain, person, iv, sealed)
        SELECT sealed_id, chain, person, iv, encrypt_iv(plain, key, iv, 'aes-cbc/pad:pkcs') FROM item JOIN keyed USING (person)
    ), written AS (
        SELECT item.chain, item.id, item.reference,
               ledger_content('place', item.reference, 'added', jsonb_build_object('facts', jsonb_build_array(NULL,
                   jsonb_build_object('personal', sealed_id, 'digest', encode(sha256(plain), 'hex')))), at) AS content
        FROM item
    )
    INSERT INTO ledger_entry (chain, sequence, recorded_at, concept, subject, actor, content, hash)
    SELECT written.chain, coalesce(last.sequence, 0) + row_number() OVER in_chain, at, 'place', written.reference,
           coalesce(nullif(current_setting('safeplaces.actor', true), ''), 'database:' || session_user), written.content,
           chain_hash(coalesce(last.hash, decode(repeat('00', 32), 'hex')), written.content) OVER in_chain
    FROM written
    LEFT JOIN LATERAL (SELECT sequence, hash FROM ledger_entry AS entry WHERE entry.chain = written.chain
                       ORDER BY sequence DESC LIMIT 1) AS last ON true
    WINDOW in_chain AS (PARTITION BY written.chain ORDER BY written.id);
    RETURN NULL;
END $$;

-- Postcodes come by the million: that they were loaded, once for each statement.
CREATE FUNCTION record_postcodes_in_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM append_to_ledger('register', 'postcode_unit', 'postcodes', lower(TG_OP), '{"postcodes": ["…", "…"]}');
    RETURN NULL;
END $$;

CREATE FUNCTION keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is never changed or deleted.' USING ERRCODE = 'SP001', HINT = 'A correction is a new entry.';
END $$;

CREATE TRIGGER keep_ledger BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER keep_whole_ledger BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();

DO $$
DECLARE
    recorded text;
BEGIN
    FOREACH recorded IN ARRAY ARRAY['place_change', 'place_merge', 'audit', 'division_set', 'councillor',
                                    'term_of_office', 'account', 'account_secret', 'api_key', 'register_setting', 'authority',
                                    'scheme', 'premises_kind']
    LOOP
        EXECUTE format('CREATE TRIGGER record_in_ledger AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
                       'EXECUTE FUNCTION record_in_ledger()', recorded);
    END LOOP;
END $$;
CREATE TRIGGER record_in_ledger AFTER UPDATE ON place FOR EACH ROW EXECUTE FUNCTION record_in_ledger();
CREATE TRIGGER record_places_in_ledger AFTER INSERT ON place REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION record_places_in_ledger();
CREATE TRIGGER record_in_ledger AFTER UPDATE OR DELETE ON place_private FOR EACH ROW EXECUTE FUNCTION record_in_ledger();
CREATE TRIGGER record_private_in_ledger AFTER INSERT ON place_private REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION record_private_in_ledger();
-- Links are made by the thousand, and follow from boundaries and places; what an officer decides does not.
CREATE TRIGGER record_in_ledger AFTER UPDATE ON place_division FOR EACH ROW
    WHEN (OLD.decided_by IS DISTINCT FROM NEW.decided_by OR OLD.decided_at IS DISTINCT FROM NEW.decided_at)
    EXECUTE FUNCTION record_in_ledger();
CREATE TRIGGER record_postcodes_in_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON postcode_unit
    FOR EACH STATEMENT EXECUTE FUNCTION record_postcodes_in_ledger();

-- Whoever changes what is recorded locks register_version before any row: one order for all, so that nobody waits for somebody who
-- waits for them (tests/rules/test_ledger_at_once.py). Signing in and using a key change nothing that is recorded, and wait for nobody.
CREATE FUNCTION line_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM register_version FOR UPDATE;
    RETURN NULL;
END $$;

DO $$
DECLARE
    recorded record;
BEGIN
    FOR recorded IN
        SELECT trigger.event_object_table AS name, (
            SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = trigger.event_object_table AND is_generated = 'NEVER'
              AND column_name NOT IN ('signed_in_at', 'last_used_at', 'totp_last_step')) AS columns
        FROM information_schema.triggers AS trigger
        WHERE trigger_schema = 'public'
          AND trigger_name IN ('record_in_ledger', 'record_postcodes_in_ledger', 'bump_register_version')
        GROUP BY trigger.event_object_table
    LOOP
        EXECUTE format('CREATE TRIGGER line_up BEFORE INSERT OR DELETE OR UPDATE OF %s ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION line_up()', recorded.columns, recorded.name);
    END LOOP;
END $$;

-- Triggers work as the owner; nobody calls them or reads keys. The web's role reads entries of its own authority.
REVOKE EXECUTE ON FUNCTION record_in_ledger, record_places_in_ledger, record_private_in_ledger, record_postcodes_in_ledger, personal_values_of,
    personal_key_of, seal_personal, open_personal, append_to_ledger, lock_ledger, line_up FROM PUBLIC;
GRANT SELECT ON ledger_entry TO safeplaces_web;
GRANT EXECUTE ON FUNCTION personal_values_of TO safeplaces_web;
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_by_authority ON ledger_entry FOR SELECT TO safeplaces_web
    USING (chain = asking_authority() AND asking_role() IN ('councillor', 'auditor', 'officer', 'administrator'));
