-- Learning event data challenges. original and supplied are values by field, as JSON. decided_by is the UKPRN of the awarding
-- organisation that decides; NULL is the service desk.
CREATE TABLE challenges (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    raised_by INTEGER NOT NULL REFERENCES organisations (id),
    raised_by_name TEXT NOT NULL,
    account_id INTEGER,
    decided_by TEXT,
    uln TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    event_id INTEGER,
    other_event_id INTEGER,
    original TEXT NOT NULL,
    supplied TEXT NOT NULL,
    contact_name TEXT NOT NULL,
    telephone TEXT NOT NULL,
    email TEXT NOT NULL,
    information TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    resolved_at TIMESTAMP
);
CREATE INDEX challenges_by_raiser ON challenges (raised_by, id);
CREATE INDEX challenges_by_decider ON challenges (decided_by, id);
CREATE INDEX challenges_by_uln ON challenges (uln);
CREATE INDEX open_challenges_by_event ON challenges (event_id) WHERE state IN ('open', 'in-progress');

-- What was done about each challenge, and what was said.
CREATE TABLE challenge_steps (
    challenge_id INTEGER NOT NULL REFERENCES challenges (id),
    number INTEGER NOT NULL,
    at TIMESTAMP NOT NULL,
    state TEXT NOT NULL,
    organisation TEXT NOT NULL,
    user_name TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (challenge_id, number)
);

-- What an event had before and after each correction, by field, as JSON.
CREATE TABLE event_versions (
    event_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at TIMESTAMP NOT NULL,
    challenge_id INTEGER NOT NULL REFERENCES challenges (id),
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (event_id, number)
);
