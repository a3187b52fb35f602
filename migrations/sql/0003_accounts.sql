-- What the web's role may do with secrets, and nothing more: read one account's, set its own, use a code.
-- "Own" is the account for which the transaction was confined (safeplaces.account, app/db/sessions.py).
-- Each function works as the owner of the tables, since the web's role reads none of them.

CREATE FUNCTION asking_account() RETURNS integer
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT nullif(current_setting('safeplaces.account', true), '')::integer
$$;

-- Sessions ------------------------------------------------------------------------------------------------------------

CREATE FUNCTION session_of(asked_hash bytea, idle interval)
RETURNS TABLE (session_id bigint, csrf_token text, account_id integer, role text, name text, authority_code text,
               councillor_id integer, seen_long_ago boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.csrf_token, a.id, a.role, a.name, a.authority_code, a.councillor_id,
           s.seen_at < statement_timestamp() - interval '1 minute'
    FROM sign_in_session s JOIN account a ON a.id = s.account_id AND a.is_active
    WHERE s.token_hash = asked_hash AND s.ended_at IS NULL
      AND s.expires_at > statement_timestamp() AND s.seen_at > statement_timestamp() - idle
$$;

CREATE FUNCTION see_session(seen_id bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE sign_in_session SET seen_at = statement_timestamp()
    WHERE id = seen_id AND ended_at IS NULL AND seen_at < statement_timestamp() - interval '1 minute'
$$;

CREATE FUNCTION end_session(ended_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE sign_in_session SET ended_at = statement_timestamp(), oidc_id_token = NULL
    WHERE token_hash = ended_hash AND ended_at IS NULL
$$;

-- What is over is kept for a week, so that a person still sees a sign-in that was not theirs; then it goes.
CREATE FUNCTION prune_sign_ins() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM sign_in_session WHERE least(expires_at, ended_at) < statement_timestamp() - interval '7 days';
    DELETE FROM sign_in_link WHERE least(expires_at, used_at) < statement_timestamp() - interval '7 days';
    DELETE FROM sign_in_attempt WHERE attempted_at < statement_timestamp() - interval '1 day';
    DELETE FROM known_browser WHERE seen_at < statement_timestamp() - interval '90 days';
$$;

-- Attempts ------------------------------------------------------------------------------------------------------------

-- Counts an attempt before it is judged, so that a thousand at once are not judged before the first is counted.
-- Gives the seconds to wait, and counts nothing, where one of the subjects has used up its limit. NULL is no limit.
CREATE FUNCTION begin_sign_in_attempt(subjects bytea[], limits integer[], within interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    subject bytea;
    full_until timestamptz;
    wait integer := 0;
BEGIN
    FOR subject IN SELECT s FROM unnest(subjects) AS s ORDER BY s LOOP  -- one order, so that no two wait for each other
        PERFORM pg_advisory_xact_lock(hashtextextended(encode(subject, 'hex'), 0));
    END LOOP;
    FOR at IN 1 .. cardinality(subjects) LOOP
        CONTINUE WHEN limits[at] IS NULL;
        SELECT attempted_at + within INTO full_until FROM sign_in_attempt
        WHERE subject_hash = subjects[at] AND attempted_at > statement_timestamp() - within
        ORDER BY attempted_at DESC OFFSET greatest(limits[at] - 1, 0) LIMIT 1;
        IF FOUND THEN
            wait := greatest(wait, ceil(extract(epoch FROM full_until - statement_timestamp()))::integer, 1);
        END IF;
    END LOOP;
    IF wait = 0 THEN
        INSERT INTO sign_in_attempt (subject_hash, attempted_at) SELECT s, statement_timestamp() FROM unnest(subjects) s;
    END IF;
    RETURN wait;
END $$;

CREATE FUNCTION count_sign_in_attempts(subject bytea, within interval) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*)::integer FROM sign_in_attempt
    WHERE subject_hash = subject AND attempted_at > statement_timestamp() - within
$$;

-- Of an attempt that succeeded: the newest of each subject. What strangers tried before stays counted.
CREATE FUNCTION take_back_sign_in_attempt(subjects bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM sign_in_attempt WHERE id IN (
        SELECT DISTINCT ON (subject_hash) id FROM sign_in_attempt WHERE subject_hash = ANY (subjects)
        ORDER BY subject_hash, attempted_at DESC)
$$;

CREATE FUNCTION is_known_browser(asked_email text, asked_hash bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM known_browser k JOIN account a ON a.id = k.account_id
                   WHERE a.email = lower(asked_email) AND k.token_hash = asked_hash
                     AND k.seen_at > statement_timestamp() - interval '90 days')
$$;

CREATE FUNCTION remember_browser(new_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO known_browser (account_id, token_hash, seen_at)
    VALUES (asking_account(), new_hash, statement_timestamp())
    ON CONFLICT (account_id, token_hash) DO UPDATE SET seen_at = excluded.seen_at
$$;

CREATE FUNCTION forget_own_browsers() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM known_browser WHERE account_id = asking_account()
$$;

-- Links ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION account_of_link(asked_hash bytea, asked_purpose text)
RETURNS TABLE (account_id integer, authority_code text, role text, email text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, a.authority_code, a.role, a.email, a.name
    FROM sign_in_link l JOIN account a ON a.id = l.account_id AND a.is_active
    WHERE l.token_hash = asked_hash AND l.purpose = asked_purpose AND l.used_at IS NULL
      AND l.expires_at > statement_timestamp()
$$;

-- True for whoever comes first, false for everybody else.
CREATE FUNCTION use_link(asked_hash bytea, asked_purpose text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH used AS (
        UPDATE sign_in_link SET used_at = statement_timestamp()
        WHERE token_hash = asked_hash AND purpose = asked_purpose AND used_at IS NULL
          AND expires_at > statement_timestamp()
        RETURNING id)
    SELECT EXISTS (SELECT FROM used)
$$;

-- Secrets -------------------------------------------------------------------------------------------------------------

CREATE FUNCTION account_secret_of(asked_email text)
RETURNS TABLE (account_id integer, authority_code text, role text, password_hash text, has_authenticator boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, a.authority_code, a.role, s.password_hash, s.totp_confirmed_at IS NOT NULL
    FROM account a JOIN account_secret s ON s.account_id = a.id
    WHERE a.email = lower(asked_email) AND a.is_active
$$;

CREATE FUNCTION own_secret()
RETURNS TABLE (password_hash text, totp_secret text, totp_confirmed_at timestamptz, totp_last_step bigint,
               recovery_codes integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.password_hash, s.totp_secret, s.totp_confirmed_at, s.totp_last_step,
           (SELECT count(*)::integer FROM recovery_code r WHERE r.account_id = s.account_id AND r.used_at IS NULL)
    FROM account_secret s WHERE s.account_id = asking_account()
$$;

-- Whoever has chosen a password needs no older link by which another could be chosen.
CREATE FUNCTION set_own_password(new_hash text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE sign_in_link SET used_at = statement_timestamp()
    WHERE account_id = asking_account() AND purpose = 'invitation' AND used_at IS NULL;
    INSERT INTO account_secret (account_id, password_hash, changed_at)
    VALUES (asking_account(), new_hash, statement_timestamp())
    ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at
$$;

-- A new secret is not asked for until a code has shown that the person's authenticator holds it.
CREATE FUNCTION set_own_totp(new_secret text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO account_secret (account_id, totp_secret, changed_at)
    VALUES (asking_account(), new_secret, statement_timestamp())
    ON CONFLICT (account_id) DO UPDATE
    SET totp_secret = excluded.totp_secret, totp_last_step = NULL, changed_at = excluded.changed_at
    WHERE account_secret.totp_confirmed_at IS NULL
$$;

CREATE FUNCTION confirm_own_totp() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account_secret SET totp_confirmed_at = statement_timestamp(), changed_at = statement_timestamp()
    WHERE account_id = asking_account() AND totp_secret IS NOT NULL
$$;

CREATE FUNCTION remove_own_totp() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM recovery_code WHERE account_id = asking_account();
    UPDATE account_secret
    SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL, changed_at = statement_timestamp()
    WHERE account_id = asking_account();
$$;

-- A code counts once: true for a step that is later than every step that was used.
CREATE FUNCTION use_own_totp_step(step bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH used AS (
        UPDATE account_secret SET totp_last_step = step
        WHERE account_id = asking_account() AND (totp_last_step IS NULL OR totp_last_step < step)
        RETURNING account_id)
    SELECT EXISTS (SELECT FROM used)
$$;

CREATE FUNCTION set_own_recovery_codes(hashes text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM recovery_code WHERE account_id = asking_account();
    INSERT INTO recovery_code (account_id, code_hash) SELECT asking_account(), h FROM unnest(hashes) AS h;
$$;

CREATE FUNCTION use_own_recovery_code(used_hash text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH used AS (
        UPDATE recovery_code SET used_at = statement_timestamp()
        WHERE account_id = asking_account() AND code_hash = used_hash AND used_at IS NULL
        RETURNING id)
    SELECT EXISTS (SELECT FROM used)
$$;

-- How accounts are protected, for the list of an administrator: never the secrets themselves.
CREATE FUNCTION protection_of(asked_accounts integer[])
RETURNS TABLE (account_id integer, has_password boolean, has_authenticator boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.account_id, s.password_hash IS NOT NULL, s.totp_confirmed_at IS NOT NULL
    FROM account_secret s WHERE s.account_id = ANY (asked_accounts)
$$;

-- Of somebody who lost their authenticator, or who leaves: with the password go the links by which one could be chosen.
-- Only they, or an administrator of their authority, may.
CREATE FUNCTION remove_secrets_of(other_account integer, password boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF other_account IS DISTINCT FROM asking_account() AND NOT EXISTS (
        SELECT FROM account asker JOIN account other ON other.authority_code = asker.authority_code
        WHERE asker.id = asking_account() AND asker.role = 'administrator' AND asker.is_active
          AND other.id = other_account)
    THEN
        RAISE EXCEPTION 'Only an administrator of the same authority can do this.' USING ERRCODE = 'SP001';
    END IF;
    DELETE FROM recovery_code WHERE account_id = other_account;
    DELETE FROM known_browser WHERE account_id = other_account;
    UPDATE sign_in_link SET used_at = statement_timestamp()
    WHERE password AND account_id = other_account AND used_at IS NULL;
    UPDATE account_secret
    SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL, changed_at = statement_timestamp(),
        password_hash = CASE WHEN password THEN NULL ELSE password_hash END
    WHERE account_id = other_account;
END $$;
