-- What the pages of a session keep between two requests, as JSON: a search and its results, a form on its way. It is deleted with the session.
CREATE TABLE kept_values (
    handle TEXT PRIMARY KEY NOT NULL,
    session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    kept_at TIMESTAMP NOT NULL
);
CREATE INDEX kept_values_by_session ON kept_values (session_id, kept_at);
