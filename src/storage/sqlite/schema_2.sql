-- Requests that wait to be decided, in place of `interactions`: those can be decided more than once, so none is taken over, and whoever
-- was signing in starts again. `id` says in which order they came.
DROP TABLE interactions;

CREATE TABLE pending (
    id         INTEGER PRIMARY KEY,
    hash       BLOB    NOT NULL,
    issuer     INTEGER NOT NULL REFERENCES issuers (id),
    kind       TEXT    NOT NULL,
    owner      BLOB    NOT NULL,
    client_id  TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    details    TEXT    NOT NULL,
    answer     TEXT,
    UNIQUE (hash, issuer)
) STRICT;
CREATE INDEX pending_of_owner ON pending (owner, issuer, kind) WHERE answer IS NULL;
CREATE INDEX pending_by_end ON pending (expires_at);
