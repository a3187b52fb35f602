DROP FUNCTION prune_idempotent_answers();
DROP TRIGGER keep_merges ON place_merge;
DROP FUNCTION keep_merges();
DROP FUNCTION surviving_place(bigint);
