-- What users told the service desk. The columns outage_... are filled for incidents that everybody is told of. Times are UTC.
CREATE TABLE cases (
    number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    summary TEXT NOT NULL,
    logged_at TIMESTAMP NOT NULL,
    logged_by TEXT NOT NULL,
    organisation_id INTEGER,
    rectified_at TIMESTAMP,
    rectified_by TEXT,
    advice TEXT,
    outage_began_at TIMESTAMP,
    outage_words TEXT
);
CREATE INDEX cases_open ON cases (rectified_at, logged_at);
CREATE INDEX cases_by_time ON cases (logged_at);
