SELECT f.family, f.client_id, {is_revoked}, f.generation, f.keep_until, f.subject, f.created_at, f.details, f.ancestors[1],
    f.outliving
FROM {schema}.families f
WHERE f.issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND f.family {=} $2 AND f.keep_until {>} $3
