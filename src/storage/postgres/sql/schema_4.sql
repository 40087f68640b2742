-- What may be used once. It stays for a minute longer than it is remembered.
CREATE TABLE {schema}.replays (
    issuer     integer          NOT NULL REFERENCES {schema}.issuers (id),
    hash       pg_catalog.bytea NOT NULL,
    expires_at bigint           NOT NULL,
    PRIMARY KEY (issuer, hash)
);
CREATE INDEX replays_by_end ON {schema}.replays (expires_at);
