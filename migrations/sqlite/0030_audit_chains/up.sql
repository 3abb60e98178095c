-- The audit trail is a number of chains: a line's hash covers the line and the hash before it. On SQLite there is one chain. Lines from before
-- have none. Times are UTC.
ALTER TABLE audit ADD COLUMN chain INTEGER;
ALTER TABLE audit ADD COLUMN sequence BIGINT;
ALTER TABLE audit ADD COLUMN hash BLOB;
-- The last line of each chain; its length is that line's sequence.
CREATE TABLE audit_chains (
    chain INTEGER PRIMARY KEY NOT NULL,
    length BIGINT NOT NULL,
    head BLOB NOT NULL
);
INSERT INTO audit_chains (chain, length, head) VALUES (1, 0, zeroblob(32));
-- Up to which line each chain was erased when the time to keep it was over, and that line's hash. Chain 0 stands for the lines that have none,
-- which are counted by their id.
CREATE TABLE audit_erased (
    chain INTEGER PRIMARY KEY NOT NULL,
    through BIGINT NOT NULL,
    hash BLOB NOT NULL,
    erased_at TIMESTAMP NOT NULL
);
-- One row: how many chains there are, and the id of the last line that has none.
CREATE TABLE audit_start (
    chains INTEGER PRIMARY KEY NOT NULL,
    uncovered BIGINT NOT NULL
);
INSERT INTO audit_start (chains, uncovered) SELECT 1, coalesce(max(id), 0) FROM audit;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
WHEN NOT EXISTS (
    SELECT 1 FROM audit_erased
    WHERE audit_erased.chain = coalesce(OLD.chain, 0) AND audit_erased.through >= coalesce(OLD.sequence, OLD.id)
)
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
