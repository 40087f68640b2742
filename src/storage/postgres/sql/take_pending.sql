DELETE FROM {schema}.pending WHERE issuer {=} (SELECT id FROM {schema}.issuers WHERE url {=} $1) AND hash {=} $2
RETURNING kind, owner, client_id, expires_at, details
