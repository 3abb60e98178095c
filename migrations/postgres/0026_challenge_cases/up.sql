-- Each challenge is a case of the service desk; those from before this migration have none.
ALTER TABLE challenges ADD COLUMN case_number INTEGER REFERENCES cases (number);
