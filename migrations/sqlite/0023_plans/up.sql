-- Plans of learners in custody: what each is now, and every version it had. The content is JSON; its form is the domain's.
CREATE TABLE plans (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uln TEXT NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    version INTEGER NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX plans_by_uln ON plans (uln);
CREATE INDEX plans_by_organisation ON plans (organisation_id, id);

CREATE TABLE plan_versions (
    plan_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    user_name TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    step TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (plan_id, version)
);
