-- Times are seconds since 1970. Keys are hashes and random identifiers as bytes; the issuer is part of every key.

CREATE TABLE issuers (
    id  INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE clients (
    issuer    INTEGER NOT NULL REFERENCES issuers (id),
    client_id TEXT    NOT NULL,
    record    TEXT    NOT NULL,
    PRIMARY KEY (issuer, client_id)
) STRICT, WITHOUT ROWID;

-- What descends from a family refers to it by `id`, which grows: new rows of an index by family are next to each other,
-- where the random `family` would scatter them over all its pages.
CREATE TABLE families (
    id          INTEGER PRIMARY KEY,
    family      BLOB    NOT NULL,
    issuer      INTEGER NOT NULL REFERENCES issuers (id),
    client_id   TEXT    NOT NULL,
    subject     TEXT,
    created_at  INTEGER NOT NULL,
    keep_until  INTEGER NOT NULL,
    generation  INTEGER NOT NULL DEFAULT 0,
    revoked     INTEGER NOT NULL DEFAULT 0,
    salt        BLOB,
    retry_until INTEGER,
    details     TEXT    NOT NULL,
    UNIQUE (family, issuer)
) STRICT;
CREATE INDEX families_of_subject ON families (issuer, subject, created_at) WHERE subject IS NOT NULL;
CREATE INDEX families_by_end ON families (keep_until);
CREATE INDEX families_by_retry ON families (retry_until) WHERE retry_until IS NOT NULL;

-- Redeemed codes stay as long as their family, so that a replay is recognised.
CREATE TABLE codes (
    id         INTEGER PRIMARY KEY,
    hash       BLOB    NOT NULL,
    issuer     INTEGER NOT NULL,
    family     INTEGER NOT NULL REFERENCES families (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    redeemed   INTEGER NOT NULL DEFAULT 0,
    details    TEXT    NOT NULL,
    UNIQUE (hash, issuer)
) STRICT;
CREATE INDEX codes_of_family ON codes (family);
CREATE INDEX codes_by_end ON codes (expires_at) WHERE redeemed = 0;

-- Where `details` is NULL it is the text of the family.
CREATE TABLE access_tokens (
    hash       BLOB    NOT NULL,
    issuer     INTEGER NOT NULL,
    family     INTEGER NOT NULL REFERENCES families (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked    INTEGER NOT NULL DEFAULT 0,
    details    TEXT,
    PRIMARY KEY (hash, issuer)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_of_family ON access_tokens (family);
CREATE INDEX access_tokens_by_end ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL,
    issuer     INTEGER NOT NULL,
    family     INTEGER NOT NULL REFERENCES families (id) ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    details    TEXT,
    PRIMARY KEY (hash, issuer)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);

CREATE TABLE interactions (
    id         INTEGER PRIMARY KEY,
    hash       BLOB    NOT NULL,
    issuer     INTEGER NOT NULL REFERENCES issuers (id),
    client_id  TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    details    TEXT    NOT NULL,
    UNIQUE (hash, issuer)
) STRICT;
CREATE INDEX interactions_by_end ON interactions (expires_at);
