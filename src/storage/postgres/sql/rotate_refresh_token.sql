-- The family is locked as it is *now*, whatever this statement's snapshot says, and what it is decides. The presented token is
-- $16 at $17, of family $18 and generation $19; the rows to be stored belong to $20 and its client $21, NULL if there are none;
-- $22 is the salt to be kept until $23. Nothing is done if the lock was not to be had within $24 seconds: nobody waits for the outcome
-- any more, and the client may come again.
WITH locked AS MATERIALIZED (
    SELECT f.issuer, f.family, f.details, f.salt,
        CASE
            WHEN t.family {<>} $18 OR t.generation {<>} $19 THEN 'mismatched'
            WHEN f.revoked THEN 'dead'
            WHEN f.generation {=} t.generation THEN 'rotated'
            WHEN f.generation {=} (t.generation {+} 1) AND f.salt IS NOT NULL AND f.retry_until {>} $17 THEN 'retried'
            ELSE 'replayed'
        END AS outcome,
        $20 IS NULL OR ($20 {=} f.family AND $21 {=} f.client_id) AS ours
    FROM {schema}.refresh_tokens t JOIN {schema}.families f ON f.issuer {=} t.issuer AND f.family {=} t.family
    WHERE t.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND t.hash {=} $16 AND t.expires_at {>} $17
        AND f.keep_until {>} $17
    FOR UPDATE OF f
),
decided AS MATERIALIZED (
    SELECT issuer, family, details, salt, ours, CASE
        WHEN pg_catalog.clock_timestamp() {>} (pg_catalog.now() {+} pg_catalog.make_interval(0, 0, 0, 0, 0, 0, $24)) THEN 'late'
        ELSE outcome
    END AS outcome FROM locked
),
held AS (
    SELECT *, (outcome {=} 'rotated' OR outcome {=} 'retried') AND ours AS stores,
        outcome {=} 'rotated' AND ours AS stores_refresh_token
    FROM decided
),
rotated_family AS (
    -- Where retries are off the salt is of no use to anybody.
    UPDATE {schema}.families f SET generation = f.generation {+} 1, keep_until = greatest(f.keep_until, $2),
        salt = CASE WHEN $23 {>} $17 THEN $22 END, retry_until = CASE WHEN $23 {>} $17 THEN $23 END
    FROM held WHERE stores_refresh_token AND f.issuer {=} held.issuer AND f.family {=} held.family
),
kept_family AS (
    UPDATE {schema}.families f SET keep_until = $2
    FROM held WHERE stores AND outcome {=} 'retried' AND f.issuer {=} held.issuer AND f.family {=} held.family AND f.keep_until {<} $2
),
revoked_family AS (
    UPDATE {schema}.families f SET revoked = true, salt = NULL, retry_until = NULL
    FROM held WHERE outcome {=} 'replayed' AND f.issuer {=} held.issuer AND f.family {=} held.family
),
