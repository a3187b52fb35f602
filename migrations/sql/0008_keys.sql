-- Who a key stands for, before it is known who asks. The hash is compared by the caller; of a key that is over there is no row.
CREATE FUNCTION key_of(asked_prefix text)
RETURNS TABLE (key_id integer, key_hash bytea, prefix text, name text, scopes text[], per_minute integer, account_id integer,
               authority_code text, maker_role text, seen_long_ago boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.key_hash, k.prefix, k.name, k.scopes, k.per_minute, k.account_id, k.authority_code, a.role,
           k.last_used_at IS NULL OR k.last_used_at < statement_timestamp() - interval '1 minute'
    FROM api_key k JOIN account a ON a.id = k.account_id AND a.is_active AND a.authority_code = k.authority_code
    WHERE k.prefix = asked_prefix AND k.revoked_at IS NULL AND k.expires_at > statement_timestamp()
$$;

CREATE FUNCTION see_key(seen_id integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE api_key SET last_used_at = statement_timestamp()
    WHERE id = seen_id AND (last_used_at IS NULL OR last_used_at < statement_timestamp() - interval '1 minute')
$$;
