-- The ULNs of learners who were erased when the time to keep them was over: a ULN is never issued again. Times are UTC.
CREATE TABLE erased_ulns (
    uln TEXT PRIMARY KEY NOT NULL,
    erased_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
