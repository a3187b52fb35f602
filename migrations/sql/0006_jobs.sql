-- How work gets to the worker: each function adds its row and the job that will carry it out in the caller's transaction, so that
-- there is never the one without the other. They run as the owner of the tables: the web's role may call them and cannot touch
-- jobs, nor read a message's body.

CREATE FUNCTION defer_job(_queue text, _task text, _args jsonb, _priority integer DEFAULT 0) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (procrastinate_defer_jobs_v1(ARRAY[
        ROW(_queue, _task, _priority, NULL, NULL, _args, NULL)::procrastinate_job_to_defer_v1]))[1]
$$;

-- NULL: a message of this kind and key was queued before.
CREATE FUNCTION queue_mail_message(_to text, _subject text, _text text, _html text, _kind text, _dedupe_key text,
                                   _lifetime interval, _priority integer)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    _id bigint;
BEGIN
    INSERT INTO mail_message (to_address, subject, text, html, kind, dedupe_key, expires_at, authority_code)
    VALUES (_to, _subject, _text, _html, _kind, _dedupe_key, now() + _lifetime,
            coalesce(nullif(current_setting('safeplaces.authority', true), ''),
                     (SELECT authority_code FROM account WHERE email = lower(_to))))
    ON CONFLICT (kind, dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING
    RETURNING id INTO _id;
    IF _id IS NOT NULL THEN
        PERFORM defer_job('mail', 'mail.send', jsonb_build_object('message_id', _id), _priority);
    END IF;
    RETURN _id;
END $$;

-- An administrator settles a message of which nobody knows whether it arrived, or that was refused: false where it is not theirs
-- or is not one of those.
CREATE FUNCTION settle_mail_message(_id bigint, _again boolean, _actor text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM mail_message
    WHERE id = _id AND state IN ('uncertain', 'failed')
      AND current_setting('safeplaces.role', true) = 'administrator'
      AND authority_code = current_setting('safeplaces.authority', true)
      AND (NOT _again OR text IS NOT NULL)
      AND (_again OR state = 'uncertain')
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF _again THEN
        UPDATE mail_message
        SET state = 'waiting', claim = NULL, claimed_at = NULL, handed_over_at = NULL, settled_at = NULL, decided_by = _actor,
            expires_at = greatest(expires_at, now() + interval '1 day')
        WHERE id = _id;
        PERFORM defer_job('mail', 'mail.send', jsonb_build_object('message_id', _id));
    ELSE
        UPDATE mail_message
        SET state = 'sent', settled_at = now(), decided_by = _actor, subject = NULL, text = NULL, html = NULL
        WHERE id = _id;
    END IF;
    RETURN true;
END $$;

-- What development's viewer shows: messages that were kept instead of sent. Where mail leaves, there are none.
CREATE FUNCTION kept_mail_messages() RETURNS SETOF mail_message
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT * FROM mail_message WHERE state = 'kept' ORDER BY id DESC LIMIT 100
$$;

-- Whether somebody does the work: when a worker was last heard of, how many jobs are due, and since when the oldest is.
CREATE FUNCTION worker_standing(OUT seen_at timestamptz, OUT due bigint, OUT due_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT max(last_heartbeat) FROM procrastinate_workers), count(*), min(coalesce(job.scheduled_at, added.at))
    FROM procrastinate_jobs AS job
    LEFT JOIN LATERAL (
        SELECT event.at FROM procrastinate_events AS event WHERE event.job_id = job.id AND event.type = 'deferred' LIMIT 1
    ) AS added ON true
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
$$;

-- Every message of the outbox has its job, whoever writes it.
CREATE FUNCTION defer_outbox_message() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM defer_job('outbox', 'outbox.carry_out', jsonb_build_object('message_id', NEW.id));
    RETURN NULL;
END $$;

CREATE TRIGGER defer_outbox_message AFTER INSERT ON outbox_message
    FOR EACH ROW EXECUTE FUNCTION defer_outbox_message();

SELECT defer_job('outbox', 'outbox.carry_out', jsonb_build_object('message_id', id))
FROM outbox_message WHERE handled_at IS NULL ORDER BY id;

-- Functions are everybody's until that is taken away.
REVOKE EXECUTE ON FUNCTION defer_job, queue_mail_message, settle_mail_message, kept_mail_messages, worker_standing,
    defer_outbox_message FROM PUBLIC;
