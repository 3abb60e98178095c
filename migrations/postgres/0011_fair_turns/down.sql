DROP INDEX jobs_with_records;
ALTER TABLE jobs DROP COLUMN records_deleted_at;
DROP INDEX jobs_open_by_organisation;
DROP TABLE job_turns;
