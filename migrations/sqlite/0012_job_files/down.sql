DROP TABLE job_files;
ALTER TABLE jobs DROP COLUMN file_name;
