-- The ledger: every change of the register, in a chain of hashes for each authority. docs/ledger.md says how to check it.
--
-- An entry's hash is SHA-256(hash of the one before || content), with 32 zero bytes before the first. The content is JSON
-- text as PostgreSQL writes jsonb, so it is the same whoever reads it. Values about people are not in it: an entry holds
-- {"personal": id, "digest": SHA-256(salt || value)}, and the value is kept apart, encrypted with a key of that person.
-- Without the key nobody reads it, nobody guesses it (the salt is encrypted with it), and the chain still holds.

CREATE EXTENSION IF NOT EXISTS pgcrypto;

-- Whose facts the private row of a place holds: the person with that e-mail address, else whoever has that name at that place, else
-- the contact of that place. Only personal_key holds it, so that nothing names a person whose key is destroyed.
CREATE FUNCTION contact_of(of_place text, email text, name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce('email:' || lower(nullif(btrim(email), '')),
                    'contact:' || of_place || coalesce('/' || lower(nullif(regexp_replace(btrim(name), '\s+', ' ', 'g'), '')), ''))
$$;

CREATE FUNCTION open_personal(asked uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT convert_from(substring(decrypt_iv(v.sealed, k.key, v.iv, 'aes-cbc/pad:pkcs') FROM 17), 'UTF8')::jsonb
    FROM personal_value v JOIN personal_key k ON k.id = v.person_id WHERE v.id = asked
$$;

-- The values that entries refer to, of the authority that asks and for roles that read private facts; without a person's
-- key there is none. The owner (commands) asks `open_personal` itself.
CREATE FUNCTION personal_values_of(asked uuid[]) RETURNS TABLE (id uuid, value jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.id, open_personal(v.id) FROM personal_value v
    WHERE v.id = ANY (asked) AND v.chain = asking_authority() AND reads_private()
$$;

CREATE FUNCTION chain_step(state bytea, head bytea, content text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT sha256(coalesce(state, head) || convert_to(content, 'UTF8')) $$;
CREATE AGGREGATE chain_hash(bytea, text) (SFUNC = chain_step, STYPE = bytea);

CREATE FUNCTION ledger_actor() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('safeplaces.actor', true), ''), 'database:' || session_user) $$;

CREATE FUNCTION ledger_content(of_concept text, of_subject text, of_operation text, changes jsonb, at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'actor', ledger_actor(),
        'via', coalesce(nullif(current_setting('safeplaces.via', true), ''), 'database'),
        'reason', nullif(current_setting('safeplaces.reason', true), ''),
        'request', nullif(current_setting('safeplaces.request', true), ''),
        'concept', of_concept, 'subject', of_subject, 'operation', of_operation, 'changes', changes)::text
$$;

-- Whoever changes what is recorded locks register_version before any row: one order for all, so that nobody waits for somebody who
-- waits for them (tests/rules/test_ledger_at_once.py). Signing in and using a key change nothing that is recorded, and wait for nobody.
CREATE FUNCTION line_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM register_version FOR UPDATE;
    RETURN NULL;
END $$;

-- Locks the heads of the chains until the transaction ends: register_version first, as line_up does.
CREATE FUNCTION lock_ledger() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM register_version FOR UPDATE;
    PERFORM FROM ledger_chain ORDER BY chain FOR UPDATE;
END $$;

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
    VALUES (of_chain, coalesce(last.sequence, 0) + 1, at, of_concept, of_subject, ledger_actor(), content,
            chain_step(NULL, coalesce(last.hash, decode(repeat('00', 32), 'hex')), content));
END $$;

CREATE FUNCTION keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is never changed or deleted.' USING ERRCODE = 'SP001', HINT = 'A correction is a new entry.';
END $$;

CREATE TRIGGER keep_ledger BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER keep_whole_ledger BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();
