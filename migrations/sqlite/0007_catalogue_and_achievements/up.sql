-- What may be achieved and who may say so, and what a learning event holds when an awarding organisation maintains it: an achievement.
CREATE TABLE catalogue (
    reference TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    qualification_type TEXT NOT NULL,
    level TEXT,
    credits BIGINT NOT NULL,
    grading TEXT NOT NULL,
    owner TEXT NOT NULL,
    availability TEXT NOT NULL,
    shared_with TEXT NOT NULL,
    operational_end DATE,
    certification_end DATE,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE awarding_recognitions (
    organisation_id INTEGER PRIMARY KEY NOT NULL REFERENCES organisations (id),
    status TEXT NOT NULL,
    ended_on DATE
);

ALTER TABLE learning_events ADD COLUMN withdrawn_from TEXT;
ALTER TABLE learning_events ADD COLUMN submitted_provider_ukprn TEXT;
ALTER TABLE learning_events ADD COLUMN mis_identifier TEXT;
ALTER TABLE learning_events ADD COLUMN action_date DATE;
ALTER TABLE learning_events ADD COLUMN action_reason TEXT;
-- Finds a learner's events, and keeps an achievement from being there twice unless it was withdrawn (other events have NULL in the key, which
-- is unlike any other). One index for both: every further one is a page at random for every record of a batch.
CREATE UNIQUE INDEX learning_events_by_uln ON learning_events (
    uln,
    subject_code,
    awarding_organisation_ukprn,
    (CASE WHEN source IN ('AO', 'QCFU', 'QCFQ') AND status <> 'W' THEN achievement_award_date END)
);
