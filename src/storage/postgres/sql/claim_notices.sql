-- Takes $2 notices that are due at $3, and makes them due again at $4. What somebody else is taking is left to them.
WITH due AS MATERIALIZED (
    SELECT ctid FROM {schema}.logout_notices
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND due_at {<=} $3 AND expires_at {>} $3
    ORDER BY due_at, session, client_id LIMIT $2
    FOR UPDATE SKIP LOCKED
),
taken AS (
    UPDATE {schema}.logout_notices SET due_at = $4, attempts = attempts {+} 1 WHERE ctid {=} ANY (ARRAY(SELECT ctid FROM due))
    RETURNING session, client_id, subject, attempts, expires_at
)
SELECT session, client_id, subject, attempts, expires_at FROM taken ORDER BY session, client_id
