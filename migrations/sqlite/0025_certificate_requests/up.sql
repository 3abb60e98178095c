-- The certificates that super users ask for at the portal. `key_hash` is the SHA-256 of the request's
-- public key. A request that was signed keeps its certificate, for the organisation to download.
CREATE TABLE certificate_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    key_hash TEXT NOT NULL UNIQUE,
    key_kind TEXT NOT NULL,
    request TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    fingerprint TEXT REFERENCES certificates (fingerprint),
    certificate TEXT
);
-- One at a time waits for its signature.
CREATE UNIQUE INDEX certificate_requests_waiting ON certificate_requests (organisation_id) WHERE fingerprint IS NULL;

-- Of certificates that were registered before, the key is not known.
ALTER TABLE certificates ADD COLUMN key_hash TEXT;
