-- A family that descends from $24. It may answer the request $21, which is NULL if there is none, with $23; the moment is $22. The request
-- and then the ancestors are locked as they are *now*, whatever this statement's snapshot says, so that none of them goes before this is
-- done. Gives no row if the issuer has no number yet, for then there is no parent.
WITH asked AS MATERIALIZED (
    SELECT issuer, hash, answer FROM {schema}.pending
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND hash {=} $21 AND expires_at {>} $22
    FOR UPDATE
),
parent AS MATERIALIZED (
    SELECT issuer, family, revoked, ancestors FROM {schema}.families
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND family {=} $24 AND keep_until {>} $22
        AND ($21 IS NULL OR EXISTS (SELECT FROM asked WHERE answer IS NULL))
    FOR KEY SHARE
),
older AS MATERIALIZED (
    SELECT a.revoked FROM parent JOIN {schema}.families a ON a.issuer {=} parent.issuer AND a.family {=} ANY (parent.ancestors)
    FOR KEY SHARE OF a
),
decided AS MATERIALIZED (
    SELECT i.id AS issuer, pg_catalog.array_prepend(parent.family, parent.ancestors) AS ancestors, CASE
        WHEN $21 IS NOT NULL AND NOT EXISTS (SELECT FROM asked) THEN 'gone'
        WHEN EXISTS (SELECT FROM asked WHERE answer IS NOT NULL) THEN 'decided'
        WHEN parent.family IS NULL OR parent.revoked THEN 'orphaned'
        WHEN (SELECT pg_catalog.count(*) FROM older WHERE NOT revoked) {<>} coalesce(pg_catalog.cardinality(parent.ancestors), 0)
            THEN 'orphaned'
        WHEN pg_catalog.cardinality(parent.ancestors) {>=} {most_ancestors} THEN 'too deep'
        ELSE 'begun'
    END AS outcome
    FROM {schema}.issuers i LEFT JOIN parent ON true WHERE i.url {=} $1
),
answered AS (
    UPDATE {schema}.pending p SET answer = $23
    FROM decided WHERE outcome {=} 'begun' AND p.issuer {=} decided.issuer AND p.hash {=} $21
),
begun AS (
    INSERT INTO {schema}.families (issuer, keep_until, family, client_id, subject, created_at, details, ancestors)
    SELECT issuer, $2, $16, $17, $18, $19, $20, ancestors FROM decided WHERE outcome {=} 'begun'
    RETURNING issuer, family, details, salt
),
kept_ancestors AS (
    UPDATE {schema}.families f SET keep_until = $2
    FROM decided WHERE outcome {=} 'begun' AND f.issuer {=} decided.issuer AND f.family {=} ANY (decided.ancestors)
        AND f.keep_until {<} $2
),
held AS (
    SELECT issuer, family, details, 'begun' AS outcome, true AS stores, true AS stores_refresh_token, salt FROM begun
    UNION ALL
    SELECT issuer, NULL, NULL, outcome, false, false, NULL FROM decided WHERE outcome {<>} 'begun'
),
