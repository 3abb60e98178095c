-- The name of the file in which a batch was submitted, if any. Achievement jobs had it in their settings.
ALTER TABLE jobs ADD COLUMN file_name TEXT;
UPDATE jobs SET file_name = settings::json ->> 'file_name' WHERE kind = 'Achievement';

-- The file itself, if it is stored with the job: in pieces, so that a large one does not delay other writers.
CREATE TABLE job_files (
    job_id BIGINT NOT NULL,
    piece INTEGER NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (job_id, piece)
);
