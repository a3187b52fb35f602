DROP FUNCTION surviving_place_as_at, active_set_as_at, place_links_as_at, division_set_as_at, place_division_as_at, councillor_as_at, term_of_office_as_at;
DROP FUNCTION keep_row_history() CASCADE;
DROP FUNCTION keep_deleted_rows() CASCADE;
DROP FUNCTION keep_row_history_for_ever() CASCADE;
