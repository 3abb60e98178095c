DROP TABLE event_versions;
DROP TABLE challenge_steps;
DROP TABLE challenges;
