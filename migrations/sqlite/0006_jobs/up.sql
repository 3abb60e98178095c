-- Batches: a job for each, and its records with what they came to. A job in the state 'Receiving' is not submitted yet and nobody sees it.
-- lease_owner holds a job until lease_until; without an owner lease_until is the moment before which nobody takes the job up.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    user_name TEXT NOT NULL,
    certificate TEXT,
    door TEXT NOT NULL,
    submitted_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    finished_at TIMESTAMP,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMP,
    records INTEGER NOT NULL,
    records_done INTEGER NOT NULL,
    settings TEXT NOT NULL,
    rejection_reason TEXT,
    counters TEXT
);
CREATE INDEX jobs_open ON jobs (turns, id) WHERE state IN ('Waiting', 'InProgress');
CREATE INDEX jobs_receiving ON jobs (submitted_at) WHERE state = 'Receiving';
CREATE INDEX jobs_by_organisation ON jobs (organisation_id, id);

-- Without a reference to jobs, the check of which would cost more than the record.
CREATE TABLE job_records (
    job_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (job_id, number)
) WITHOUT ROWID;

-- What records came to. A table of its own, because to write it into the records would write each of them, input and all, a second time.
CREATE TABLE job_results (
    job_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    code TEXT NOT NULL,
    output TEXT,
    PRIMARY KEY (job_id, number)
) WITHOUT ROWID;
