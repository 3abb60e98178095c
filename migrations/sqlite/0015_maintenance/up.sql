-- Planned maintenance. A window that was cancelled stays, because calendars must be told of it. Times are UTC.
CREATE TABLE maintenance_windows (
    number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    affects TEXT NOT NULL,
    explanation TEXT NOT NULL,
    planned_at TIMESTAMP NOT NULL,
    cancelled_at TIMESTAMP
);
CREATE INDEX maintenance_windows_by_end ON maintenance_windows (ends_at);
