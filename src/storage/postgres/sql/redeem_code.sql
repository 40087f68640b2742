-- The code and then its family are locked as they are *now*, whatever this statement's snapshot says, and what they are decides.
-- Every row to be stored has to belong to that family ($18) and its client ($19), which are NULL if there is no row. Nothing is done
-- if the locks were not to be had within $20 seconds: nobody waits for the outcome any more.
WITH locked AS MATERIALIZED (
    SELECT c.issuer, c.hash, c.family, c.redeemed, f.revoked, f.ancestors, f.details, f.salt,
        $18 IS NULL OR ($18 {=} f.family AND $19 {=} f.client_id) AS ours
    FROM {schema}.codes c JOIN {schema}.families f ON f.issuer {=} c.issuer AND f.family {=} c.family
    WHERE c.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND c.hash {=} $16
        AND (c.redeemed OR c.expires_at {>} $17) AND f.keep_until {>} $17
    FOR UPDATE OF c, f
),
-- What it descends from stays as it is kept until this is done, for which it is locked as it is *now*. Where there is nothing, nothing
-- is looked for.
ancestors AS MATERIALIZED (
    SELECT a.revoked FROM locked JOIN {schema}.families a ON a.issuer {=} locked.issuer AND a.family {=} ANY (locked.ancestors)
    FOR KEY SHARE OF a
),
decided AS MATERIALIZED (
    SELECT issuer, hash, family, ancestors, details, salt, ours, CASE
        WHEN pg_catalog.clock_timestamp() {>} (pg_catalog.now() {+} pg_catalog.make_interval(0, 0, 0, 0, 0, 0, $20)) THEN 'late'
        WHEN ancestors IS NOT NULL AND (SELECT pg_catalog.count(*) FROM ancestors) {<>} pg_catalog.cardinality(ancestors) THEN 'dead'
        WHEN redeemed THEN 'replayed'
        WHEN revoked OR (ancestors IS NOT NULL AND EXISTS (SELECT FROM ancestors WHERE ancestors.revoked)) THEN 'dead'
        ELSE 'redeemed'
    END AS outcome FROM locked
),
held AS (
    SELECT *, outcome {=} 'redeemed' AND ours AS stores, outcome {=} 'redeemed' AND ours AS stores_refresh_token FROM decided
),
redeemed_code AS (
    UPDATE {schema}.codes c SET redeemed = true
    FROM held WHERE stores AND c.issuer {=} held.issuer AND c.hash {=} held.hash
),
kept_families AS (
    UPDATE {schema}.families f SET keep_until = $2
    FROM held WHERE stores AND f.issuer {=} held.issuer AND f.keep_until {<} $2
        AND f.family {=} ANY (pg_catalog.array_prepend(held.family, held.ancestors))
),
revoked_family AS (
    UPDATE {schema}.families f SET revoked = true, salt = NULL, retry_until = NULL
    FROM held WHERE outcome {=} 'replayed' AND f.issuer {=} held.issuer AND f.family {=} held.family
),
