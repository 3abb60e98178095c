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
    outcome TEXT NOT NULL
);
CREATE INDEX audit_by_uln ON audit (uln, at) WHERE uln IS NOT NULL;
