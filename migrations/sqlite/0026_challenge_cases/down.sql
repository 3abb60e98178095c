ALTER TABLE challenges DROP COLUMN case_number;
