-- Of each algorithm and generation there is one. What is sealed is empty once the key was withdrawn.
CREATE TABLE {schema}.signing_keys (
    issuer          integer          NOT NULL REFERENCES {schema}.issuers (id),
    kid             pg_catalog.text  COLLATE pg_catalog."C" NOT NULL,
    algorithm       pg_catalog.text  COLLATE pg_catalog."C" NOT NULL,
    generation      bigint           NOT NULL,
    announced_at    bigint           NOT NULL,
    signs_from      bigint           NOT NULL,
    signs_until     bigint           NOT NULL,
    published_until bigint           NOT NULL,
    withdrawn_at    bigint,
    public          pg_catalog.text  NOT NULL,
    sealed          pg_catalog.bytea NOT NULL,
    details         pg_catalog.text  NOT NULL,
    PRIMARY KEY (issuer, algorithm, generation),
    UNIQUE (issuer, kid)
);
CREATE INDEX signing_keys_by_end ON {schema}.signing_keys (published_until);
