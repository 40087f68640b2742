-- Until when a client stays that nobody uses; NULL where it stays for good.
ALTER TABLE clients ADD COLUMN unused_until INTEGER;
CREATE INDEX clients_by_end ON clients (unused_until) WHERE unused_until IS NOT NULL;
CREATE INDEX clients_with_end ON clients (issuer, unused_until) WHERE unused_until IS NOT NULL;
-- A session is its family: what is here is gone with that. `clients` is JSON, the first one first.
CREATE TABLE sessions (
    family  INTEGER PRIMARY KEY REFERENCES families (id) ON DELETE CASCADE,
    issuer  INTEGER NOT NULL,
    handle  BLOB    NOT NULL,
    subject TEXT    NOT NULL,
    clients TEXT    NOT NULL,
    UNIQUE (handle, issuer)
) STRICT;
CREATE INDEX sessions_of_subject ON sessions (issuer, subject);

-- Who is still to be told that a session has ended.
CREATE TABLE logout_notices (
    session    BLOB    NOT NULL,
    issuer     INTEGER NOT NULL REFERENCES issuers (id),
    client_id  TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (session, issuer, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX logout_notices_due ON logout_notices (issuer, due_at);
CREATE INDEX logout_notices_by_end ON logout_notices (expires_at);
