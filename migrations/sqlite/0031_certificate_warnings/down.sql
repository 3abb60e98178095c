ALTER TABLE certificates DROP COLUMN warned_days;
