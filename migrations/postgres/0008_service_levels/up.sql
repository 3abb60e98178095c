-- What the service knows of its own availability: the minutes in which a node was up, and for each day and function the calls and the
-- minutes in which every call failed inside.
CREATE TABLE service_minutes (
    minute TIMESTAMP PRIMARY KEY NOT NULL,
    maintenance BOOLEAN NOT NULL
);

CREATE TABLE service_days (
    day DATE NOT NULL,
    function TEXT COLLATE "C" NOT NULL,
    answered BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    failed_minutes BIGINT NOT NULL,
    PRIMARY KEY (day, function)
);
