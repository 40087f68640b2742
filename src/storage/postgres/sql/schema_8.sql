-- Of a request whose answer is fetched later: its second key, and when and how often it was asked for. The release before does not look here.
ALTER TABLE {schema}.pending ADD COLUMN alias pg_catalog.bytea, ADD COLUMN polled_at bigint, ADD COLUMN poll_interval bigint;
CREATE UNIQUE INDEX pending_by_alias ON {schema}.pending (issuer, alias) WHERE alias IS NOT NULL;
