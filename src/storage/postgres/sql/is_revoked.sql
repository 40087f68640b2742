CASE WHEN f.ancestors IS NULL THEN f.revoked ELSE (
    SELECT CASE WHEN pg_catalog.count(*) {=} pg_catalog.cardinality(f.ancestors) THEN f.revoked OR pg_catalog.bool_or(a.revoked) END
    FROM {schema}.families a WHERE a.issuer {=} f.issuer AND a.family {=} ANY (f.ancestors)
) END