-- The rows of an `Issue`, in the family that the statement holds. Which of them are stored is said by `stores` and
-- `stores_refresh_token`. $1 to $15 are the same in every statement that ends like this.
inserted_code AS (
    INSERT INTO {schema}.codes (issuer, hash, family, expires_at, details)
    SELECT issuer, $3, family, $4, $5 FROM held WHERE stores AND $3 IS NOT NULL
),
inserted_access_token AS (
    -- Most tokens say what their family says; it is kept once.
    INSERT INTO {schema}.access_tokens (issuer, hash, family, generation, issued_at, expires_at, details)
    SELECT issuer, $6, family, $7, $8, $9, CASE WHEN $10 {<>} details THEN $10 END FROM held WHERE stores AND $6 IS NOT NULL
),
inserted_refresh_token AS (
    INSERT INTO {schema}.refresh_tokens (issuer, hash, family, generation, issued_at, expires_at, details)
    SELECT issuer, $11, family, $12, $13, $14, CASE WHEN $15 {<>} details THEN $15 END FROM held
    WHERE stores_refresh_token AND $11 IS NOT NULL
)
SELECT outcome, stores, salt FROM held
