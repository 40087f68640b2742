-- The request that the family answers is locked as it is *now*, whatever this statement's snapshot says: $21 at $22, to be answered
-- with $23. Gives no row if it is not there.
WITH locked AS MATERIALIZED (
    SELECT issuer, hash, answer FROM {schema}.pending
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND hash {=} $21 AND expires_at {>} $22
    FOR UPDATE
),
answered AS (
    UPDATE {schema}.pending p SET answer = $23
    FROM locked WHERE locked.answer IS NULL AND p.issuer {=} locked.issuer AND p.hash {=} locked.hash
),
begun AS (
    INSERT INTO {schema}.families (issuer, keep_until, family, client_id, subject, created_at, details)
    SELECT issuer, $2, $16, $17, $18, $19, $20 FROM locked WHERE answer IS NULL
    RETURNING issuer, family, details, salt
),
held AS (
    SELECT issuer, family, details, 'begun' AS outcome, true AS stores, true AS stores_refresh_token, salt FROM begun
    UNION ALL
    SELECT issuer, NULL, NULL, 'decided', false, false, NULL FROM locked WHERE answer IS NOT NULL
),
