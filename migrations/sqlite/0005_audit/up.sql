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
    outcome TEXT NOT NULL,
    record_shown BOOLEAN NOT NULL
);
-- Of the lines that show a learning record alone: an index over all lines would make every call write a page at random, which costs three
-- times as much as the line itself.
CREATE INDEX audit_of_records_shown ON audit (uln, at) WHERE record_shown;
