-- Problems with ULNs that users reported, each a case of the service desk. The learner of a report is that of uln, as it was given.
CREATE TABLE uln_problems (
    case_number INTEGER PRIMARY KEY NOT NULL REFERENCES cases (number),
    problem TEXT NOT NULL,
    uln TEXT NOT NULL,
    other_uln TEXT,
    explanation TEXT NOT NULL
);
