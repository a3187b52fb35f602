DROP POLICY read_by_authority ON ledger_entry;
DROP FUNCTION record_in_ledger() CASCADE;
DROP FUNCTION record_places_in_ledger() CASCADE;
DROP FUNCTION record_private_in_ledger() CASCADE;
DROP FUNCTION record_postcodes_in_ledger() CASCADE;
DROP FUNCTION keep_ledger() CASCADE;
DROP FUNCTION personal_values_of, open_personal, ledger_place, ledger_changes, append_to_ledger, ledger_content, lock_ledger;
DROP AGGREGATE chain_hash(bytea, text);
DROP FUNCTION chain_step, contact_of, seal_personal, personal_key_of;
