-- Until when a client stays that nobody uses; NULL where it stays for good.
ALTER TABLE {schema}.clients ADD COLUMN unused_until bigint;
CREATE INDEX clients_by_end ON {schema}.clients (unused_until) WHERE unused_until IS NOT NULL;
CREATE INDEX clients_with_end ON {schema}.clients (issuer, unused_until) WHERE unused_until IS NOT NULL;
-- A session is its family: what is here is gone with that. The first client comes first.
CREATE TABLE {schema}.sessions (
    issuer  integer           NOT NULL,
    family  pg_catalog.bytea  NOT NULL,
    handle  pg_catalog.bytea  NOT NULL,
    subject pg_catalog.bytea  NOT NULL,
    clients pg_catalog.text[] NOT NULL,
    PRIMARY KEY (issuer, family),
    UNIQUE (issuer, handle),
    FOREIGN KEY (issuer, family) REFERENCES {schema}.families (issuer, family) ON DELETE CASCADE
);
CREATE INDEX sessions_of_subject ON {schema}.sessions (issuer, subject);

-- Who is still to be told that a session has ended.
CREATE TABLE {schema}.logout_notices (
    issuer     integer          NOT NULL REFERENCES {schema}.issuers (id),
    session    pg_catalog.bytea NOT NULL,
    client_id  pg_catalog.text  COLLATE pg_catalog."C" NOT NULL,
    subject    pg_catalog.bytea NOT NULL,
    due_at     bigint           NOT NULL,
    attempts   bigint           NOT NULL DEFAULT 0,
    expires_at bigint           NOT NULL,
    PRIMARY KEY (issuer, session, client_id)
);
CREATE INDEX logout_notices_due ON {schema}.logout_notices (issuer, due_at);
CREATE INDEX logout_notices_by_end ON {schema}.logout_notices (expires_at);
