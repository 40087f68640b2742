-- Joins the session with the handle $2 that lives at $8, or else opens one: with the identifier $3, for the subject $4 and the clients $5,
-- kept until $6; $7 is the client of its family, $9 the details of that, $10 when it began. Gives no row if the issuer has no number yet,
-- or a session with the handle is there and does not live, or was opened by somebody else meanwhile.
WITH joined AS (
    UPDATE {schema}.sessions s SET clients = s.clients {||} ARRAY(SELECT c FROM pg_catalog.unnest($5) c WHERE c {<>} ALL (s.clients))
    FROM {schema}.families f
    WHERE s.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND s.handle {=} $2
        AND f.issuer {=} s.issuer AND f.family {=} s.family AND NOT f.revoked AND f.keep_until {>} $8
    RETURNING s.issuer, s.family, s.handle, s.subject, f.created_at, s.clients
),
kept AS (
    UPDATE {schema}.families f SET keep_until = $6 FROM joined
    WHERE f.issuer {=} joined.issuer AND f.family {=} joined.family AND f.keep_until {<} $6
),
opened AS (
    INSERT INTO {schema}.sessions (issuer, family, handle, subject, clients)
    SELECT id, $3, $2, $4, $5 FROM {schema}.issuers WHERE url {=} $1 AND NOT EXISTS (SELECT FROM joined)
    ON CONFLICT (issuer, handle) DO NOTHING
    RETURNING issuer, family, handle, subject, clients
),
begun AS (
    INSERT INTO {schema}.families (issuer, keep_until, family, client_id, created_at, details)
    SELECT issuer, $6, family, $7, $10, $9 FROM opened
)
SELECT family, handle, subject, created_at, clients FROM joined
UNION ALL
SELECT family, handle, subject, $10, clients FROM opened
