-- Passkeys of an account: second factors beside the authenticator app. `credential` is the name that
-- the authenticator gave it, `fixed` its public key, `counted` what changes with its use. None of
-- them is secret.
CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    credential TEXT NOT NULL UNIQUE,
    fixed TEXT NOT NULL,
    counted TEXT NOT NULL,
    added_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- The last question for a passkey, until it is answered.
ALTER TABLE sessions ADD COLUMN passkey_question TEXT;
ALTER TABLE pending_sign_ins ADD COLUMN passkey_question TEXT;
