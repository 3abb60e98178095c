DROP TABLE learners;
