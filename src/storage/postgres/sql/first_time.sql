-- Remembers the key $2 until $3 if it is not remembered at $4, and says whether it did. Gives no row if the issuer has no number yet.
WITH own AS (
    SELECT id FROM {schema}.issuers WHERE url {=} $1
),
remembered AS (
    INSERT INTO {schema}.replays (issuer, hash, expires_at) SELECT id, $2, $3 FROM own
    ON CONFLICT (issuer, hash) DO UPDATE SET expires_at = $3 WHERE replays.expires_at {<=} $4
    RETURNING 1
)
SELECT EXISTS (SELECT FROM remembered) FROM own
