-- The audit trail: rows are only ever added. Names are those of the moment, so that a row explains itself.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY NOT NULL,
    at TIMESTAMP NOT NULL,
    organisation_id INTEGER,
    organisation_ref TEXT NOT NULL,
    organisation_name TEXT NOT NULL,
    user_name TEXT NOT NULL,
    certificate TEXT,
    door TEXT NOT NULL,
    action TEXT NOT NULL,
    uln TEXT,
    record_uln TEXT,
    outcome TEXT NOT NULL
);
-- Only the rows that show a learning record are looked up by learner (ViewAudit). All others cost no index: an index
-- in the order of learners is written all over the file, and every call waits for its row.
CREATE INDEX audit_by_record ON audit (record_uln, at) WHERE record_uln IS NOT NULL;
