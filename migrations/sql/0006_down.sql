DROP TRIGGER defer_outbox_message ON outbox_message;
DROP FUNCTION defer_outbox_message, worker_standing, kept_mail_messages, settle_mail_message, queue_mail_message, defer_job;

-- All that the job library brought, by its prefix: its names differ between its versions.
DO $$
DECLARE
    command text;
BEGIN
    FOR command IN
        SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate\_%'
        UNION ALL
        SELECT format('DROP TABLE %I CASCADE', relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE 'procrastinate\_%'
        UNION ALL
        SELECT format('DROP TYPE %I CASCADE', typname) FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typname LIKE 'procrastinate\_%'
          AND (typtype = 'e' OR EXISTS (SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c'))
    LOOP
        EXECUTE command;
    END LOOP;
END $$;
