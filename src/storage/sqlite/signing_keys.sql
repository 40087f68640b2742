-- Of each algorithm and generation there is one. What is sealed is empty once the key was withdrawn.
CREATE TABLE signing_keys (
    id              INTEGER PRIMARY KEY,
    issuer          INTEGER NOT NULL REFERENCES issuers (id),
    kid             TEXT    NOT NULL,
    algorithm       TEXT    NOT NULL,
    generation      INTEGER NOT NULL,
    announced_at    INTEGER NOT NULL,
    signs_from      INTEGER NOT NULL,
    signs_until     INTEGER NOT NULL,
    published_until INTEGER NOT NULL,
    withdrawn_at    INTEGER,
    public          TEXT    NOT NULL,
    sealed          BLOB    NOT NULL,
    details         TEXT    NOT NULL,
    UNIQUE (issuer, kid),
    UNIQUE (issuer, algorithm, generation)
) STRICT;
CREATE INDEX signing_keys_by_end ON signing_keys (published_until);
