SELECT f.family, f.client_id, {is_revoked}, f.generation,
    t.expires_at, {token_is_revoked}, coalesce(t.details, f.details), t.generation, t.issued_at, f.outliving
FROM {schema}.{tokens} t JOIN {schema}.families f ON f.issuer {=} t.issuer AND f.family {=} t.family
WHERE t.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND t.hash {=} $2
    AND t.expires_at {>} $3 AND f.keep_until {>} $3
