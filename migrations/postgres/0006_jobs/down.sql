DROP TABLE job_results;
DROP TABLE job_records;
DROP TABLE jobs;
