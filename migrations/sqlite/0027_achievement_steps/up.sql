-- What an awarding organisation did to each of its achievements, and what the achievement had then. Those that were loaded, or are older than
-- this table, have no row for how they began.
CREATE TABLE achievement_steps (
    event_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at TIMESTAMP NOT NULL,
    door TEXT NOT NULL,
    user_name TEXT NOT NULL,
    done TEXT NOT NULL,
    standing TEXT NOT NULL,
    award_date DATE,
    grade TEXT,
    language TEXT,
    action_date DATE,
    action_reason TEXT,
    PRIMARY KEY (event_id, number)
) WITHOUT ROWID;
-- Finds the newest achievements of an awarding organisation. Its rows are added at the end, so a batch writes few pages more.
CREATE INDEX learning_events_by_awarder ON learning_events (awarding_organisation_ukprn, id);
-- Finds what waits for a result.
CREATE INDEX entries_by_awarder ON learning_events (awarding_organisation_ukprn, achievement_award_date) WHERE status = 'P' AND grade IS NULL;
-- Finds what began as an entry, without a grade.
CREATE INDEX steps_of_entries ON achievement_steps (event_id) WHERE number = 0 AND grade IS NULL;
