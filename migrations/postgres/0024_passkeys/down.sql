ALTER TABLE pending_sign_ins DROP COLUMN passkey_question;
ALTER TABLE sessions DROP COLUMN passkey_question;
DROP TABLE passkeys;
