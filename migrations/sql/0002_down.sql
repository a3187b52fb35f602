DROP VIEW published_place CASCADE;
DROP FUNCTION place_as_at, effective_audit, assurance_of, is_published, london_date;
DROP FUNCTION keep_effective_audits() CASCADE;
DROP FUNCTION keep_revisions() CASCADE;
DROP FUNCTION record_place_revision() CASCADE;
DROP FUNCTION keep_place_rules() CASCADE;
DELETE FROM membership_transition;
DROP FUNCTION bump_register_version() CASCADE;
DELETE FROM register_version;
