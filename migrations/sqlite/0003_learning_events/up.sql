-- The personal learning record: achievements and participation, whose events they are, and where they came from.
CREATE TABLE learning_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uln TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    achievement_award_date DATE,
    achievement_provider_name TEXT NOT NULL,
    achievement_provider_ukprn TEXT NOT NULL,
    awarding_organisation_name TEXT,
    awarding_organisation_ukprn TEXT,
    collection_type TEXT,
    credits BIGINT NOT NULL,
    date_loaded TIMESTAMP,
    grade TEXT,
    language_for_assessment TEXT,
    level TEXT,
    participation_start_date DATE,
    participation_end_date DATE,
    qualification_type TEXT,
    restriction TEXT,
    return_number TEXT,
    subject TEXT NOT NULL,
    subject_code TEXT NOT NULL,
    under_data_challenge BOOLEAN NOT NULL
);
CREATE INDEX learning_events_by_uln ON learning_events (uln);
