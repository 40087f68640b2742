-- Of the families of issuer $1 that come after $2, by identifier, the next $3: those of the client $4 that are neither revoked nor
-- forgotten at $5 are revoked. Says how many were, and the last that was looked at. No index has the clients of families, which every
-- new one would pay for; a family keeps its identifier, so each is looked at once, whatever becomes of it meanwhile.
WITH looked AS MATERIALIZED (
    SELECT f.issuer, f.family, f.client_id {=} $4 AND NOT f.revoked AND f.keep_until {>} {of_purge:$5} AS theirs
    FROM {schema}.families f
    WHERE f.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND f.family {>} $2
    ORDER BY f.family LIMIT $3
),
revoked AS (
    UPDATE {schema}.families f SET revoked = true, salt = NULL, retry_until = NULL
    FROM looked WHERE theirs AND f.issuer {=} looked.issuer AND f.family {=} looked.family AND NOT f.revoked
    RETURNING 1
)
SELECT (SELECT pg_catalog.count(*) FROM revoked), (SELECT family FROM looked ORDER BY family DESC LIMIT 1)
