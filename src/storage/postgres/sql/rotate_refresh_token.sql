-- The family is locked as it is *now*, whatever this statement's snapshot says, and what it is decides. The presented token is
-- $16 at $17, of family $18 and generation $19; the rows to be stored belong to $20 and its client $21, NULL if there are none;
-- $22 is the salt to be kept until $23, NULL if the token stays what it is: for so long by the clock of the database, which all instances
-- share. $25 is what outlives the rotation. Nothing is done if the lock was not to be had within $24 seconds: nobody waits for the outcome
-- any more, and the client may come again.
WITH locked AS MATERIALIZED (
    SELECT f.issuer, f.family, f.ancestors, f.details, f.salt,
        CASE
            WHEN t.family {<>} $18 OR t.generation {<>} $19 THEN 'mismatched'
            WHEN f.revoked THEN 'dead'
            WHEN f.generation {=} t.generation THEN CASE WHEN $22 IS NULL THEN 'renewed' ELSE 'rotated' END
            WHEN $22 IS NOT NULL AND f.generation {=} (t.generation {+} 1) AND f.salt IS NOT NULL AND f.retry_until {>} {of_retry:$17} THEN 'retried'
            ELSE 'replayed'
        END AS outcome,
        $20 IS NULL OR ($20 {=} f.family AND $21 {=} f.client_id) AS ours
    FROM {schema}.refresh_tokens t JOIN {schema}.families f ON f.issuer {=} t.issuer AND f.family {=} t.family
    WHERE t.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND t.hash {=} $16 AND t.expires_at {>} $17
        AND f.keep_until {>} $17
    FOR UPDATE OF f
),
-- What it descends from stays as it is kept until this is done, for which it is locked as it is *now*. Where there is nothing, nothing
-- is looked for.
ancestors AS MATERIALIZED (
    SELECT a.revoked FROM locked JOIN {schema}.families a ON a.issuer {=} locked.issuer AND a.family {=} ANY (locked.ancestors)
    FOR KEY SHARE OF a
),
decided AS MATERIALIZED (
    SELECT issuer, family, ancestors, details, salt, ours, CASE
        WHEN pg_catalog.clock_timestamp() {>} (pg_catalog.now() {+} pg_catalog.make_interval(0, 0, 0, 0, 0, 0, $24)) THEN 'late'
        WHEN outcome {=} 'mismatched' OR ancestors IS NULL THEN outcome
        WHEN (SELECT pg_catalog.count(*) FROM ancestors WHERE NOT ancestors.revoked) {<>} pg_catalog.cardinality(ancestors) THEN 'dead'
        ELSE outcome
    END AS outcome FROM locked
),
held AS (
    SELECT *, (outcome {=} 'rotated' OR outcome {=} 'renewed' OR outcome {=} 'retried') AND ours AS stores,
        outcome {=} 'rotated' AND ours AS stores_refresh_token
    FROM decided
),
rotated_family AS (
    -- Where retries are off the salt is of no use to anybody.
    UPDATE {schema}.families f SET generation = f.generation {+} 1, keep_until = greatest(f.keep_until, $2),
        salt = CASE WHEN $23 {>} $17 THEN $22 END, retry_until = CASE WHEN $23 {>} $17 THEN $23 {-} $17 {+} {shared:$17} END,
        outliving = $25
    FROM held WHERE stores_refresh_token AND f.issuer {=} held.issuer AND f.family {=} held.family
),
kept_families AS (
    UPDATE {schema}.families f SET keep_until = $2
    FROM held WHERE stores AND f.issuer {=} held.issuer AND f.keep_until {<} $2 AND f.family {=} ANY (
        CASE WHEN NOT stores_refresh_token THEN pg_catalog.array_prepend(held.family, held.ancestors) ELSE held.ancestors END
    )
),
revoked_family AS (
    UPDATE {schema}.families f SET revoked = true, salt = NULL, retry_until = NULL
    FROM held WHERE outcome {=} 'replayed' AND f.issuer {=} held.issuer AND f.family {=} held.family
),
