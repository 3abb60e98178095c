DROP TRIGGER audit_is_never_emptied ON audit;
DROP TRIGGER audit_is_never_changed ON audit;
DROP FUNCTION audit_is_append_only();
DROP TABLE audit_start;
DROP TABLE audit_erased;
DROP TABLE audit_chains;
ALTER TABLE audit DROP COLUMN hash;
ALTER TABLE audit DROP COLUMN sequence;
ALTER TABLE audit DROP COLUMN chain;
