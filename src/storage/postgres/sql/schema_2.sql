-- Requests that wait to be decided. They take the place of `interactions`, which stay for instances of the release before and go with
-- a later version. `number` says in which order they came.
CREATE TABLE {schema}.pending (
    number     bigint           GENERATED ALWAYS AS IDENTITY,
    issuer     integer          NOT NULL REFERENCES {schema}.issuers (id),
    hash       pg_catalog.bytea NOT NULL,
    kind       pg_catalog.text  COLLATE pg_catalog."C" NOT NULL,
    owner      pg_catalog.bytea NOT NULL,
    client_id  pg_catalog.text  COLLATE pg_catalog."C" NOT NULL,
    expires_at bigint           NOT NULL,
    details    pg_catalog.text  NOT NULL,
    answer     pg_catalog.text,
    PRIMARY KEY (issuer, hash)
);
CREATE INDEX pending_of_owner ON {schema}.pending (issuer, owner, kind, number) WHERE answer IS NULL;
CREATE INDEX pending_by_end ON {schema}.pending (expires_at);
