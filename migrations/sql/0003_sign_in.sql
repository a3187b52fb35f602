-- Links by e-mail, and accounts that sign in at a provider. What is asked before it is known who asks is asked through functions
-- that answer about one account at a time.

-- Whom a link could be sent to. Never to those who sign in at a provider (a link would go round what it demands, and round its
-- refusal of somebody who left) and never past an authenticator; otherwise to councillors, and to those without a password.
CREATE FUNCTION account_for_link(asked_email text)
RETURNS TABLE (account_id integer, authority_code text, role text, email text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, a.authority_code, a.role, a.email, a.name
    FROM account a LEFT JOIN account_secret s ON s.account_id = a.id
    WHERE a.email = lower(asked_email) AND a.is_active AND a.oidc_subject IS NULL
      AND s.totp_confirmed_at IS NULL AND (a.role = 'councillor' OR s.password_hash IS NULL)
$$;

-- A new link ends the older ones of the same browser: others' requests cannot take away the one that a person is waiting for.
-- The account is locked, so that of two requests at once one link is left.
CREATE FUNCTION end_own_links(asked_browser bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT FROM account WHERE id = asking_account() FOR UPDATE;
    UPDATE sign_in_link SET used_at = statement_timestamp()
    WHERE account_id = asking_account() AND purpose = 'sign_in' AND browser_hash = asked_browser AND used_at IS NULL;
$$;

-- Whether a link is good: 'good', 'elsewhere' (asked for in another browser) or nothing.
CREATE FUNCTION standing_of_link(asked_hash bytea, asked_browser bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN l.browser_hash = asked_browser THEN 'good' ELSE 'elsewhere' END
    FROM sign_in_link l JOIN account a ON a.id = l.account_id AND a.is_active AND a.oidc_subject IS NULL
    WHERE l.token_hash = asked_hash AND l.purpose = 'sign_in' AND l.used_at IS NULL
      AND l.expires_at > statement_timestamp()
$$;

-- The account for whoever comes first from the browser that asked; no row for everybody else. Its other links end with it.
CREATE FUNCTION use_sign_in_link(asked_hash bytea, asked_browser bytea)
RETURNS TABLE (account_id integer, authority_code text, role text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    used integer;
BEGIN
    UPDATE sign_in_link AS l SET used_at = statement_timestamp()
    WHERE l.token_hash = asked_hash AND l.purpose = 'sign_in' AND l.browser_hash = asked_browser AND l.used_at IS NULL
      AND l.expires_at > statement_timestamp()
    RETURNING l.account_id INTO used;
    UPDATE sign_in_link AS l SET used_at = statement_timestamp()
    WHERE l.account_id = used AND l.purpose = 'sign_in' AND l.used_at IS NULL;
    RETURN QUERY SELECT a.id, a.authority_code::text, a.role::text FROM account a
                 WHERE a.id = used AND a.is_active AND a.oidc_subject IS NULL;
END $$;

-- The accounts that a person at a provider could have: the one that signed in there before, and the one with their address.
CREATE FUNCTION accounts_of_provider(asked_issuer text, asked_subject text, asked_email text)
RETURNS TABLE (account_id integer, authority_code text, role text, councillor_id integer, is_active boolean, is_same boolean,
               is_linked boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id, a.authority_code, a.role, a.councillor_id, a.is_active,
           coalesce(a.oidc_issuer = asked_issuer AND a.oidc_subject = asked_subject, false), a.oidc_subject IS NOT NULL
    FROM account a
    WHERE (a.oidc_issuer = asked_issuer AND a.oidc_subject = asked_subject) OR a.email = lower(asked_email)
$$;

-- For signing out at the provider as well: read before the session ends, which forgets it.
CREATE FUNCTION id_token_of_session(asked_hash bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT oidc_id_token FROM sign_in_session
    WHERE token_hash = asked_hash AND method = 'oidc' AND ended_at IS NULL
$$;
