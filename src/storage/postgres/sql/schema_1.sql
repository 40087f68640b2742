-- Times are seconds since 1970. Keys are hashes and random identifiers as bytes; the issuer is part of every key.
-- There are no foreign keys from codes and tokens to families: nothing in a family outlives the moment until which it is kept,
-- every look-up joins the family, and each check would lock its row once more.
-- `integer`, `bigint` and `boolean` are words of the grammar; all other types have their schema.

CREATE TABLE {schema}.issuers (
    id  integer         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url pg_catalog.text NOT NULL UNIQUE
);

CREATE TABLE {schema}.clients (
    issuer    integer         NOT NULL REFERENCES {schema}.issuers (id),
    client_id pg_catalog.text COLLATE pg_catalog."C" NOT NULL,
    record    pg_catalog.text NOT NULL,
    PRIMARY KEY (issuer, client_id)
);

-- The subject is bytes, since a text of PostgreSQL cannot hold every text.
CREATE TABLE {schema}.families (
    issuer      integer          NOT NULL REFERENCES {schema}.issuers (id),
    family      pg_catalog.bytea NOT NULL,
    client_id   pg_catalog.text  COLLATE pg_catalog."C" NOT NULL,
    subject     pg_catalog.bytea,
    created_at  bigint           NOT NULL,
    keep_until  bigint           NOT NULL,
    generation  bigint           NOT NULL DEFAULT 0,
    revoked     boolean          NOT NULL DEFAULT false,
    salt        pg_catalog.bytea,
    retry_until bigint,
    details     pg_catalog.text  NOT NULL,
    PRIMARY KEY (issuer, family)
);
CREATE INDEX families_of_subject ON {schema}.families (issuer, subject, created_at) WHERE subject IS NOT NULL;
CREATE INDEX families_by_end ON {schema}.families (keep_until);
CREATE INDEX families_by_retry ON {schema}.families (retry_until) WHERE retry_until IS NOT NULL;

-- Redeemed codes stay as long as their family, so that a replay is recognised.
CREATE TABLE {schema}.codes (
    issuer     integer          NOT NULL,
    hash       pg_catalog.bytea NOT NULL,
    family     pg_catalog.bytea NOT NULL,
    expires_at bigint           NOT NULL,
    redeemed   boolean          NOT NULL DEFAULT false,
    details    pg_catalog.text  NOT NULL,
    PRIMARY KEY (issuer, hash)
);
CREATE INDEX codes_of_family ON {schema}.codes (issuer, family);
CREATE INDEX codes_by_end ON {schema}.codes (expires_at) WHERE NOT redeemed;

-- Where `details` is NULL it is the text of the family.
CREATE TABLE {schema}.access_tokens (
    issuer     integer          NOT NULL,
    hash       pg_catalog.bytea NOT NULL,
    family     pg_catalog.bytea NOT NULL,
    generation bigint           NOT NULL,
    issued_at  bigint           NOT NULL,
    expires_at bigint           NOT NULL,
    revoked    boolean          NOT NULL DEFAULT false,
    details    pg_catalog.text,
    PRIMARY KEY (issuer, hash)
);
CREATE INDEX access_tokens_by_end ON {schema}.access_tokens (expires_at);

CREATE TABLE {schema}.refresh_tokens (
    issuer     integer          NOT NULL,
    hash       pg_catalog.bytea NOT NULL,
    family     pg_catalog.bytea NOT NULL,
    generation bigint           NOT NULL,
    issued_at  bigint           NOT NULL,
    expires_at bigint           NOT NULL,
    details    pg_catalog.text,
    PRIMARY KEY (issuer, hash)
);
CREATE INDEX refresh_tokens_by_end ON {schema}.refresh_tokens (expires_at);

CREATE TABLE {schema}.interactions (
    issuer     integer          NOT NULL REFERENCES {schema}.issuers (id),
    hash       pg_catalog.bytea NOT NULL,
    client_id  pg_catalog.text  COLLATE pg_catalog."C" NOT NULL,
    expires_at bigint           NOT NULL,
    details    pg_catalog.text  NOT NULL,
    PRIMARY KEY (issuer, hash)
);
CREATE INDEX interactions_by_end ON {schema}.interactions (expires_at);
