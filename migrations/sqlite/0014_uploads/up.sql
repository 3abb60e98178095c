-- Files that users upload, from the first byte until they are submitted as a job or deleted. An upload in the state 'Receiving' is
-- incomplete and nobody sees it. lease_owner holds it while it is checked, until lease_until.
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    user_name TEXT NOT NULL,
    door TEXT NOT NULL,
    file_name TEXT NOT NULL,
    kind TEXT,
    check_only BOOLEAN NOT NULL,
    size BIGINT NOT NULL,
    state TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    checked_at TIMESTAMP,
    ended_at TIMESTAMP,
    attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until TIMESTAMP,
    summary TEXT,
    job_id BIGINT
);
CREATE INDEX uploads_by_organisation ON uploads (organisation_id, id);
CREATE INDEX uploads_to_check ON uploads (id) WHERE state IN ('Received', 'Checking');
CREATE INDEX uploads_by_job ON uploads (job_id) WHERE job_id IS NOT NULL;

-- The bytes, in pieces, so that a large file does not delay other writers.
CREATE TABLE upload_pieces (
    upload_id BIGINT NOT NULL,
    piece INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (upload_id, piece)
);

-- What the check found: each kind of finding once, with its texts, and where it is. Neither table has a value of the file.
CREATE TABLE upload_finding_kinds (
    upload_id BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    weight TEXT NOT NULL,
    code TEXT NOT NULL,
    heading TEXT NOT NULL,
    rule TEXT NOT NULL,
    advice TEXT NOT NULL,
    findings INTEGER NOT NULL,
    first_row INTEGER,
    PRIMARY KEY (upload_id, kind)
);
CREATE TABLE upload_findings (
    upload_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    place INTEGER,
    found TEXT NOT NULL,
    PRIMARY KEY (upload_id, number)
);
CREATE INDEX upload_findings_by_kind ON upload_findings (upload_id, kind, number);

-- Records of registration jobs that needed attention and were worked by a user, each once.
CREATE TABLE worked_exceptions (
    job_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    worked_at TIMESTAMP NOT NULL,
    user_name TEXT NOT NULL,
    way TEXT NOT NULL,
    code TEXT NOT NULL,
    uln TEXT,
    reason TEXT NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (job_id, number)
);
CREATE INDEX worked_exceptions_by_organisation ON worked_exceptions (organisation_id, job_id, number);
