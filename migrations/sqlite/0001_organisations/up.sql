-- Organisations, the client certificates that may act for them, and the counter by which every node notices a change of either.
CREATE TABLE organisations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    ukprn TEXT NOT NULL UNIQUE,
    org_ref TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    learner_registration_body BOOLEAN NOT NULL,
    awarding_organisation BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    permissions TEXT NOT NULL,
    password_hash TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE certificates (
    fingerprint TEXT PRIMARY KEY NOT NULL,
    subject TEXT NOT NULL,
    not_after TIMESTAMP NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);

CREATE TABLE certificate_organisations (
    fingerprint TEXT NOT NULL REFERENCES certificates (fingerprint),
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (fingerprint, organisation_id)
);

CREATE TABLE registry_changes (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    number BIGINT NOT NULL
);
INSERT INTO registry_changes (id, number) VALUES (1, 0);
