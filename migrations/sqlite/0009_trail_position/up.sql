-- How far the trail file (lines of the audit that are durable and not yet in their table) has been moved into the table: one row at most.
CREATE TABLE trail_position (
    generation TEXT PRIMARY KEY NOT NULL,
    position BIGINT NOT NULL
);
