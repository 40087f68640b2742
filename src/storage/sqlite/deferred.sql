-- Of a request whose answer is fetched later: its second key, and when and how often it was asked for. The release before does not look here.
ALTER TABLE pending ADD COLUMN alias BLOB;
ALTER TABLE pending ADD COLUMN polled_at INTEGER;
ALTER TABLE pending ADD COLUMN poll_interval INTEGER;
CREATE UNIQUE INDEX pending_by_alias ON pending (alias, issuer) WHERE alias IS NOT NULL;
