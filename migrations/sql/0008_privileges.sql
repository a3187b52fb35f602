-- What the web's role may do: no more than this. Rows are bounded by the authority, role and account for which a transaction
-- was confined (app/db/sessions.py). The owner of the tables (commands, the worker, migrations) is not bounded.
-- tests/rules/test_privileges.py lists every table with what is granted here: a new table needs a line in both.

CREATE FUNCTION asking_authority() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('safeplaces.authority', true), '') $$;
CREATE FUNCTION asking_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('safeplaces.role', true), 'public') $$;
CREATE FUNCTION keeps_register() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('safeplaces.role', true) IN ('officer', 'administrator'), false) $$;
CREATE FUNCTION reads_private() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('safeplaces.role', true) IN ('auditor', 'officer', 'administrator'), false) $$;

-- Functions that work as the owner: only those that are named here can be called by the web's role.
DO $$
DECLARE
    ours text;
BEGIN
    FOR ours IN
        SELECT p.oid::regprocedure FROM pg_proc AS p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND pg_has_role(current_user, p.proowner, 'MEMBER')
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', ours);
    END LOOP;
END $$;
ALTER FUNCTION record_place_revision() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION bump_register_version() SECURITY DEFINER SET search_path = public, pg_temp;

GRANT USAGE ON SCHEMA public TO safeplaces_web;
GRANT EXECUTE ON FUNCTION
    session_of, see_session, end_session, prune_sign_ins, begin_sign_in_attempt, count_sign_in_attempts,
    take_back_sign_in_attempt, is_known_browser, remember_browser, forget_own_browsers, account_of_link, use_link,
    account_secret_of, own_secret, set_own_password, set_own_totp, confirm_own_totp, remove_own_totp, use_own_totp_step,
    set_own_recovery_codes, use_own_recovery_code, protection_of, remove_secrets_of,
    account_for_link, end_own_links, standing_of_link, use_sign_in_link, accounts_of_provider, id_token_of_session,
    surviving_place, prune_idempotent_answers, find_places,
    queue_mail_message, settle_mail_message, kept_mail_messages, worker_standing,
    key_of, see_key, known_place, known_place_as_at, surviving_place_as_at
TO safeplaces_web;

-- Open data, and what everybody may know.
GRANT SELECT ON authority, premises_kind, scheme, membership_transition, division_set, division, division_piece, postcode_unit,
    councillor, term_of_office, register_version, alembic_version, place_division, row_history,
    published_place, listed_place, listed_revision TO safeplaces_web;

-- Places. Links of places to divisions hold no more than that: they are read by everybody, and written by those who keep the place.
GRANT SELECT, INSERT, UPDATE ON place, place_private, place_change TO safeplaces_web;
GRANT SELECT, INSERT ON place_merge TO safeplaces_web;
GRANT INSERT, UPDATE, DELETE ON place_division TO safeplaces_web;
GRANT SELECT ON audit, place_revision TO safeplaces_web;
GRANT USAGE ON SEQUENCE place_reference, place_id_seq, place_change_id_seq TO safeplaces_web;

ALTER TABLE place ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON place FOR SELECT TO safeplaces_web USING (authority_code = asking_authority());
CREATE POLICY added_by_authority ON place FOR INSERT TO safeplaces_web
    WITH CHECK (authority_code = asking_authority() AND keeps_register());
CREATE POLICY changed_by_authority ON place FOR UPDATE TO safeplaces_web
    USING (authority_code = asking_authority() AND keeps_register());

-- What hangs on a place is seen with it: the place is looked up under its own policy.
ALTER TABLE place_private ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON place_private FOR SELECT TO safeplaces_web
    USING (reads_private() AND EXISTS (SELECT FROM place WHERE place.id = place_private.place_id));
CREATE POLICY added_by_authority ON place_private FOR INSERT TO safeplaces_web
    WITH CHECK (keeps_register() AND EXISTS (SELECT FROM place WHERE place.id = place_private.place_id));
CREATE POLICY changed_by_authority ON place_private FOR UPDATE TO safeplaces_web
    USING (keeps_register() AND EXISTS (SELECT FROM place WHERE place.id = place_private.place_id));

ALTER TABLE place_division ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_all ON place_division FOR SELECT TO safeplaces_web USING (true);
CREATE POLICY added_by_authority ON place_division FOR INSERT TO safeplaces_web
    WITH CHECK (keeps_register() AND EXISTS (SELECT FROM place WHERE place.id = place_division.place_id));
CREATE POLICY changed_by_authority ON place_division FOR UPDATE TO safeplaces_web
    USING (keeps_register() AND EXISTS (SELECT FROM place WHERE place.id = place_division.place_id));
CREATE POLICY deleted_by_authority ON place_division FOR DELETE TO safeplaces_web
    USING (keeps_register() AND EXISTS (SELECT FROM place WHERE place.id = place_division.place_id));

ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON audit FOR SELECT TO safeplaces_web
    USING (EXISTS (SELECT FROM place WHERE place.id = audit.place_id));
ALTER TABLE place_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON place_revision FOR SELECT TO safeplaces_web
    USING (EXISTS (SELECT FROM place WHERE place.id = place_revision.place_id));
