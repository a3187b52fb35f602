DROP POLICY read_by_authority ON ledger_entry;
DO $$
DECLARE
    made regprocedure;
BEGIN
    FOR made IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          AND proname IN ('record_place', 'record_place_private', 'record_place_change', 'record_place_merge', 'record_place_division',
                          'record_audit', 'record_division_set', 'record_councillor', 'record_term_of_office', 'record_account',
                          'record_account_secret', 'record_api_key', 'record_register_setting', 'record_authority', 'record_scheme',
                          'record_premises_kind', 'record_postcodes', 'record_emptied', 'line_up', 'keep_ledger')
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', made);
    END LOOP;
END $$;
DROP PROCEDURE record_table;
DROP FUNCTION personal_values_of, open_personal, contact_of, append_to_ledger, lock_ledger, ledger_content, ledger_actor;
DROP AGGREGATE chain_hash(bytea, text);
DROP FUNCTION chain_step;
