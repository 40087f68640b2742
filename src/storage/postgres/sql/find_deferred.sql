SELECT kind, owner, client_id, expires_at, details, answer, hash FROM {schema}.pending
WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND alias {=} $2 AND expires_at {>} $3