ALTER TABLE place_merge ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON place_merge FOR SELECT TO safeplaces_web
    USING (EXISTS (SELECT FROM place WHERE place.id = place_merge.place_id));
CREATE POLICY added_by_authority ON place_merge FOR INSERT TO safeplaces_web
    WITH CHECK (keeps_register() AND EXISTS (SELECT FROM place WHERE place.id = place_merge.place_id));

-- A change that waits holds private facts.
ALTER TABLE place_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON place_change FOR SELECT TO safeplaces_web
    USING (authority_code = asking_authority() AND reads_private());
CREATE POLICY added_by_authority ON place_change FOR INSERT TO safeplaces_web
    WITH CHECK (authority_code = asking_authority() AND keeps_register()
                AND EXISTS (SELECT FROM place WHERE place.id = place_change.place_id));
CREATE POLICY changed_by_authority ON place_change FOR UPDATE TO safeplaces_web
    USING (authority_code = asking_authority() AND keeps_register());

GRANT SELECT, INSERT, UPDATE ON idempotent_answer TO safeplaces_web;
ALTER TABLE idempotent_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON idempotent_answer TO safeplaces_web USING (actor = current_setting('safeplaces.actor', true));

-- People. Names are seen by everybody of the authority; administrators change accounts; everybody their own, but not its role.
GRANT SELECT, INSERT, UPDATE ON account TO safeplaces_web;
GRANT USAGE ON SEQUENCE account_id_seq TO safeplaces_web;
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON account FOR SELECT TO safeplaces_web USING (authority_code = asking_authority());
CREATE POLICY added_by_administrators ON account FOR INSERT TO safeplaces_web
    WITH CHECK (authority_code = asking_authority() AND asking_role() = 'administrator');
CREATE POLICY changed_by_administrators ON account FOR UPDATE TO safeplaces_web
    USING (authority_code = asking_authority() AND asking_role() = 'administrator');
CREATE POLICY changed_by_oneself ON account FOR UPDATE TO safeplaces_web
    USING (id = asking_account())
    WITH CHECK (id = asking_account() AND role = asking_role() AND authority_code = asking_authority() AND is_active);

GRANT SELECT, INSERT, UPDATE ON sign_in_session TO safeplaces_web;
GRANT INSERT, SELECT (id, account_id) ON sign_in_link TO safeplaces_web;
GRANT USAGE ON SEQUENCE sign_in_session_id_seq, sign_in_link_id_seq TO safeplaces_web;
ALTER TABLE sign_in_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sign_in_session TO safeplaces_web USING (account_id = asking_account());
CREATE POLICY seen_by_administrators ON sign_in_session FOR SELECT TO safeplaces_web
    USING (asking_role() = 'administrator' AND EXISTS (SELECT FROM account WHERE account.id = sign_in_session.account_id));
CREATE POLICY ended_by_administrators ON sign_in_session FOR UPDATE TO safeplaces_web
    USING (asking_role() = 'administrator' AND EXISTS (SELECT FROM account WHERE account.id = sign_in_session.account_id))
    WITH CHECK (ended_at IS NOT NULL);
ALTER TABLE sign_in_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sign_in_link TO safeplaces_web USING (account_id = asking_account());
CREATE POLICY seen_by_administrators ON sign_in_link FOR SELECT TO safeplaces_web
    USING (asking_role() = 'administrator' AND EXISTS (SELECT FROM account WHERE account.id = sign_in_link.account_id));
CREATE POLICY made_by_administrators ON sign_in_link FOR INSERT TO safeplaces_web
    WITH CHECK (asking_role() = 'administrator' AND purpose = 'invitation'
                AND EXISTS (SELECT FROM account WHERE account.id = sign_in_link.account_id));

-- No right at all on account_secret, recovery_code, sign_in_attempt and known_browser: functions, one account at a time.
ALTER TABLE account_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE known_browser ENABLE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE ON api_key TO safeplaces_web;
GRANT USAGE ON SEQUENCE api_key_id_seq TO safeplaces_web;
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept_by_administrators ON api_key TO safeplaces_web
    USING (authority_code = asking_authority() AND asking_role() = 'administrator');

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view TO safeplaces_web;
GRANT USAGE ON SEQUENCE saved_view_id_seq TO safeplaces_web;
ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON saved_view TO safeplaces_web USING (account_id = asking_account());

GRANT SELECT, INSERT, UPDATE, DELETE ON register_setting TO safeplaces_web;
ALTER TABLE register_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_authority ON register_setting FOR SELECT TO safeplaces_web USING (authority_code = asking_authority());
CREATE POLICY kept_by_administrators ON register_setting TO safeplaces_web
    USING (authority_code = asking_authority() AND asking_role() = 'administrator');

-- Mail and messages: never a body. Messages are queued by functions.
GRANT INSERT, SELECT (id) ON outbox_message TO safeplaces_web;
GRANT USAGE ON SEQUENCE outbox_message_id_seq TO safeplaces_web;
GRANT SELECT (id, authority_code, kind, to_address, state, attempts, answer, created_at, expires_at, claimed_at, handed_over_at,
              settled_at, decided_by) ON mail_message TO safeplaces_web;
ALTER TABLE mail_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_by_administrators ON mail_message FOR SELECT TO safeplaces_web
    USING (authority_code = asking_authority() AND asking_role() = 'administrator');
