-- Whose turn it is: the organisation whose batches were taken up longest ago comes first, one never served before all others.
CREATE TABLE job_turns (
    organisation_id INTEGER PRIMARY KEY NOT NULL REFERENCES organisations (id),
    turn BIGINT NOT NULL
);

-- How many batches an organisation has that are not over.
CREATE INDEX jobs_open_by_organisation ON jobs (organisation_id) WHERE state IN ('Waiting', 'InProgress');

-- When the records of a job that is over were deleted: they hold names, and are kept for a time only.
ALTER TABLE jobs ADD COLUMN records_deleted_at TIMESTAMP;
CREATE INDEX jobs_with_records ON jobs (finished_at) WHERE finished_at IS NOT NULL AND records_deleted_at IS NULL;
