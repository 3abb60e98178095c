ALTER TABLE certificates DROP COLUMN key_hash;
DROP TABLE certificate_requests;
