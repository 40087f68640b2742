//! All statements, with the schema filled in once. The text of one is the key under which a connection keeps it prepared.

use std::sync::Arc;

use super::clock;
use super::purge::Expired;
use super::schema::Schema;
use crate::storage::FamilyRecord;

pub(super) type Sql = Arc<str>;

pub(super) struct Statements {
    pub(super) add_issuer: Sql,
    pub(super) find_client: Sql,
    pub(super) put_client: Sql,
    pub(super) add_client: Sql,
    pub(super) replace_client: Sql,
    pub(super) keep_client: Sql,
    pub(super) remove_client: Sql,
    pub(super) list_clients: Sql,
    pub(super) begin_family: Sql,
    pub(super) begin_descendant: Sql,
    pub(super) find_family: Sql,
    pub(super) revoke_family: Sql,
    pub(super) list_families: Sql,
    pub(super) list_of_subject: Sql,
    pub(super) list_of_client: Sql,
    pub(super) portion_end: Sql,
    pub(super) revoke_of_subject: Sql,
    pub(super) revoke_of_client: Sql,
    pub(super) remove_requests: Sql,
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
    pub(super) put_deferred: Sql,
    pub(super) find_deferred: Sql,
    pub(super) poll_deferred: Sql,
    pub(super) first_time: Sql,
    pub(super) list_keys: Sql,
    pub(super) announce_key: Sql,
    pub(super) withdraw_key: Sql,
    pub(super) open_session: Sql,
    pub(super) forget_session: Sql,
    pub(super) session_by_id: Sql,
    pub(super) session_by_handle: Sql,
    pub(super) list_sessions: Sql,
    pub(super) end_session_by_id: Sql,
    pub(super) end_session_by_handle: Sql,
    pub(super) claim_notices: Sql,
    pub(super) settle_notice: Sql,
    pub(super) remove_notice: Sql,
    pub(super) takes_writes: Sql,
    pub(super) unwise_settings: Sql,
    pub(super) purge: [(Expired, Sql); Expired::ALL.len()],
}

/// Is the family `f` revoked, or one of its ancestors? NULL if one of those is gone.
const IS_REVOKED: &str = include_str!("sql/is_revoked.sql");
const FIND_TOKEN: &str = include_str!("sql/find_token.sql");

impl Statements {
    pub(super) fn new(schema: &Schema) -> Self {
        let of_family = |template: &str| schema.fill(&template.replace("{is_revoked}", IS_REVOKED));
        let find_token = |tokens: &str, revoked: &str| {
            of_family(&FIND_TOKEN.replace("{tokens}", tokens).replace("{token_is_revoked}", revoked))
        };
        let live_session = |key: &str| schema.fill(&[super::sessions::LIVE, key].concat());
        let end_session = |key: &str| schema.fill(&include_str!("sql/end_session.sql").replace("{its_key}", key));
        let begin_descendant = concat!(include_str!("sql/begin_descendant.sql"), include_str!("sql/insert_issue.sql"));
        let most_ancestors = FamilyRecord::MAX_ANCESTORS.to_string();
        Self {
            add_issuer: schema.fill("INSERT INTO {schema}.issuers (url) VALUES ($1) ON CONFLICT DO NOTHING"),
            find_client: schema.fill(super::clients::FIND),
            put_client: schema.fill(super::clients::PUT),
            add_client: schema.fill(super::clients::ADD),
            replace_client: schema.fill(super::clients::REPLACE),
            keep_client: schema.fill(super::clients::KEEP),
            remove_client: schema.fill(super::clients::REMOVE),
            list_clients: schema.fill(super::clients::LIST),
            begin_family: schema.fill(concat!(include_str!("sql/begin_family.sql"), include_str!("sql/insert_issue.sql"))),
            begin_descendant: schema.fill(&begin_descendant.replace("{most_ancestors}", &most_ancestors)),
            find_family: of_family(include_str!("sql/find_family.sql")),
            revoke_family: schema.fill(super::families::REVOKE),
            list_families: of_family(super::families::LIST),
            list_of_subject: of_family(&super::listing::of_subject()),
            list_of_client: of_family(&super::listing::of_client()),
            portion_end: schema.fill(super::listing::PORTION_END),
            revoke_of_subject: schema.fill(&clock::fill(super::revocations::OF_SUBJECT)),
            revoke_of_client: schema.fill(&clock::fill(include_str!("sql/revoke_of_client.sql"))),
            remove_requests: schema.fill(super::revocations::REQUESTS),
            find_code: of_family(include_str!("sql/find_code.sql")),
            redeem_code: schema.fill(concat!(include_str!("sql/redeem_code.sql"), include_str!("sql/insert_issue.sql"))),
            find_access_token: find_token("access_tokens", "t.revoked"),
            revoke_access_token: schema.fill(super::tokens::REVOKE_ACCESS),
            find_refresh_token: find_token("refresh_tokens", "false"),
            rotate_refresh_token: schema
                .fill(&clock::fill(concat!(include_str!("sql/rotate_refresh_token.sql"), include_str!("sql/insert_issue.sql")))),
            begin_family_spending: schema
                .fill(concat!(include_str!("sql/begin_family_spending.sql"), include_str!("sql/insert_issue.sql"))),
            put_pending: schema.fill(include_str!("sql/put_pending.sql")),
            find_pending: schema.fill(include_str!("sql/find_pending.sql")),
            take_pending: schema.fill(include_str!("sql/take_pending.sql")),
            decide_pending: schema.fill(include_str!("sql/decide_pending.sql")),
            put_deferred: schema.fill(include_str!("sql/put_deferred.sql")),
            find_deferred: schema.fill(include_str!("sql/find_deferred.sql")),
            poll_deferred: schema.fill(&clock::fill(include_str!("sql/poll_deferred.sql"))),
            first_time: schema.fill(include_str!("sql/first_time.sql")),
            list_keys: schema.fill(super::signing_keys::LIST),
            announce_key: schema.fill(super::signing_keys::ANNOUNCE),
            withdraw_key: schema.fill(super::signing_keys::WITHDRAW),
            open_session: schema.fill(include_str!("sql/open_session.sql")),
            forget_session: schema.fill(super::sessions::FORGET),
            session_by_id: live_session(super::sessions::BY_ID),
            session_by_handle: live_session(super::sessions::BY_HANDLE),
            list_sessions: live_session(super::sessions::OF_SUBJECT),
            end_session_by_id: end_session("s.family {=} $2"),
            end_session_by_handle: end_session("s.handle {=} $2"),
            claim_notices: schema.fill(include_str!("sql/claim_notices.sql")),
            settle_notice: schema.fill(super::sessions::SETTLE),
            remove_notice: schema.fill(super::sessions::REMOVE_NOTICE),
            takes_writes: schema.fill(
                "SELECT NOT pg_catalog.pg_is_in_recovery() AND pg_catalog.current_setting('transaction_read_only') {=} 'off'",
            ),
            unwise_settings: schema.fill(super::run::UNWISE_SETTINGS),
            purge: Expired::ALL.map(|expired| (expired, schema.fill(&clock::fill(&expired.statement())))),
        }
    }
}
