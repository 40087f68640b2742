UPDATE {schema}.pending SET answer = $3
WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND hash {=} $2 AND expires_at {>} $4 AND answer IS NULL
RETURNING true
