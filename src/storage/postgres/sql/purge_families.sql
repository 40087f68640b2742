-- Families that have expired, and what is kept as long as they are: their codes. Locked as they are *now*, so that a family which
-- has just been prolonged by another clock keeps both. While somebody holds a code, its family stays: without it, nothing would find
-- the code any more. As nobody is waited for, it does not matter that a redemption locks the two in the other order.
WITH due AS MATERIALIZED (
    SELECT ctid, issuer, family, keep_until AS ended FROM {schema}.families
    WHERE keep_until {<=} {of_purge:$1} AND keep_until {>=} $3
    ORDER BY keep_until LIMIT $2
    FOR UPDATE SKIP LOCKED
),
-- They go with their families, which have no codes.
gone_sessions AS (
    SELECT FROM due JOIN {schema}.sessions s ON s.issuer {=} due.issuer AND s.family {=} due.family
),
due_codes AS MATERIALIZED (
    SELECT c.ctid FROM due JOIN {schema}.codes c ON c.issuer {=} due.issuer AND c.family {=} due.family
    FOR UPDATE OF c SKIP LOCKED
),
gone_codes AS (
    DELETE FROM {schema}.codes WHERE ctid {=} ANY (ARRAY(SELECT ctid FROM due_codes)) RETURNING 1
),
gone AS (
    DELETE FROM {schema}.families WHERE ctid {=} ANY (ARRAY(SELECT ctid FROM due)) AND NOT EXISTS (
        SELECT FROM {schema}.codes c WHERE c.issuer {=} families.issuer AND c.family {=} families.family
            AND c.ctid {<>} ALL (ARRAY(SELECT ctid FROM due_codes))
    )
    RETURNING 1
)
SELECT (SELECT pg_catalog.count(*) FROM gone) {+} (SELECT pg_catalog.count(*) FROM gone_codes) {+} (SELECT pg_catalog.count(*) FROM gone_sessions),
    (SELECT pg_catalog.count(*) FROM due), (SELECT pg_catalog.max(ended) FROM due)
