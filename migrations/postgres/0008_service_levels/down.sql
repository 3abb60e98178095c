DROP TABLE service_days;
DROP TABLE service_minutes;
