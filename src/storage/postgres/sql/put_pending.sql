-- What owner $4 has waiting of kind $3, oldest first: with one more there would be too many, so those after the first $8 give way of
-- which there are more than $10, which is one less than there is room for. Gives no row if the issuer has no number yet.
WITH waiting AS MATERIALIZED (
    SELECT issuer, hash, pg_catalog.row_number() OVER (ORDER BY number) AS place, pg_catalog.count(*) OVER () AS total
    FROM {schema}.pending
    WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND owner {=} $4 AND kind {=} $3 AND answer IS NULL
        AND expires_at {>} $9
),
gone AS (
    DELETE FROM {schema}.pending p WHERE EXISTS (
        SELECT FROM waiting w
        WHERE w.issuer {=} p.issuer AND w.hash {=} p.hash AND w.place {>} $8 AND w.place {<=} (($8 {+} w.total) {-} $10)
    )
)
INSERT INTO {schema}.pending (issuer, hash, kind, owner, client_id, expires_at, details)
SELECT id, $2, $3, $4, $5, $6, $7 FROM {schema}.issuers WHERE url {=} $1
RETURNING true
