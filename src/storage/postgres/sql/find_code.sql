SELECT f.family, f.client_id, {is_revoked}, f.generation, c.expires_at, c.redeemed, c.details, f.outliving
FROM {schema}.codes c JOIN {schema}.families f ON f.issuer {=} c.issuer AND f.family {=} c.family
WHERE c.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND c.hash {=} $2
    AND (c.redeemed OR c.expires_at {>} $3) AND f.keep_until {>} $3
