-- The recent searches: which organisation last searched for which five demographics (as a hash, never the details), and how it ended.
CREATE TABLE recent_searches (
    organisation_id INTEGER NOT NULL,
    details TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (organisation_id, details)
);
CREATE INDEX recent_searches_by_time ON recent_searches (at);
