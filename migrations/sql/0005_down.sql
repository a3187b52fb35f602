DROP FUNCTION find_places(text, text, text[], text[], boolean);
DROP INDEX ix_place_private_contact_name_trigram;
DROP INDEX ix_place_membership_status;
DROP INDEX ix_place_register_name;
DROP FUNCTION prune_idempotent_answers();
DROP TRIGGER keep_merges ON place_merge;
DROP FUNCTION keep_merges();
DROP FUNCTION surviving_place(bigint);
