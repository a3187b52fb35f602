-- The role as which the web service works. It is of the whole cluster, so it may be there already; nobody logs in as it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'safeplaces_web') THEN
        BEGIN
            CREATE ROLE safeplaces_web NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION;
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'The user % may not make the role safeplaces_web, as which the web service works.', current_user
                    USING HINT = format('Have an administrator of PostgreSQL run: CREATE ROLE safeplaces_web NOLOGIN; '
                                        'GRANT safeplaces_web TO %I; then run alembic upgrade head again.', current_user);
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this cluster was migrated at the same moment
        END;
    END IF;
    IF (SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'safeplaces_web') THEN
        RAISE EXCEPTION 'The role safeplaces_web may do more than it should.'
            USING HINT = 'Have an administrator of PostgreSQL run: '
                         'ALTER ROLE safeplaces_web NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;';
    END IF;
    IF NOT pg_has_role(current_user, 'safeplaces_web', 'MEMBER') THEN
        BEGIN
            EXECUTE format('GRANT safeplaces_web TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'The user % may not become safeplaces_web, as which the web service works.', current_user
                USING HINT = format('Have an administrator of PostgreSQL run: GRANT safeplaces_web TO %I;', current_user);
        END;
    END IF;
    -- Who can make temporary functions can look through the condition of a view. Only the owner of the tables needs them.
    IF (SELECT pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()) THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), current_user);
    END IF;
END $$;
