-- Divides learners and their learning events into 16 partitions each, by ULN. Run it once, as the
-- user of the service, in an empty or an existing database, while no server and no worker runs.
-- docs/scale.md says what it is good for. The service needs no setting, and a test runs on it.

BEGIN;

CREATE FUNCTION pg_temp.divide(name text, key text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    whole text := name || '_whole';
    sequence text;
    last bigint;
    indexes text[];
    definition text;
BEGIN
    EXECUTE format('ALTER TABLE %I RENAME TO %I', name, whole);
    -- Unique indexes must contain the ULN from now on. The one of the primary key follows below.
    SELECT array_agg(pg_get_indexdef(indexrelid)) INTO indexes FROM pg_index
    WHERE indrelid = whole::regclass AND NOT indisprimary AND (NOT indisunique OR indnatts > 1);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING IDENTITY) PARTITION BY HASH (uln)', name, whole);
    FOR number IN 0..15 LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            name || '_' || number, name, number);
    END LOOP;
    EXECUTE format('INSERT INTO %I OVERRIDING SYSTEM VALUE SELECT * FROM %I', name, whole);
    sequence := pg_get_serial_sequence(whole, 'id');
    last := nextval(sequence);
    EXECUTE format('DROP TABLE %I', whole);
    PERFORM setval(pg_get_serial_sequence(name, 'id'), last);
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%s)', name, key);
    FOREACH definition IN ARRAY indexes LOOP
        EXECUTE replace(definition, whole, name);
    END LOOP;
    EXECUTE format('CREATE INDEX %I ON %I (id)', name || '_by_id', name);
END
$$;

SELECT pg_temp.divide('learners', 'uln');
SELECT pg_temp.divide('learning_events', 'uln, id');

COMMIT;

ANALYZE learners, learning_events;
