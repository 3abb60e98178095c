DROP INDEX learning_events_by_uln;
ALTER TABLE learning_events DROP COLUMN action_reason;
ALTER TABLE learning_events DROP COLUMN action_date;
ALTER TABLE learning_events DROP COLUMN mis_identifier;
ALTER TABLE learning_events DROP COLUMN submitted_provider_ukprn;
ALTER TABLE learning_events DROP COLUMN withdrawn_from;
DROP TABLE awarding_recognitions;
DROP TABLE catalogue;
