-- Accounts of people. `email_key` is the address in lower case. A recent sign-in keeps an account from falling asleep; `locked_at` is set by
-- wrong passwords or codes. `totp_step` is the last time step whose code was used.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    telephone TEXT,
    password_hash TEXT,
    password_set_at TIMESTAMP,
    totp_secret TEXT,
    totp_step BIGINT NOT NULL DEFAULT 0,
    wrong_passwords INTEGER NOT NULL DEFAULT 0,
    wrong_codes INTEGER NOT NULL DEFAULT 0,
    locked_at TIMESTAMP,
    agreed_at TIMESTAMP,
    active_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Earlier passwords of an account, which may not be used again.
CREATE TABLE account_passwords (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    set_at TIMESTAMP NOT NULL,
    password_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, set_at)
);

-- Which organisations an account belongs to, and what it may do there.
CREATE TABLE memberships (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    roles TEXT NOT NULL,
    suspended BOOLEAN NOT NULL,
    staff_reference TEXT,
    identity_check TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (account_id, organisation_id)
);
CREATE INDEX memberships_by_organisation ON memberships (organisation_id);

-- Codes for those who have lost their second factor, as hashes.
CREATE TABLE recovery_codes (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (account_id, code_hash)
);

-- Links that work once: invitations, and resets of the password or the second factor. The password and the secret are those that were chosen on
-- the way through its pages; they take effect with its end.
CREATE TABLE account_links (
    token_hash TEXT PRIMARY KEY NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    password_hash TEXT,
    totp_secret TEXT,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX account_links_by_account ON account_links (account_id);

-- Sign-ins that wait for their second factor.
CREATE TABLE pending_sign_ins (
    token_hash TEXT PRIMARY KEY NOT NULL,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    wrong_codes INTEGER NOT NULL DEFAULT 0,
    expires_at TIMESTAMP NOT NULL
);

-- Sessions, by the hash of their token.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id INTEGER REFERENCES organisations (id),
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    second_factor_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_time ON sessions (seen_at);

-- Messages that are to be sent, written in the transaction of what they tell: what is told, never the text, and the token of a link until
-- the message is sent.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    recipient TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    organisation TEXT,
    token TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX outbox_by_time ON outbox (due_at);

-- The account of the user who did it, and the account to which it was done. Indexed as lines that show a record are: those alone.
ALTER TABLE audit ADD COLUMN account_id INTEGER;
ALTER TABLE audit ADD COLUMN about_account_id INTEGER;
CREATE INDEX audit_by_account ON audit (account_id, at) WHERE account_id IS NOT NULL;
CREATE INDEX audit_about_account ON audit (about_account_id, at) WHERE about_account_id IS NOT NULL;
