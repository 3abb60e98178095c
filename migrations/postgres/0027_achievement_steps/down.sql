DROP INDEX entries_by_awarder;
DROP INDEX learning_events_by_awarder;
DROP TABLE achievement_steps;
