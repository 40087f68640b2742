-- As a request that waits, with the second key $11, unless one is there under it that has not expired; says whether it was kept. Gives no row
-- if the issuer has no number yet.
WITH own AS (
    SELECT id FROM {schema}.issuers WHERE url {=} $1
),
waiting AS MATERIALIZED (
    SELECT issuer, hash, pg_catalog.row_number() OVER (ORDER BY number) AS place, pg_catalog.count(*) OVER () AS total
    FROM {schema}.pending
    WHERE issuer {=} (SELECT id FROM own) AND owner {=} $4 AND kind {=} $3 AND answer IS NULL AND expires_at {>} $9
),
kept AS (
    INSERT INTO {schema}.pending (issuer, hash, kind, owner, client_id, expires_at, details, alias)
    SELECT id, $2, $3, $4, $5, $6, $7, $11 FROM own
    ON CONFLICT (issuer, alias) WHERE alias IS NOT NULL DO UPDATE SET number = DEFAULT, hash = $2, kind = $3, owner = $4, client_id = $5,
        expires_at = $6, details = $7, answer = NULL, polled_at = NULL, poll_interval = NULL
    WHERE pending.expires_at {<=} $9
    RETURNING 1
),
gone AS (
    DELETE FROM {schema}.pending p WHERE EXISTS (SELECT FROM kept) AND EXISTS (
        SELECT FROM waiting w
        WHERE w.issuer {=} p.issuer AND w.hash {=} p.hash AND w.place {>} $8 AND w.place {<=} (($8 {+} w.total) {-} $10)
    )
)
SELECT EXISTS (SELECT FROM kept) FROM own
