//! All statements, with the schema filled in once. The text of one is the key under which a connection keeps it prepared.

use std::sync::Arc;

use super::purge::Expired;
use super::schema::Schema;

pub(super) type Sql = Arc<str>;

pub(super) struct Statements {
    pub(super) add_issuer: Sql,
    pub(super) find_client: Sql,
    pub(super) put_client: Sql,
    pub(super) begin_family: Sql,
    pub(super) revoke_family: Sql,
    pub(super) list_families: Sql,
    pub(super) find_code: Sql,
    pub(super) redeem_code: Sql,
    pub(super) find_access_token: Sql,
    pub(super) revoke_access_token: Sql,
    pub(super) find_refresh_token: Sql,
    pub(super) rotate_refresh_token: Sql,
    pub(super) begin_family_spending: Sql,
    pub(super) put_pending: Sql,
    pub(super) find_pending: Sql,
    pub(super) take_pending: Sql,
    pub(super) decide_pending: Sql,
    pub(super) takes_writes: Sql,
    pub(super) unwise_settings: Sql,
    pub(super) purge: [(Expired, Sql); Expired::ALL.len()],
}

const FIND_TOKEN: &str = include_str!("sql/find_token.sql");

impl Statements {
    pub(super) fn new(schema: &Schema) -> Self {
        let find_token =
            |tokens: &str, revoked: &str| schema.fill(&FIND_TOKEN.replace("{tokens}", tokens).replace("{revoked}", revoked));
        Self {
            add_issuer: schema.fill("INSERT INTO {schema}.issuers (url) VALUES ($1) ON CONFLICT DO NOTHING"),
            find_client: schema.fill(super::clients::FIND),
            put_client: schema.fill(super::clients::PUT),
            begin_family: schema.fill(concat!(include_str!("sql/begin_family.sql"), include_str!("sql/insert_issue.sql"))),
            revoke_family: schema.fill(super::families::REVOKE),
            list_families: schema.fill(super::families::LIST),
            find_code: schema.fill(include_str!("sql/find_code.sql")),
            redeem_code: schema.fill(concat!(include_str!("sql/redeem_code.sql"), include_str!("sql/insert_issue.sql"))),
            find_access_token: find_token("access_tokens", "t.revoked"),
            revoke_access_token: schema.fill(super::tokens::REVOKE_ACCESS),
            find_refresh_token: find_token("refresh_tokens", "false"),
            rotate_refresh_token: schema
                .fill(concat!(include_str!("sql/rotate_refresh_token.sql"), include_str!("sql/insert_issue.sql"))),
            begin_family_spending: schema
                .fill(concat!(include_str!("sql/begin_family_spending.sql"), include_str!("sql/insert_issue.sql"))),
            put_pending: schema.fill(include_str!("sql/put_pending.sql")),
            find_pending: schema.fill(include_str!("sql/find_pending.sql")),
            take_pending: schema.fill(include_str!("sql/take_pending.sql")),
            decide_pending: schema.fill(include_str!("sql/decide_pending.sql")),
            takes_writes: schema.fill(
                "SELECT NOT pg_catalog.pg_is_in_recovery() AND pg_catalog.current_setting('transaction_read_only') {=} 'off'",
            ),
            unwise_settings: schema.fill(super::run::UNWISE_SETTINGS),
            purge: Expired::ALL.map(|expired| (expired, schema.fill(&expired.statement()))),
        }
    }
}
