DROP TABLE learning_events;
