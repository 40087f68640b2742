-- Gives no row if the issuer has no number yet.
WITH held AS (
    INSERT INTO {schema}.families (issuer, keep_until, family, client_id, subject, created_at, details)
    SELECT id, $2, $16, $17, $18, $19, $20 FROM {schema}.issuers WHERE url {=} $1
    RETURNING issuer, family, details, 'begun' AS outcome, true AS stores, true AS stores_refresh_token, salt
),
