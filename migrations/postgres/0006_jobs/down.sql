DROP TABLE job_records;
DROP TABLE jobs;
