-- Ends the session with the key $2 if it lives at $3. Its clients are to be told until $4, or not at all if that is NULL.
WITH ended AS (
    DELETE FROM {schema}.sessions s
    WHERE s.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND {its_key}
        AND EXISTS (
            SELECT FROM {schema}.families f
            WHERE f.issuer {=} s.issuer AND f.family {=} s.family AND NOT f.revoked AND f.keep_until {>} $3
        )
    RETURNING s.issuer, s.family, s.handle, s.subject, s.clients
),
revoked AS (
    UPDATE {schema}.families f SET revoked = true, salt = NULL, retry_until = NULL FROM ended
    WHERE f.issuer {=} ended.issuer AND f.family {=} ended.family
    RETURNING f.family, f.created_at
),
noticed AS (
    INSERT INTO {schema}.logout_notices (issuer, session, client_id, subject, due_at, expires_at)
    SELECT ended.issuer, ended.family, client_id, ended.subject, $3, $4
    FROM ended CROSS JOIN pg_catalog.unnest(ended.clients) client_id WHERE $4 IS NOT NULL
)
SELECT ended.family, ended.handle, ended.subject, revoked.created_at, ended.clients
FROM ended JOIN revoked ON revoked.family {=} ended.family
