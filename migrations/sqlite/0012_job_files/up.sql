-- The name of the file that a batch came in, where it came in one. Achievement jobs had it among their settings.
ALTER TABLE jobs ADD COLUMN file_name TEXT;
UPDATE jobs SET file_name = json_extract(settings, '$.file_name') WHERE kind = 'Achievement';

-- The file itself, where it is kept with the job: in pieces, so that writing a large one does not hold other writers up.
CREATE TABLE job_files (
    job_id BIGINT NOT NULL,
    piece INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (job_id, piece)
);
