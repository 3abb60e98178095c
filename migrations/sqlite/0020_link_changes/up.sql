-- What was done to the links between learners, and why: merged, unmerged, deleted, restored. A learner whose master was merged has a row with
-- part_of, the change that it was part of. Learners that were imported with a master have none. Times are UTC.
CREATE TABLE link_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL,
    uln TEXT NOT NULL,
    master_uln TEXT,
    reason TEXT NOT NULL,
    user_name TEXT NOT NULL,
    organisation_id INTEGER,
    part_of BIGINT
);
CREATE INDEX link_changes_by_uln ON link_changes (uln, id);
CREATE INDEX link_changes_by_master ON link_changes (master_uln, id);
CREATE INDEX link_changes_by_time ON link_changes (changed_at, kind);
CREATE INDEX link_changes_by_whole ON link_changes (part_of);
