-- What may be used once. It stays for a minute longer than it is remembered.
CREATE TABLE replays (
    hash       BLOB    NOT NULL,
    issuer     INTEGER NOT NULL REFERENCES issuers (id),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (hash, issuer)
) STRICT, WITHOUT ROWID;
CREATE INDEX replays_by_end ON replays (expires_at);
